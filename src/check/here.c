/* here - see here.h. */
#include "check/here.h"

#include "wire/domain.h"

static void add_said(struct said said[MAX_SAID], size_t *count, struct said one)
{
	if (*count < MAX_SAID)
		said[(*count)++] = one;
}

static struct str first_word(struct str text)
{
	return str_cut_word(&text);
}

static void said_by_postfix(
    struct judge *j, struct str settings, struct said said[MAX_SAID], size_t *count)
{
	static const struct {
		const char *setting, *where;
	} rows[] = {
		{ "smtpd_banner", "banner" },
		{ "smtp_helo_name", "EHLO" },
	};

	for (size_t i = 0; i < LENGTH(rows); i++)
		add_said(said, count,
		    (struct said){ .program = "Postfix",
			.where = rows[i].where,
			.setting = rows[i].setting,
			.name = first_word(settings_postfix(j->arena, settings, rows[i].setting)),
			.value = settings_value(settings, rows[i].setting),
			.line = "postconf -e 'myhostname = %.*s' && postfix reload" });
}

/* The HELO of the transports that speak SMTP; nothing set means the primary host name. */
static struct str exim_helo(struct judge *j, struct str transports, struct str primary)
{
	struct str value = settings_value(transports, "helo_data");

	return value.n == 0 ? primary : settings_exim(j->arena, value, primary);
}

static void said_by_exim(struct judge *j, struct str settings, struct str transports,
    struct said said[MAX_SAID], size_t *count)
{
	static const char line[] = "primary_hostname = %.*s";
	struct str primary = settings_value(settings, "primary_hostname");
	struct str banner = settings_value(settings, "smtp_banner");
	struct str greeting = banner.n == 0 ? primary : settings_exim(j->arena, banner, primary);

	add_said(said, count,
	    (struct said){ .program = "Exim",
		.where = "banner",
		.setting = "smtp_banner",
		.name = first_word(greeting),
		.value = banner.n == 0 ? primary : banner,
		.file = "/etc/exim4/exim4.conf",
		.line = line });
	add_said(said, count,
	    (struct said){ .program = "Exim",
		.where = "EHLO",
		.setting = "helo_data",
		.name = first_word(exim_helo(j, transports, primary)),
		.value = settings_value(transports, "helo_data"),
		.file = "/etc/exim4/exim4.conf",
		.line = line });
}

bool here_said(struct judge *j, struct said said[MAX_SAID], size_t *count)
{
	const struct host_answer *postfix = judge_host(j, STR("run:postconf"));
	const struct host_answer *exim = judge_host(j, STR("run:exim"));
	const struct host_answer *transports = judge_host(j, STR("run:exim-transports"));

	*count = 0;
	if (postfix == NULL || exim == NULL || transports == NULL)
		return false;
	if (postfix->found)
		said_by_postfix(j, postfix->text, said, count);
	if (exim->found)
		said_by_exim(j, exim->text, transports->text, said, count);
	return true;
}

static bool is_own(struct str addresses, struct ip wanted)
{
	while (addresses.n > 0) {
		struct ip ip;

		if (ip_parse(str_cut_line(&addresses), &ip) && ip_eq(ip, wanted))
			return true;
	}
	return false;
}

static size_t own_among(
    const struct sender *senders, size_t count, struct str own, struct own_address *out)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (own.n == 0 || is_own(own, senders[i].address))
			out[n++].address = senders[i].address;
	return n;
}

bool here_addresses(struct judge *j, struct own_address **out, size_t *count)
{
	const struct host_answer *own = judge_host(j, STR("addresses"));
	struct sender *senders;
	size_t sender_count;

	if (!judge_senders(j, &senders, &sender_count) || own == NULL)
		return false;
	*out = arena_array(j->arena, struct own_address, sender_count);
	*count = own_among(senders, sender_count, own->text, *out);
	if (*count == 0) /* behind NAT: the world sees another address than the machine */
		*count = own_among(senders, sender_count, (struct str){ 0 }, *out);
	bool complete = true;
	for (size_t i = 0; i < *count; i++) {
		struct own_address *a = &(*out)[i];

		a->ptr = judge_dns(j, ip_arpa(j->arena, a->address), DNS_PTR);
		complete &= a->ptr != NULL;
	}
	return complete;
}

