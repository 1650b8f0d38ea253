/*
 * tls_world - zone_world with mail servers that show certificates, for tests.
 *
 * mx.example.com has 192.0.2.1, and with `second` 192.0.2.2 too. Chains are words of the
 * certificates below, leaf first; "TIMEOUT" and the like: that is how the visit ended. Every
 * DNS answer is secure unless the row says otherwise. The trusted roots are root and oldroot.
 */
#ifndef TESTS_TLS_WORLD_H
#define TESTS_TLS_WORLD_H

#include "make_cert.h"
#include "verdicts.h"

#define TLS_NOW 1795000000

#define MX_SAN "DNS:mx.example.com"

static const struct pki_row tls_certs[] = {
	{ "root", "Root", .from = -900, .to = 900, .ca = true },
	{ "oldroot", "Old Root", .from = -900, .to = -5, .ca = true },
	{ "strange", "Strange Root", .from = -900, .to = 900, .ca = true },
	{ "inter", "Issuer", "root", .from = -300, .to = 300, .ca = true },
	{ "leaf", "mx.example.com", "inter", MX_SAN, -10, 80 },
	{ "renewed", "mx.example.com", "inter", MX_SAN, -1, 89, .key = "leaf" },
	{ "rekeyed", "mx.example.com", "inter", MX_SAN, -1, 89 },
	{ "wild", "mx.example.com", "inter", "DNS:*.example.com", -10, 80 },
	{ "wrong", "other.example.net", "inter", "DNS:other.example.net", -10, 80 },
	{ "nameless", "mx.example.com", "inter", NULL, -10, 80 },
	{ "expired", "mx.example.com", "inter", MX_SAN, -90, -3 },
	{ "soon", "mx.example.com", "inter", MX_SAN, -80, 10 },
	{ "future", "mx.example.com", "inter", MX_SAN, 2, 90 },
	{ "oldleaf", "mx.example.com", "oldroot", MX_SAN, -10, 80 },
	{ "strangeleaf", "mx.example.com", "strange", MX_SAN, -10, 80 },
	{ "self", "mx.example.com", NULL, MX_SAN, -10, 80 },
	{ "selfold", "mx.example.com", NULL, "DNS:localhost", -400, -35 },
	{ "stray", "Stray", NULL, NULL, -900, -100, .ca = true },
	{ "oldinter", "Issuer", "strange", .from = -900, .to = -100, .ca = true, .key = "inter" },
	{ "small", "mx.example.com", "inter", MX_SAN, -10, 80, .rsa_bits = 1024 },
	{ "sha1", "mx.example.com", "inter", MX_SAN, -10, 80, .sha1 = true },
	{ "mailonly", "mx.example.com", "inter", MX_SAN, -10, 80, .usage = "emailProtection" },
	{ "staple", "mx.example.com", "inter", MX_SAN, -10, 80, .must_staple = true },
	{ "web", "mta-sts.example.com", "inter", "DNS:mta-sts.example.com", -10, 80 },
	{ "any", "*.example.com", "inter", "DNS:*.example.com,DNS:example.com", -10, 80 },
	{ "le", "Let's Encrypt R11", "root", .from = -300, .to = 300, .ca = true },
	{ "leleaf", "mx.example.com", "le", MX_SAN, -10, 80 },
	{ "client", "mx.example.com", "inter", MX_SAN, -10, 80, .usage = "serverAuth" },
};

struct tls_row {
	const char *name, *check;
	const char *tlsa; /* "3 1 1 {spki256:leaf}", one a line, or a status; NULL: none */
	const char *chain, *second, *imaps; /* port 25, its second address, 993 */
	const char *bare;		    /* without SNI; NULL: the same */
	const char *version, *cipher;
	/* What the probes got, a version or cipher, or a status; NULL: refused, 1.2 granted. */
	const char *old, *weak, *twelve;
	const char *want, *says;
	bool insecure, insecure_mx;
	bool compression, no_secure_renegotiation, no_master_secret, sct, renegotiates;
};

static struct pki tls_pki;

static inline int tls_setup(void **state)
{
	(void)state;
	pki_new(&tls_pki, tls_certs, LENGTH(tls_certs), TLS_NOW);
	return 0;
}

static inline int tls_teardown(void **state)
{
	(void)state;
	pki_free(&tls_pki);
	return 0;
}

