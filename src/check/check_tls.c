/*
 * check_tls - certificates and TLS of every mail service.
 * RFC 8446, 5280, 9525, 9325, 8996, 8314.
 */
#include "check/catalogue.h"
#include "check/tls_seen.h"

#define DAY ((int64_t)86400)

static enum severity by_port(const struct tls_seen *s, enum severity client, enum severity server)
{
	return s->client_port ? client : server;
}

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

/* ---- tls.handshake ---- */

static bool is_failed_handshake(const struct visit *v)
{
	return v->session->status == SESSION_TLS_FAILED;
}

static size_t say_handshakes(struct judge *j, const struct visits *v, size_t *done)
{
	size_t failed = 0;

	for (size_t i = 0; i < v->count; i++) {
		*done += v->list[i].session->tls.done;
		if (!is_failed_handshake(&v->list[i]))
			continue;
		failed++;
		judge_subject(j, v->list[i].subject);
		judge_visit(j, &v->list[i].endpoint);
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The TLS handshake fails: " STR_FMT,
			STR_ARG(v->list[i].session->error)),
		    "The server offers TLS and cannot do it: senders that insist on TLS defer the "
		    "mail, the others send "
		    "it in clear. Look at the server's log; mostly the key does not belong to the "
		    "certificate, or a "
		    "file cannot be read.");
	}
	return failed;
}

static void judge_handshake(struct judge *j)
{
	struct visits mail, services;
	size_t failed, done = 0;
	bool have_mail = subject_visits(j, &mail);

	if (!subject_service_visits(j, &services) || !have_mail)
		return;
	failed = say_handshakes(j, &mail, &done) + say_handshakes(j, &services, &done);
	judge_subject(j, j->domain);
	if (failed > 0)
		return;
	if (done > 0)
		judge_say(
		    j, VERDICT_PASS, "Each TLS handshake that was begun was completed (%zu)", done);
	else
		judge_say(j, VERDICT_UNKNOWN, "No TLS handshake could be begun");
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

static void judge_chain(struct judge *j)
{
	tls_each(j, chain_complete, "Each served chain is complete");
}

/* ---- tls.trusted ---- */

static bool chain_trusted(struct judge *j, const struct tls_seen *s)
{
	const struct chain_result *r = &s->chain->result;
	enum severity severity = by_port(s, SEVERITY_CRITICAL, SEVERITY_MAJOR);
	struct finding *f;

	switch (r->verdict) {
	case CHAIN_SELF_SIGNED:
		f = judge_say_at(j, VERDICT_FAIL, severity, "The certificate is self-signed");
		break;
	case CHAIN_UNTRUSTED:
		f = judge_say_at(
		    j, VERDICT_FAIL, severity, "The chain ends in a root that is not trusted");
		break;
	case CHAIN_BROKEN:
		f = judge_say_at(j, VERDICT_FAIL, severity, "The chain does not verify: " STR_FMT,
		    STR_ARG(r->error));
		break;
	default:
		return true; /* incomplete and expired chains have checks of their own */
	}
	judge_why(j, f,
	    s->client_port ? "Mail programs warn their users or refuse to connect."
			   : "Senders that follow MTA-STS refuse to deliver; others encrypt to "
			     "somebody whose name is not proven. With "
			     "DANE (usage 3) it does not matter.");
	full_chain_lines(j, f, s);
	return false;
}

static void judge_trusted(struct judge *j)
{
	tls_each(j, chain_trusted, "Each chain leads to a trusted root");
}

/* ---- tls.name ---- */

static struct str names_of(struct judge *j, const struct cert *c)
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
	struct finding *f;

	if (s->chain->count == 0 || !leaf->parsed || cert_matches(leaf, s->visit.endpoint.host))
		return s->chain->count > 0 && leaf->parsed;
	f = judge_say_at(j, VERDICT_FAIL, by_port(s, SEVERITY_CRITICAL, SEVERITY_MAJOR),
	    "The certificate is not for " STR_FMT " but for " STR_FMT,
	    STR_ARG(s->visit.endpoint.host), STR_ARG(names_of(j, leaf)));
	judge_why(j, f,
	    "Only the names in subjectAltName count (RFC 9525); the common name \"" STR_FMT
	    "\" does not. Get a certificate "
	    "that holds the name, or let MX and clients use a name that it holds.",
	    STR_ARG(leaf->common_name));
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("a shell, as root"),
		.value = arena_fmt(j->arena, "certbot certonly --cert-name " STR_FMT " -d " STR_FMT,
		    STR_ARG(s->visit.endpoint.host), STR_ARG(s->visit.endpoint.host)) });
	return false;
}

