/* tls_certificate - what is served: chain, trust, name, dates, keys. RFC 5280, 9525, 7672. */
#include "check/dane.h"
#include "check/tls_judges.h"

#define DAY ((int64_t)86400)

static void full_chain_lines(struct judge *j, struct finding *f, const struct tls_seen *s)
{
	static const struct {
		enum service_protocol protocol;
		const char *file, *line;
	} lines[] = {
		{ PROTOCOL_SMTP, "Postfix, /etc/postfix/main.cf",
		    "smtpd_tls_cert_file = /etc/letsencrypt/live/NAME/fullchain.pem" },
		{ PROTOCOL_SMTP, "Exim, main section",
		    "tls_certificate = /etc/letsencrypt/live/NAME/fullchain.pem" },
		{ PROTOCOL_IMAP, "Dovecot, conf.d/10-ssl.conf",
		    "ssl_cert = </etc/letsencrypt/live/NAME/fullchain.pem" },
		{ PROTOCOL_POP3, "Dovecot, conf.d/10-ssl.conf",
		    "ssl_cert = </etc/letsencrypt/live/NAME/fullchain.pem" },
	};

	for (size_t i = 0; i < LENGTH(lines); i++)
		if (lines[i].protocol == s->visit.endpoint.protocol)
			judge_fix(j, f,
			    (struct fix){ .kind = FIX_LINE,
				.name = str_of(lines[i].file),
				.value = str_of(lines[i].line) });
}

/*
 * How much a fault of the certificate weighs: most where mail programs connect; on port 25
 * next to nothing once DANE proves the key.
 */
struct weight {
	enum verdict verdict;
	enum severity severity;
	const char *dane; /* more of the reason */
};

static struct weight weigh(
    struct judge *j, const struct tls_seen *s, enum severity client, enum severity server)
{
	if (s->client_port)
		return (struct weight){ VERDICT_FAIL, client, "" };
	if (!dane_proves_key(j, s))
		return (struct weight){ VERDICT_FAIL, server, "" };
	return (struct weight){
		VERDICT_WARN, SEVERITY_MINOR,
		" Here a TLSA record (usage 3) proves the key, so senders that do DANE do not mind."
	};
}

/* ---- tls.chain ---- */

static bool chain_complete(struct judge *j, const struct tls_seen *s)
{
	const struct chain_result *r = &s->chain->result;
	const struct cert *last =
	    s->chain->count > 0 ? &s->chain->certs[s->chain->count - 1] : NULL;
	struct finding *f;

	if (r->verdict != CHAIN_INCOMPLETE && r->verdict != CHAIN_EMPTY &&
	    r->verdict != CHAIN_UNREADABLE)
		return true;
	if (last == NULL || r->verdict != CHAIN_INCOMPLETE) {
		judge_say(j, VERDICT_FAIL, "The server sends no certificate that can be read");
		return false;
	}
	f = judge_say(j, VERDICT_FAIL,
	    "The certificate chain is incomplete: the certificate of \"" STR_FMT "\" is missing",
	    STR_ARG(r->missing));
	judge_why(j, f,
	    "The server sends %zu certificate%s, the last issued by \"" STR_FMT
	    "\", whose own certificate neither comes "
	    "along nor is a trusted root. Programs that do not look for it themselves cannot "
	    "verify the server.%s" STR_FMT,
	    s->chain->count, s->chain->count == 1 ? "" : "s", STR_ARG(r->missing),
	    last->issuer_url.n > 0 ? " The missing one is at " : "", STR_ARG(last->issuer_url));
	full_chain_lines(j, f, s);
	return false;
}

void judge_tls_chain(struct judge *j)
{
	tls_each(j, chain_complete, "Each served chain is complete");
}

/* ---- tls.trusted ---- */