static inline void tls_show(const struct tls_row *row, const char *words, struct session_tls *t)
{
	t->done = true;
	t->version = str_of(row->version != NULL ? row->version : "TLSv1.3");
	t->cipher = str_of(row->cipher != NULL ? row->cipher : "TLS_AES_256_GCM_SHA384");
	t->bits = 256;
	t->sni = true;
	t->compression = row->compression;
	t->secure_renegotiation = !row->no_secure_renegotiation;
	t->extended_master_secret = !row->no_master_secret;
	t->sct = row->sct;
	t->client_renegotiation = row->renegotiates;
	t->chain_count = t->served = pki_chain(&tls_pki, words, &t->chain);
	t->anchor_count = pki_chain(&tls_pki, "root oldroot", &t->anchors);
}

static inline const char *tls_served(const struct tls_row *row, const struct session_question *q)
{
	if (q->port == 993)
		return row->imaps;
	if (q->port != 25)
		return NULL;
	if (q->goal == GOAL_TLS_NO_SNI && row->bare != NULL)
		return row->bare;
	return q->address.bytes[3] == 2 ? row->second : row->chain;
}

static inline void tls_answer(struct frank_case *c, const struct tls_row *row, struct fact *f)
{
	const struct session_question *q = &f->question.session;
	const char *served = tls_served(row, q);
	struct session *s = &f->session;

	*s = (struct session){ .connect_ms = 5, .greeting_ms = 10, .total_ms = 100 };
	if (served == NULL || session_status_parse(str_of(served), &s->status)) {
		s->status = served == NULL ? SESSION_REFUSED : s->status;
		s->error = STR("this is how the visit ended");
		return;
	}
	s->starttls_offered = true;
	const char *probe = q->goal == GOAL_TLS_OLD			    ? row->old
			    : q->goal == GOAL_TLS_WEAK			    ? row->weak
			    : q->goal == GOAL_TLS_12 && row->twelve != NULL ? row->twelve
									    : "";
	if (probe == NULL) {
		s->status = SESSION_TLS_FAILED;
		return;
	}
	if (session_status_parse(str_of(probe), &s->status)) {
		s->error = STR("the probe ended so");
		return;
	}
	tls_show(row, served, &s->tls);
	if (probe[0] != '\0' && q->goal == GOAL_TLS_OLD)
		s->tls.version = str_of(probe);
	else if (probe[0] != '\0')
		s->tls.cipher = str_of(probe);
	(void)c;
}

/* The zone of the row: MX, addresses, TLSA. */
static inline const char *tls_zone(struct arena *a, const struct tls_row *row)
{
	struct str zone = STR("example.com MX 10 mx.example.com.\nmx.example.com A 192.0.2.1\n");
	struct str rest = row->tlsa != NULL ? pki_fill(&tls_pki, row->tlsa) : STR("");

	if (row->second != NULL)
		zone = arena_fmt(a, STR_FMT "mx.example.com A 192.0.2.2\n", STR_ARG(zone));
	while (rest.n > 0) {
		struct str line = str_cut_line(&rest);

		zone = arena_fmt(a, STR_FMT "_25._tcp.mx.example.com TLSA " STR_FMT "\n",
		    STR_ARG(zone), STR_ARG(line));
	}
	return arena_str(a, zone).p;
}

static inline bool tls_turn(struct frank_case *c, const void *this_row)
{
	const struct tls_row *row = this_row;
	const char *zone = tls_zone(c->arena, row);
	struct fact *f;
	bool any = false;

	while ((f = case_next_open(c)) != NULL) {
		if (f->question.ask == ASK_SESSION) {
			tls_answer(c, row, f);
		} else if (f->question.ask != ASK_DNS) {
			case_put_nothing(c, f, STR("not in this test"));
		} else {
			bool mx = f->question.dns.type == DNS_MX;

			zone_answer(c, str_of(zone), f);
			f->dns.security =
			    (mx ? row->insecure_mx : row->insecure) ? DNS_INSECURE : DNS_SECURE;
		}
		case_answered(c, f);
		any = true;
	}
	return any;
}

static inline void tls_rows_hold(const struct tls_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		claim_holds(
		    &(struct claim){ rows[i].name, rows[i].check, rows[i].want, rows[i].says },
		    tls_turn, &rows[i]);
}

#endif