static void judge_name(struct judge *j)
{
	tls_each(j, name_covered, "Each certificate covers the host's name");
}

/* ---- tls.dates ---- */

static bool dates_good(struct judge *j, const struct tls_seen *s)
{
	int64_t now = j->facts->now;
	bool good = true;

	for (size_t i = 0; i < s->chain->count; i++) {
		const struct cert *c = &s->chain->certs[i];
		long long days = (long long)((c->not_after - now) / DAY);
		struct finding *f;

		if (!c->parsed || (c->not_before <= now && c->not_after - now >= 21 * DAY))
			continue;
		good = false;
		if (c->not_before > now) {
			judge_say(j, VERDICT_FAIL,
			    "The certificate of \"" STR_FMT "\" is not valid yet",
			    STR_ARG(c->subject));
		} else if (c->not_after < now) {
			f = judge_say(j, VERDICT_FAIL,
			    "The certificate of \"" STR_FMT "\" expired %lld days ago",
			    STR_ARG(c->subject), -days);
			judge_why(j, f,
			    "Mail programs refuse the connection, and senders that follow MTA-STS "
			    "defer the mail. Renew "
			    "it, and reload the mail programs after each renewal: they keep the "
			    "old one in memory.");
			judge_fix(j, f,
			    (struct fix){ .kind = FIX_LINE,
				.name = STR("a shell, as root"),
				.value = STR("certbot renew --deploy-hook 'systemctl reload "
					     "postfix dovecot'") });
		} else {
			judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
			    "The certificate of \"" STR_FMT "\" expires in %lld days",
			    STR_ARG(c->subject), days);
		}
	}
	return good;
}

static void judge_dates(struct judge *j)
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

static void judge_key(struct judge *j)
{
	tls_each(j, key_strong, "Keys and signatures are strong");
}

/* ---- tls.versions, tls.ciphers ---- */

/* A further handshake that was neither completed nor refused says nothing. */
static bool was_not_seen(struct judge *j, const struct session *probe)
{
	if (probe->tls.done || probe->status == SESSION_TLS_FAILED || probe->status == SESSION_OK)
		return false;
	judge_why(j,
	    judge_say(
		j, VERDICT_UNKNOWN, "The further handshake that would show it could not be made"),
	    STR_FMT, STR_ARG(probe->error));
	return true;
}

static bool versions_good(struct judge *j, const struct tls_seen *s)
{
	const struct session *old = judge_goal(j, &s->visit.endpoint, GOAL_TLS_OLD);
	bool modern =
	    str_eq(s->tls->version, STR("TLSv1.3")) || str_eq(s->tls->version, STR("TLSv1.2"));
	struct finding *f;

	if (old == NULL)
		return false;
	if (!modern) {
		judge_why(j,
		    judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
			"The best the server can do is " STR_FMT, STR_ARG(s->tls->version)),
		    "Programs of today begin at TLS 1.2 (RFC 8996).");
		return false;
	}
	if (was_not_seen(j, old))
		return false;
	if (!old->tls.done)
		return true;
	if (!s->client_port) {
		judge_say_at(j, VERDICT_INFO, SEVERITY_INFO, "Port 25 still takes " STR_FMT,
		    STR_ARG(old->tls.version));
		return true;
	}
	f = judge_say(j, VERDICT_FAIL, "The port still takes " STR_FMT, STR_ARG(old->tls.version));
	judge_why(j, f,
	    "TLS 1.0 and 1.1 are withdrawn (RFC 8996); no mail program of the last ten years needs "
	    "them.");
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("Postfix, /etc/postfix/main.cf"),
		.value = STR("smtpd_tls_mandatory_protocols = >=TLSv1.2") });
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("Dovecot, conf.d/10-ssl.conf"),
		.value = STR("ssl_min_protocol = TLSv1.2") });
	return false;
}