struct str here_right_name(struct judge *j, const struct own_address *addresses, size_t count)
{
	struct mail_hosts hosts;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < addresses[i].ptr->count; k++) {
			const struct dns_record *r = &addresses[i].ptr->records[k];

			if (r->parsed && domain_is_fqdn(r->name) &&
			    domain_under(r->name, j->domain))
				return r->name;
		}
	if (judge_mail_hosts(j, &hosts) && hosts.count > 0 && domain_is_fqdn(hosts.hosts[0].name))
		return hosts.hosts[0].name;
	return arena_fmt(j->arena, "mail." STR_FMT, STR_ARG(j->domain));
}

static void tls_of_postfix(struct judge *j, struct str settings, struct tls_files *out)
{
	struct str chain = settings_postfix(j->arena, settings, "smtpd_tls_chain_files");

	*out = (struct tls_files){ .program = "Postfix",
		.file = "/etc/postfix/main.cf",
		.line = "postconf -e 'smtpd_tls_cert_file = %.*s'" };
	if (chain.n > 0) {
		struct str first = str_trim(str_cut(&chain, ','));

		/* One file may hold key and certificates, or the key comes first. */
		out->key = first_word(first);
		out->certificate = first_word(chain.n > 0 ? str_trim(chain) : first);
		return;
	}
	out->certificate = settings_postfix(j->arena, settings, "smtpd_tls_cert_file");
	out->key = settings_postfix(j->arena, settings, "smtpd_tls_key_file");
}

/* Only a plain path can be followed; an Exim expansion cannot. */
static struct str plain_path(struct str value)
{
	if (value.n > 0 && value.p[0] == '<')
		value = str_skip(value, 1);
	return value.n > 0 && value.p[0] == '/' ? value : (struct str){ 0 };
}

static void tls_of_exim(struct str settings, struct tls_files *out)
{
	*out = (struct tls_files){ .program = "Exim",
		.file = "/etc/exim4/exim4.conf",
		.line = "tls_certificate = %.*s",
		.certificate = plain_path(settings_value(settings, "tls_certificate")),
		.key = plain_path(settings_value(settings, "tls_privatekey")) };
	if (out->key.n == 0)
		out->key = out->certificate;
}

static void tls_of_dovecot(struct str settings, struct tls_files *out)
{
	*out = (struct tls_files){ .program = "Dovecot",
		.file = "/etc/dovecot/conf.d/10-ssl.conf",
		.line = "ssl_cert = <%.*s",
		.certificate = plain_path(settings_value(settings, "ssl_cert")),
		.key = plain_path(settings_value(settings, "ssl_key")) };
}

bool here_tls_files(struct judge *j, struct tls_files files[MAX_TLS_FILES], size_t *count)
{
	const struct host_answer *postfix = judge_host(j, STR("run:postconf"));
	const struct host_answer *exim = judge_host(j, STR("run:exim"));
	const struct host_answer *dovecot = judge_host(j, STR("run:doveconf-tls"));

	*count = 0;
	if (postfix == NULL || exim == NULL || dovecot == NULL)
		return false;
	if (postfix->found)
		tls_of_postfix(j, postfix->text, &files[(*count)++]);
	if (exim->found)
		tls_of_exim(exim->text, &files[(*count)++]);
	if (dovecot->found)
		tls_of_dovecot(dovecot->text, &files[(*count)++]);
	return true;
}

/* ---- signers ---- */

static void add_signer(struct signer signers[MAX_SIGNERS], size_t *count, struct signer one)
{
	if (*count < MAX_SIGNERS && one.selector.n > 0 && one.key_file.n > 0)
		signers[(*count)++] = one;
}

/* OpenDKIM's file: "Name value", any case, '#' begins a comment. */
static struct str opendkim_value(struct str text, struct str name)
{
	while (text.n > 0) {
		struct str line = str_cut_line(&text), rest = str_cut(&line, '#');

		if (str_ieq(str_cut_word(&rest), name))
			return str_trim(rest);
	}
	return (struct str){ 0 };
}