static bool chain_trusted(struct judge *j, const struct tls_seen *s)
{
	const struct chain_result *r = &s->chain->result;
	struct str says;
	struct weight w;
	struct finding *f;

	if (r->verdict == CHAIN_SELF_SIGNED)
		says = STR("The certificate is self-signed");
	else if (r->verdict == CHAIN_UNTRUSTED)
		says = STR("The chain ends in a root that is not trusted");
	else if (r->verdict == CHAIN_BROKEN)
		says =
		    arena_fmt(j->arena, "The chain does not verify: " STR_FMT, STR_ARG(r->error));
	else
		return true; /* incomplete and expired chains have checks of their own */
	w = weigh(j, s, SEVERITY_CRITICAL, SEVERITY_MAJOR);
	f = judge_say_at(j, w.verdict, w.severity, STR_FMT, STR_ARG(says));
	judge_why(j, f, "%s%s",
	    s->client_port ? "Mail programs warn their users or refuse to connect."
			   : "Senders that follow MTA-STS refuse to deliver; others encrypt to "
			     "somebody whose name is not proven.",
	    w.dane);
	full_chain_lines(j, f, s);
	return false;
}

void judge_tls_trusted(struct judge *j)
{
	tls_each(j, chain_trusted, "Each chain leads to a trusted root");
}

/* ---- tls.name ---- */

struct str tls_names(struct judge *j, const struct cert *c)
{
	struct str out = STR("");

	for (size_t i = 0; i < c->name_count && i < 5; i++)
		out = arena_fmt(j->arena, STR_FMT "%s" STR_FMT, STR_ARG(out), i > 0 ? ", " : "",
		    STR_ARG(c->names[i]));
	return c->name_count > 0 ? out : STR("no DNS name at all");
}

static bool name_covered(struct judge *j, const struct tls_seen *s)
{
	const struct cert *leaf = &s->chain->certs[0];
	struct str host = s->visit.endpoint.host;
	struct weight w;
	struct finding *f;

	if (s->chain->count == 0 || !leaf->parsed || cert_matches(leaf, host))
		return s->chain->count > 0 && leaf->parsed;
	w = weigh(j, s, SEVERITY_CRITICAL, SEVERITY_MAJOR);
	f = judge_say_at(j, w.verdict, w.severity,
	    "The certificate is not for " STR_FMT " but for " STR_FMT, STR_ARG(host),
	    STR_ARG(tls_names(j, leaf)));
	judge_why(j, f,
	    "Only the names in subjectAltName count (RFC 9525); the common name \"" STR_FMT
	    "\" does not. Get a certificate that holds the name, or let MX and clients use a name "
	    "that it holds.%s",
	    STR_ARG(leaf->common_name), w.dane);
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("a shell, as root"),
		.value = arena_fmt(j->arena, "certbot certonly --cert-name " STR_FMT " -d " STR_FMT,
		    STR_ARG(host), STR_ARG(host)) });
	return false;
}

void judge_tls_name(struct judge *j)
{
	tls_each(j, name_covered, "Each certificate covers the host's name");
}

/* ---- tls.dates ---- */

static void say_expired(struct judge *j, struct finding *f, const char *dane)
{
	judge_why(j, f,
	    "Mail programs refuse the connection, and senders that follow MTA-STS defer the mail. "
	    "Renew it, and reload the mail programs after each renewal: they keep the old one in "
	    "memory.%s",
	    dane);
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("a shell, as root"),
		.value = STR("certbot renew --deploy-hook 'systemctl reload postfix dovecot'") });
}

