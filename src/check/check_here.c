/*
 * check_here - what only this machine can tell (--here): its names, what the mail programs
 * will call themselves.  Certificates and keys on disk are judged in check_here_files.c.
 */
#include "check/check_here.h"

#include "wire/domain.h"

static bool is_local(struct str name)
{
	return str_istarts(name, STR("localhost")) || str_iends(name, STR(".local")) ||
	       str_iends(name, STR(".localdomain")) || str_iends(name, STR(".lan")) ||
	       str_iends(name, STR(".internal"));
}

static bool is_public_name(struct str name)
{
	return domain_is_fqdn(name) && !is_local(name);
}

static struct str first_line(struct str text)
{
	return str_trim(str_cut_line(&text));
}

static struct str short_name(struct str name)
{
	return str_cut(&name, '.');
}

/* ---- name.hostname ---- */

struct names {
	struct str hostname, fqdn, etc_hostname, hosts; /* hosts: the text of /etc/hosts */
	struct str right;				/* what it ought to be */
	struct ip address;
};

static bool gather_names(struct judge *j, struct names *out)
{
	const struct host_answer *hostname = judge_host(j, STR("hostname"));
	const struct host_answer *fqdn = judge_host(j, STR("fqdn"));
	const struct host_answer *etc = judge_host(j, STR("file:/etc/hostname"));
	const struct host_answer *hosts = judge_host(j, STR("file:/etc/hosts"));
	struct own_address *addresses;
	size_t count;

	if (!here_addresses(j, &addresses, &count))
		return false;
	out->right = here_right_name(j, addresses, count);
	if (j->pending)
		return false;
	*out = (struct names){ .hostname = hostname->text,
		.fqdn = first_line(fqdn->text),
		.etc_hostname = first_line(etc->text),
		.hosts = hosts->text,
		.right = out->right };
	if (count > 0)
		out->address = addresses[0].address;
	return true;
}

static void fix_hostname(struct judge *j, struct finding *f, const struct names *n)
{
	struct str address =
	    n->address.family == IP_NONE ? STR("127.0.1.1") : ip_write(j->arena, n->address);

	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("a shell, as root"),
		.value =
		    arena_fmt(j->arena, "hostnamectl set-hostname " STR_FMT, STR_ARG(n->right)) });
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("/etc/hosts"),
		.value = arena_fmt(j->arena, STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(address),
		    STR_ARG(n->right), STR_ARG(short_name(n->right))) });
}

static void judge_hostname(struct judge *j)
{
	struct names n;
	struct finding *f;

	if (!gather_names(j, &n))
		return;
	judge_subject(j, n.hostname);
	if (!is_public_name(n.fqdn)) {
		f = judge_say(j, VERDICT_FAIL,
		    "This machine calls itself \"" STR_FMT
		    "\", which is not a full name in the DNS.",
		    STR_ARG(n.fqdn.n > 0 ? n.fqdn : n.hostname));
		judge_why(j, f,
		    "Mail programs take the name for their greeting and EHLO from here unless told "
		    "otherwise. /etc/hostname says \"" STR_FMT "\", gethostname says \"" STR_FMT
		    "\".",
		    STR_ARG(n.etc_hostname), STR_ARG(n.hostname));
		fix_hostname(j, f, &n);
		return;
	}
	if (n.etc_hostname.n > 0 && !str_ieq(n.etc_hostname, n.hostname)) {
		f = judge_say(j, VERDICT_FAIL,
		    "/etc/hostname says \"" STR_FMT "\", but the running system says \"" STR_FMT
		    "\".",
		    STR_ARG(n.etc_hostname), STR_ARG(n.hostname));
		judge_why(j, f, "The name will change at the next start of the machine.");
		fix_hostname(j, f, &n);
		return;
	}
	judge_say(j, VERDICT_PASS, "This machine's full name is " STR_FMT ".", STR_ARG(n.fqdn));
}

/* ---- name.mta ---- */

/* Does the name lead to the address?  0 no, 1 yes, -1 not known yet or not answered. */
static int leads_to(struct judge *j, struct str name, struct ip address)
{
	const struct dns_answer *a = judge_dns(j, name, address.family == IP_V4 ? DNS_A : DNS_AAAA);

	if (a == NULL || dns_failed(a))
		return -1;
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && ip_eq(a->records[i].address, address))
			return 1;
	return 0;
}

static bool ptr_says(const struct dns_answer *ptr, struct str name)
{
	for (size_t i = 0; i < ptr->count; i++)
		if (ptr->records[i].parsed && domain_eq(ptr->records[i].name, name))
			return true;
	return false;
}

static void fix_said(struct judge *j, struct finding *f, const struct said *s, struct str right)
{
	const char *line = s->line;
	struct str value = str_of(line);
	ptrdiff_t at = str_find(value, STR("%.*s"));
	struct str tail = str_skip(value, (size_t)at + 4);

	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = s->file != NULL ? str_of(s->file) : STR("a shell, as root"),
		.value = arena_fmt(j->arena, STR_FMT STR_FMT STR_FMT, (int)at, line, STR_ARG(right),
		    STR_ARG(tail)) });
}

/* The name is a real one; does it agree with what the addresses are called? */
static void judge_against_ptr(struct judge *j, const struct said *s,
    const struct own_address *addresses, size_t count, struct str right)
{
	size_t matched = 0, forward = 0;
	struct finding *f;

	for (size_t i = 0; i < count; i++) {
		matched += ptr_says(addresses[i].ptr, s->name);
		forward += leads_to(j, s->name, addresses[i].address) == 1;
	}
	if (matched == count) {
		judge_say(j, VERDICT_PASS,
		    "%s says " STR_FMT " in its %s, the name of its PTR record.", s->program,
		    STR_ARG(s->name), s->where);
		return;
	}
	bool harmless = forward == count;
	f = judge_say(j, harmless ? VERDICT_WARN : VERDICT_FAIL,
	    "%s says " STR_FMT " in its %s, but the PTR record of its address says otherwise.",
	    s->program, STR_ARG(s->name), s->where);
	judge_why(j, f, "%s is set to \"" STR_FMT "\". %s", s->setting, STR_ARG(s->value),
	    harmless ? "The name does lead to the address, so most receivers accept it."
		     : "The name does not lead to the address either: receivers take this for a "
		       "forged or careless sender.");
	fix_said(j, f, s, right);
}