/* KeyTable rows: "name domain:selector:/path/to/key". */
static void signers_of_key_table(
    struct str table, struct signer signers[MAX_SIGNERS], size_t *count)
{
	while (table.n > 0) {
		struct str line = str_cut_line(&table), rest = str_cut(&line, '#');

		str_cut_word(&rest);
		struct str value = str_trim(rest);
		struct str domain = str_cut(&value, ':'), selector = str_cut(&value, ':');
		add_signer(signers, count,
		    (struct signer){ "OpenDKIM", domain, selector, str_trim(value) });
	}
}

static struct str without_kind(struct str path)
{
	ptrdiff_t colon = str_chr(path, ':');

	return colon >= 0 ? str_skip(path, (size_t)colon + 1) : path;
}

static bool signers_of_opendkim(struct judge *j, struct signer signers[MAX_SIGNERS], size_t *count)
{
	const struct host_answer *conf = judge_host(j, STR("file:/etc/opendkim.conf"));

	if (conf == NULL)
		return false;
	struct str table = without_kind(opendkim_value(conf->text, STR("KeyTable")));
	struct str domain = opendkim_value(conf->text, STR("Domain"));
	add_signer(signers, count,
	    (struct signer){ "OpenDKIM", domain, opendkim_value(conf->text, STR("Selector")),
		opendkim_value(conf->text, STR("KeyFile")) });
	if (table.n == 0 || table.p[0] != '/')
		return true;
	const struct host_answer *rows =
	    judge_host(j, arena_fmt(j->arena, "file:" STR_FMT, STR_ARG(table)));
	if (rows == NULL)
		return false;
	signers_of_key_table(rows->text, signers, count);
	return true;
}

static struct str unquoted(struct str value)
{
	value = str_trim(value);
	if (value.n > 0 && value.p[value.n - 1] == ';')
		value = str_trim(str_slice(value, 0, value.n - 1));
	if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
		value = str_slice(value, 1, value.n - 1);
	return value;
}

/* Replace one rspamd variable ("$domain") in a path. */
static struct str replaced(struct arena *a, struct str path, const char *name, struct str value)
{
	ptrdiff_t at = str_find(path, str_of(name));

	if (at < 0)
		return path;
	struct str tail = str_skip(path, (size_t)at + strlen(name));
	return arena_fmt(
	    a, STR_FMT STR_FMT STR_FMT, (int)at, path.p, STR_ARG(value), STR_ARG(tail));
}

static bool signers_of_rspamd(struct judge *j, struct signer signers[MAX_SIGNERS], size_t *count)
{
	const struct host_answer *conf =
	    judge_host(j, STR("file:/etc/rspamd/local.d/dkim_signing.conf"));

	if (conf == NULL)
		return false;
	if (!conf->found)
		return true;
	struct str selector = unquoted(settings_value(conf->text, "selector"));
	struct str path = unquoted(settings_value(conf->text, "path"));
	if (selector.n == 0)
		selector = STR("dkim");
	if (path.n == 0)
		path = STR("/var/lib/rspamd/dkim/$domain.$selector.key");
	path = replaced(j->arena, path, "$domain", j->domain);
	path = replaced(j->arena, path, "$selector", selector);
	add_signer(signers, count, (struct signer){ "rspamd", j->domain, selector, path });
	return true;
}

static bool signers_of_exim(struct judge *j, struct signer signers[MAX_SIGNERS], size_t *count)
{
	const struct host_answer *transports = judge_host(j, STR("run:exim-transports"));

	if (transports == NULL)
		return false;
	add_signer(signers, count,
	    (struct signer){ "Exim", settings_value(transports->text, "dkim_domain"),
		settings_value(transports->text, "dkim_selector"),
		plain_path(settings_value(transports->text, "dkim_private_key")) });
	return true;
}

bool here_signers(struct judge *j, struct signer signers[MAX_SIGNERS], size_t *count)
{
	*count = 0;
	bool opendkim = signers_of_opendkim(j, signers, count);
	bool rspamd = signers_of_rspamd(j, signers, count);
	bool exim = signers_of_exim(j, signers, count);

	return opendkim && rspamd && exim;
}