static void judge_versions(struct judge *j)
{
	tls_each(
	    j, versions_good, "TLS 1.2 or 1.3 is spoken, and nothing older where programs connect");
}

static bool is_forward_secret(const struct session_tls *t)
{
	return str_eq(t->version, STR("TLSv1.3")) || str_find(t->cipher, STR("DHE")) >= 0;
}

static bool ciphers_good(struct judge *j, const struct tls_seen *s)
{
	const struct session *weak = judge_goal(j, &s->visit.endpoint, GOAL_TLS_WEAK);

	if (weak == NULL || was_not_seen(j, weak))
		return false;
	if (weak->tls.done && s->client_port) {
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The port takes the weak cipher " STR_FMT,
			STR_ARG(weak->tls.cipher)),
		    "Without encryption or without a proven server, passwords can be read on the "
		    "way.");
		return false;
	}
	if (!is_forward_secret(s->tls)) {
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"The chosen cipher " STR_FMT " has no forward secrecy",
			STR_ARG(s->tls->cipher)),
		    "Who records the traffic and gets the key later can read it all (RFC 9325 "
		    "section 4.1).");
		return false;
	}
	if (weak->tls.done)
		judge_say_at(j, VERDICT_INFO, SEVERITY_INFO,
		    "Port 25 takes " STR_FMT " when a sender offers nothing better",
		    STR_ARG(weak->tls.cipher));
	return true;
}

static void judge_ciphers(struct judge *j)
{
	tls_each(j, ciphers_good, "Ciphers are strong and forward secret");
}

/* ---- tls.renegotiation, tls.sni, tls.usage ---- */

static bool renegotiation_good(struct judge *j, const struct tls_seen *s)
{
	bool tls13 = str_eq(s->tls->version, STR("TLSv1.3"));

	if (s->tls->compression)
		judge_say(j, VERDICT_FAIL, "TLS compression is on (CRIME)");
	if (!tls13 && !s->tls->secure_renegotiation)
		judge_say(
		    j, VERDICT_FAIL, "The server does not know secure renegotiation (RFC 5746)");
	return !s->tls->compression && (tls13 || s->tls->secure_renegotiation);
}

static void judge_renegotiation(struct judge *j)
{
	tls_each(j, renegotiation_good, "No compression, no insecure renegotiation");
}

static bool sni_same(struct judge *j, const struct tls_seen *s)
{
	const struct session *bare = judge_goal(j, &s->visit.endpoint, GOAL_TLS_NO_SNI);
	const struct tls_chain *chain = bare != NULL ? tls_chain_of(j, bare) : NULL;

	if (bare == NULL)
		return false;
	if (chain == NULL || chain->count == 0 ||
	    cert_matches(&chain->certs[0], s->visit.endpoint.host) || s->chain->count == 0 ||
	    !cert_matches(&s->chain->certs[0], s->visit.endpoint.host))
		return true;
	judge_why(j,
	    judge_say(j, VERDICT_WARN,
		"Without a name in the handshake (SNI) the server shows another certificate, "
		"for " STR_FMT,
		STR_ARG(names_of(j, &chain->certs[0]))),
	    "Some senders do not send SNI on port 25; make the mail host's certificate the "
	    "default.");
	return false;
}