/* A served certificate whose time is not now; true: it is good for three weeks and more. */
static bool date_good(struct judge *j, const struct tls_seen *s, const struct cert *c)
{
	int64_t now = j->facts->now;
	long long days = (long long)((c->not_after - now) / DAY);
	bool valid = c->not_before <= now && c->not_after >= now;
	enum severity severity = valid ? SEVERITY_MAJOR : SEVERITY_CRITICAL;
	struct weight w;

	if (valid && c->not_after - now >= 21 * DAY)
		return true;
	w = weigh(j, s, severity, severity);
	if (c->not_before > now)
		judge_say_at(j, w.verdict, w.severity,
		    "The certificate of \"" STR_FMT "\" is not valid yet", STR_ARG(c->subject));
	else if (c->not_after < now)
		say_expired(j,
		    judge_say_at(j, w.verdict, w.severity,
			"The certificate of \"" STR_FMT "\" expired %lld days ago",
			STR_ARG(c->subject), -days),
		    w.dane);
	else
		judge_say_at(j, w.verdict, w.severity,
		    "The certificate of \"" STR_FMT "\" expires in %lld days", STR_ARG(c->subject),
		    days);
	return false;
}

static bool dates_good(struct judge *j, const struct tls_seen *s)
{
	const struct chain_result *r = &s->chain->result;
	bool good = true;

	/* What was sent along but is not needed on the way to the root may be of any age. */
	for (size_t i = 0; i < s->chain->count; i++)
		if (s->chain->certs[i].parsed && r->on_path[i])
			good &= date_good(j, s, &s->chain->certs[i]);
	if (good && r->verdict == CHAIN_EXPIRED) {
		struct weight w = weigh(j, s, SEVERITY_CRITICAL, SEVERITY_CRITICAL);

		good = false;
		judge_why(j,
		    judge_say_at(j, w.verdict, w.severity,
			"The root \"" STR_FMT "\" that the chain leads to has expired",
			STR_ARG(r->culprit)),
		    "Get a certificate from an issuer under a root that is valid, or send the "
		    "chain "
		    "to another root along.%s",
		    w.dane);
	}
	return good;
}

void judge_tls_dates(struct judge *j)
{
	tls_each(j, dates_good, "Each certificate is valid for three weeks and more");
}

/* ---- tls.key ---- */

static bool key_strong(struct judge *j, const struct tls_seen *s)
{
	const struct cert *leaf = &s->chain->certs[0];
	bool good = true;

	if (s->chain->count == 0 || !leaf->parsed)
		return false;
	if ((leaf->key == CERT_KEY_RSA && leaf->bits < 2048) ||
	    (leaf->key == CERT_KEY_EC && leaf->bits < 256)) {
		judge_why(j,
		    judge_say(
			j, VERDICT_FAIL, "The key of the certificate has only %d bits", leaf->bits),
		    "RSA needs 2048 bits, elliptic curves 256 (RFC 9325 section 4.5); programs of "
		    "today refuse less.");
		good = false;
	}
	for (size_t i = 0; i < s->chain->count; i++) {
		const struct cert *c = &s->chain->certs[i];

		if (!c->weak_signature || c->self_issued)
			continue;
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"The certificate of \"" STR_FMT "\" is signed with " STR_FMT,
			STR_ARG(c->subject), STR_ARG(c->signature)),
		    "Such signatures can be forged, and are refused.");
		good = false;
	}
	return good;
}

void judge_tls_key(struct judge *j)
{
	tls_each(j, key_strong, "Keys and signatures are strong");
}

/* ---- tls.usage ---- */

static bool usage_good(struct judge *j, const struct tls_seen *s)
{
	if (s->chain->count == 0 || s->chain->certs[0].server_auth)
		return true;
	judge_say(
	    j, VERDICT_FAIL, "The certificate may not be used by a server (extended key usage)");
	return false;
}

void judge_tls_usage(struct judge *j)
{
	tls_each(j, usage_good, "Each certificate may be used by a server");
}

/* ---- tls.sct ---- */

static bool sct_there(struct judge *j, const struct tls_seen *s)
{
	if (s->chain->result.verdict != CHAIN_OK || s->chain->certs[0].sct || s->tls->sct)
		return true;
	judge_say(j, VERDICT_INFO, "The certificate carries no proof of certificate transparency");
	return false;
}

void judge_tls_sct(struct judge *j)
{
	tls_each(j, sct_there, "Public certificates are logged (certificate transparency)");
}
