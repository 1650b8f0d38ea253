/* tls_handshake - what is spoken: versions, ciphers, and how. RFC 8446, 8996, 9325. */
#include "check/tls_judges.h"

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

void judge_tls_handshake(struct judge *j)
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
	if (mail.count + services.count == 0)
		judge_say(j, VERDICT_SKIP, "There is no mail server to visit");
	else if (done > 0)
		judge_say(
		    j, VERDICT_PASS, "Each TLS handshake that was begun was completed (%zu)", done);
	else
		judge_say(j, VERDICT_UNKNOWN, "No TLS handshake could be begun");
}

/* ---- tls.versions ---- */

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

void judge_tls_versions(struct judge *j)
{
	tls_each(
	    j, versions_good, "TLS 1.2 or 1.3 is spoken, and nothing older where programs connect");
}

/* ---- tls.version-12 ---- */

static bool takes_12(struct judge *j, const struct tls_seen *s)
{
	const struct session *twelve;

	if (!str_eq(s->tls->version, STR("TLSv1.3")))
		return true;
	twelve = judge_goal(j, &s->visit.endpoint, GOAL_TLS_12);
	if (twelve == NULL || was_not_seen(j, twelve))
		return false;
	if (twelve->tls.done)
		return true;
	judge_why(j, judge_say(j, VERDICT_WARN, "Port 25 takes TLS 1.3 and nothing older"),
	    "Many mail servers cannot do TLS 1.3 yet: their mail comes in clear, or not at all. "
	    "Let "
	    "port 25 take TLS 1.2 as well.");
	return false;
}

void judge_tls_version_12(struct judge *j)
{
	struct tls_list seen;
	size_t asked = 0, good = 0;

	if (!tls_list(j, &seen))
		return;
	for (size_t i = 0; i < seen.count; i++) {
		if (seen.list[i].client_port)
			continue;
		asked++;
		judge_subject(j, seen.list[i].visit.subject);
		judge_visit(j, &seen.list[i].visit.endpoint);
		good += takes_12(j, &seen.list[i]);
	}
	judge_subject(j, j->domain);
	if (asked == 0)
		judge_say(j, VERDICT_SKIP, "No TLS session could be had on port 25");
	else if (good == asked && !j->pending)
		judge_say(j, VERDICT_PASS, "Senders that know TLS 1.2 only can encrypt too");
}

/* ---- tls.ciphers ---- */

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

void judge_tls_ciphers(struct judge *j)
{
	tls_each(j, ciphers_good, "Ciphers are strong and forward secret");
}

/* ---- tls.renegotiation, tls.master-secret ---- */

static bool is_13(const struct tls_seen *s)
{
	return str_eq(s->tls->version, STR("TLSv1.3"));
}

static bool renegotiation_good(struct judge *j, const struct tls_seen *s)
{
	const struct session *twelve = judge_goal(j, &s->visit.endpoint, GOAL_TLS_12);

	if (twelve == NULL || was_not_seen(j, twelve))
		return false;
	if (!twelve->tls.done)
		return true; /* TLS 1.3 alone: there is no renegotiation */
	if (!twelve->tls.secure_renegotiation) {
		judge_say(
		    j, VERDICT_FAIL, "The server does not know secure renegotiation (RFC 5746)");
		return false;
	}
	if (!twelve->tls.client_renegotiation)
		return true;
	judge_why(j,
	    judge_say(j, VERDICT_WARN, "Clients may renegotiate TLS 1.2 sessions on this port"),
	    "Each new handshake costs the server much and the client little (RFC 9325 section "
	    "3.5); OpenSSL 3 refuses it by itself.");
	return false;
}

void judge_tls_renegotiation(struct judge *j)
{
	tls_each(j, renegotiation_good,
	    "Sessions are not renegotiated insecurely, nor at a client's wish");
}

static bool master_secret_good(struct judge *j, const struct tls_seen *s)
{
	if (is_13(s) || s->tls->extended_master_secret)
		return true;
	judge_say(
	    j, VERDICT_INFO, "The server does not know the extended master secret (RFC 7627)");
	return false;
}

void judge_tls_master_secret(struct judge *j)
{
	tls_each(j, master_secret_good, "Each session is bound to its own handshake");
}

/* ---- tls.sni ---- */

static bool sni_same(struct judge *j, const struct tls_seen *s)
{
	const struct session *bare = judge_goal(j, &s->visit.endpoint, GOAL_TLS_NO_SNI);
	const struct cert_chain *chain = bare != NULL ? tls_chain_of(j, bare) : NULL;

	if (bare == NULL || was_not_seen(j, bare))
		return false;
	/* A certificate that does not fit with SNI either is the business of tls.name. */
	if (s->chain->count == 0 || !cert_matches(&s->chain->certs[0], s->visit.endpoint.host))
		return true;
	if (chain == NULL || chain->count == 0) {
		judge_say(
		    j, VERDICT_WARN, "Without a name in the handshake (SNI) the server refuses it");
		return false;
	}
	if (cert_matches(&chain->certs[0], s->visit.endpoint.host))
		return true;
	judge_why(j,
	    judge_say(j, VERDICT_WARN,
		"Without a name in the handshake (SNI) the server shows another certificate, "
		"for " STR_FMT,
		STR_ARG(tls_names(j, &chain->certs[0]))),
	    "Some senders do not send SNI on port 25; make the mail host's certificate the "
	    "default.");
	return false;
}

void judge_tls_sni(struct judge *j)
{
	tls_each(j, sni_same, "The certificate fits with and without SNI");
}

/* ---- tls.ocsp ---- */

static bool ocsp_good(struct judge *j, const struct tls_seen *s)
{
	if (s->chain->count == 0 || !s->chain->certs[0].must_staple || s->tls->ocsp.n > 0)
		return true;
	judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
	    "The certificate demands a stapled OCSP answer, and the server sends none");
	return false;
}

void judge_tls_ocsp(struct judge *j)
{
	tls_each(j, ocsp_good, "No certificate lacks the stapled answer it demands");
}