static void judge_sni(struct judge *j)
{
	tls_each(j, sni_same, "The certificate fits with and without SNI");
}

static bool usage_good(struct judge *j, const struct tls_seen *s)
{
	if (s->chain->count == 0 || s->chain->certs[0].server_auth)
		return true;
	judge_say(
	    j, VERDICT_FAIL, "The certificate may not be used by a server (extended key usage)");
	return false;
}

static void judge_usage(struct judge *j)
{
	tls_each(j, usage_good, "Each certificate may be used by a server");
}

/* ---- tls.sct, tls.ocsp ---- */

static bool sct_there(struct judge *j, const struct tls_seen *s)
{
	if (s->chain->result.verdict != CHAIN_OK || s->chain->certs[0].sct || s->tls->sct)
		return true;
	judge_say(j, VERDICT_INFO, "The certificate carries no proof of certificate transparency");
	return false;
}

static void judge_sct(struct judge *j)
{
	tls_each(j, sct_there, "Public certificates are logged (certificate transparency)");
}

static bool ocsp_good(struct judge *j, const struct tls_seen *s)
{
	if (s->chain->count == 0 || !s->chain->certs[0].must_staple || s->tls->ocsp.n > 0)
		return true;
	judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
	    "The certificate demands a stapled OCSP answer, and the server sends none");
	return false;
}

static void judge_ocsp(struct judge *j)
{
	tls_each(j, ocsp_good, "No certificate lacks the stapled answer it demands");
}

#define FULL_CHAIN                                                                                 \
	"Postfix: smtpd_tls_cert_file = /etc/letsencrypt/live/NAME/fullchain.pem (not cert.pem), " \
	"then postfix reload.\n"                                                                   \
	"Exim: tls_certificate = /etc/letsencrypt/live/NAME/fullchain.pem.\n"                      \
	"Dovecot: ssl_cert = </etc/letsencrypt/live/NAME/fullchain.pem, then doveadm reload.\n"    \
	"Hosting panel: paste the intermediate certificates below your own."

#define NEW_CERT                                                                                   \
	"Let's Encrypt: certbot certonly -d mail.example.com, with --deploy-hook 'systemctl "      \
	"reload postfix dovecot'.\n"                                                               \
	"Hosting panel: order or renew the certificate for the mail host's name.\n"                \
	"Postfix, Exim, Dovecot: reload after each renewal; the old certificate stays in memory "  \
	"otherwise."

#define PROTOCOLS                                                                                  \
	"Postfix: smtpd_tls_mandatory_protocols = >=TLSv1.2, smtpd_tls_mandatory_ciphers = "       \
	"high.\n"                                                                                  \
	"Exim: openssl_options = +no_sslv2 +no_sslv3 +no_tlsv1 +no_tlsv1_1 (or "                   \
	"tls_require_ciphers with GnuTLS).\n"                                                      \
	"Dovecot: ssl_min_protocol = TLSv1.2."