static void judge_said(struct judge *j, const struct said *s, const struct own_address *addresses,
    size_t count, struct str right)
{
	struct finding *f;

	judge_subject(j, arena_fmt(j->arena, "%s %s", s->program, s->where));
	if (s->name.n == 0) {
		f = judge_say(j, VERDICT_UNKNOWN,
		    "What %s says in its %s cannot be told from its settings.", s->program,
		    s->where);
		judge_why(j, f,
		    "%s is \"" STR_FMT "\". Look at what it really says: frank check %s "
		    "without --here visits it.",
		    s->setting, STR_ARG(s->value), "DOMAIN");
		return;
	}
	if (!is_public_name(s->name)) {
		f = judge_say(j, VERDICT_FAIL,
		    "%s will say \"" STR_FMT "\" in its %s: not a full name in the DNS.",
		    s->program, STR_ARG(s->name), s->where);
		judge_why(j, f, "%s is set to \"" STR_FMT "\".", s->setting, STR_ARG(s->value));
		fix_said(j, f, s, right);
		return;
	}
	judge_against_ptr(j, s, addresses, count, right);
}

static void judge_mta(struct judge *j)
{
	struct said said[MAX_SAID];
	struct own_address *addresses;
	size_t said_count, count;
	bool have_said = here_said(j, said, &said_count);

	if (!here_addresses(j, &addresses, &count) || !have_said)
		return;
	struct str right = here_right_name(j, addresses, count);
	if (said_count == 0)
		judge_say(
		    j, VERDICT_SKIP, "Neither Postfix nor Exim is installed on this machine.");
	for (size_t i = 0; i < said_count; i++)
		judge_said(j, &said[i], addresses, count, right);
}

static const struct check rows[] = {
	{ "name.hostname", SEVERITY_MAJOR, "This machine's own name",
	    "hostname(1), /etc/hostname and /etc/hosts agree and give a full name in the DNS.",
	    "Mail programs take their greeting and EHLO name from the machine's name unless they "
	    "are "
	    "told otherwise; a short or local name there is refused by many receivers.",
	    "Any Linux: hostnamectl set-hostname mail.example.com, and in /etc/hosts a line "
	    "\"192.0.2.1 mail.example.com mail\" with the full name first.\n"
	    "Hosting panel: the server's name is often set in the panel and written back at each "
	    "start; set it there too.",
	    "RFC 5321 section 2.3.5; RFC 5321 section 4.1.1.1", "hostname, SMTP Valid Hostname",
	    true, judge_hostname },
	{ "name.mta", SEVERITY_CRITICAL, "The name the mail program will say",
	    "The names that Postfix or Exim will give in greeting and EHLO are full names and "
	    "those of "
	    "the PTR record of the sending address.",
	    "Receivers compare the EHLO name with the reverse DNS of the address; a local name or "
	    "another host's name costs delivery.",
	    "Postfix: postconf -e 'myhostname = mail.example.com' and postfix reload; leave "
	    "smtpd_banner and smtp_helo_name at $myhostname.\n"
	    "Exim: primary_hostname = mail.example.com in the main section (Debian: "
	    "/etc/exim4/conf.d/main or MAIN_HARDCODE_PRIMARY_HOSTNAME), then service exim4 "
	    "reload.\n"
	    "Hosting panel: look for \"server hostname\" or \"mail HELO\".",
	    "RFC 5321 section 4.1.1.1; RFC 5321 section 4.3.1; RFC 8601 section 3",
	    "SMTP Banner Check", true, judge_mta },
	{ "tls.file", SEVERITY_CRITICAL, "The certificate files",
	    "The certificate file of each mail program holds the whole chain, its key belongs to "
	    "it, "
	    "and nobody else may read the key.",
	    "A file without the intermediate certificate works in some programs and fails in "
	    "others, "
	    "which is hard to find from outside.",
	    "Postfix: smtpd_tls_cert_file = /etc/letsencrypt/live/NAME/fullchain.pem (not "
	    "cert.pem).\n"
	    "Exim: tls_certificate = /etc/letsencrypt/live/NAME/fullchain.pem.\n"
	    "Dovecot: ssl_cert = </etc/letsencrypt/live/NAME/fullchain.pem.\n"
	    "Hosting panel: paste the intermediate certificates below your own.",
	    "RFC 8446 section 4.4.2; RFC 5280 section 6", NULL, true, judge_tls_files },
	{ "dkim.signer", SEVERITY_CRITICAL, "The DKIM signer's key",
	    "The signer on this machine uses a key whose public half is published at its selector.",
	    "A signature made with a key that is not in the DNS fails at every receiver, and with "
	    "DMARC the message may be refused.",
	    "OpenDKIM: publish the .txt file beside the key, or correct Selector and KeyTable.\n"
	    "rspamd: rspamadm dkim_keygen -s SELECTOR -d DOMAIN prints key and record.\n"
	    "Exim: dkim_domain, dkim_selector and dkim_private_key of the remote_smtp transport.",
	    "RFC 6376 section 3.6.1; RFC 6376 section 6.1.2", NULL, true, judge_signers },
};

const struct check_table checks_here = { rows, LENGTH(rows) };