static const struct check rows[] = {
	{ "tls.handshake", SEVERITY_CRITICAL, "TLS handshake",
	    "Where TLS is offered the handshake completes.",
	    "Senders that insist on TLS defer the mail; the others send it in clear.", FULL_CHAIN,
	    "RFC 8446 section 4; RFC 3207 section 4", "SMTP TLS", false, judge_handshake },
	{ "tls.chain", SEVERITY_CRITICAL, "Certificate chain",
	    "The server sends its certificate and every intermediate one.",
	    "Browsers hide a missing intermediate, mail servers do not: they cannot verify, and "
	    "some refuse to deliver.",
	    FULL_CHAIN, "RFC 8446 section 4.4.2; RFC 5280 section 6",
	    "SSL chain incomplete, extra download", false, judge_chain },
	{ "tls.trusted", SEVERITY_CRITICAL, "Trusted certificate",
	    "The chain leads to a root that the system trusts.",
	    "Mail programs warn or refuse; MTA-STS demands it on port 25.", NEW_CERT,
	    "RFC 5280 section 6; RFC 8461 section 4.2", "Trust chain of certificate", false,
	    judge_trusted },
	{ "tls.name", SEVERITY_CRITICAL, "Name in the certificate",
	    "The certificate holds the name of the mail host (subjectAltName).",
	    "Mail programs warn or refuse; MTA-STS demands it on port 25.", NEW_CERT,
	    "RFC 9525 section 6; RFC 8461 section 4.2", "Domain name on certificate", false,
	    judge_name },
	{ "tls.dates", SEVERITY_CRITICAL, "Validity of the certificate",
	    "Each certificate is valid now and for three more weeks.",
	    "An expired certificate stops mail programs at once.", NEW_CERT,
	    "RFC 5280 section 4.1.2.5", "Certificate expired", false, judge_dates },
	{ "tls.key", SEVERITY_MAJOR, "Key and signature",
	    "RSA 2048, EC P-256 or Ed25519 and better; no SHA-1 or MD5 signature.",
	    "Weak keys and signatures are refused by programs of today.", NEW_CERT,
	    "RFC 9325 section 4.5; RFC 9155", "Public key of certificate", false, judge_key },
	{ "tls.versions", SEVERITY_MAJOR, "TLS versions",
	    "TLS 1.2 or 1.3 is spoken; 1.0 and 1.1 are off where mail programs connect, and noted "
	    "on port 25.",
	    "Old versions are withdrawn; on port 25 an old version is still better than none.",
	    PROTOCOLS, "RFC 8996 section 4; RFC 9325 section 3.1", "TLS version", false,
	    judge_versions },
	{ "tls.ciphers", SEVERITY_MAJOR, "Ciphers",
	    "No NULL, anonymous, export, RC4 or 3DES where mail programs connect; forward secrecy.",
	    "Weak ciphers let others read or change the mail.", PROTOCOLS, "RFC 9325 section 4.1",
	    "Ciphers (algorithm selections)", false, judge_ciphers },
	{ "tls.renegotiation", SEVERITY_MINOR, "Renegotiation and compression",
	    "No TLS compression; renegotiation is secure.", "Both have been used in attacks.",
	    PROTOCOLS, "RFC 9325 section 3.3; RFC 5746", "Secure renegotiation", false,
	    judge_renegotiation },
	{ "tls.sni", SEVERITY_MINOR, "Certificate without SNI",
	    "The same fitting certificate is shown with and without SNI.",
	    "Some senders do not say which host they mean.",
	    "Postfix: smtpd_tls_cert_file is the default; tls_server_sni_maps for others.\n"
	    "Dovecot: the global ssl_cert is the default.",
	    "RFC 6066 section 3", NULL, false, judge_sni },
	{ "tls.usage", SEVERITY_MAJOR, "Purpose of the certificate",
	    "The extended key usage permits server authentication.",
	    "Programs refuse a certificate that was made for another purpose.", NEW_CERT,
	    "RFC 5280 section 4.2.1.12", NULL, false, judge_usage },
	{ "tls.sct", SEVERITY_INFO, "Certificate transparency",
	    "Publicly trusted certificates carry proofs of logging.",
	    "Browsers demand it; for mail it is worth knowing.", NEW_CERT, "RFC 6962 section 3.3",
	    NULL, false, judge_sct },
	{ "tls.ocsp", SEVERITY_MAJOR, "Must-staple",
	    "A certificate that demands a stapled OCSP answer is served with one.",
	    "Clients that honour the demand refuse the connection.", NEW_CERT,
	    "RFC 7633 section 4; RFC 6066 section 8", "OCSP stapling", false, judge_ocsp },
};

const struct check_table checks_tls = { rows, LENGTH(rows) };
