/*
 * session_tls - the handshake of a talk, over memory, and what it showed.
 *
 * Nothing is verified here: a bad certificate is what an audit wants to see. Judges verify
 * the chain against the roots that are kept beside it.
 */
#include "collect/sessions.h"

#include <openssl/ct.h>
#include <openssl/err.h>

#define MAX_KEPT_CHAIN 20

/* What a goal offers. Everything is tried at security level 0, to see what is there. */
static const struct offer {
	enum session_goal goal;
	int min, max;
	const char *ciphers;
} offers[] = {
	{ GOAL_VISIT, TLS1_VERSION, TLS1_3_VERSION, "DEFAULT:@SECLEVEL=0" },
	{ GOAL_RELAY, TLS1_VERSION, TLS1_3_VERSION, "DEFAULT:@SECLEVEL=0" },
	{ GOAL_TLS_OLD, TLS1_VERSION, TLS1_1_VERSION, "ALL:@SECLEVEL=0" },
	{ GOAL_TLS_12, TLS1_2_VERSION, TLS1_2_VERSION, "DEFAULT:@SECLEVEL=0" },
	{ GOAL_TLS_WEAK, TLS1_VERSION, TLS1_2_VERSION, "aNULL:eNULL:RC4:3DES:EXPORT:@SECLEVEL=0" },
	{ GOAL_TLS_NO_SNI, TLS1_VERSION, TLS1_3_VERSION, "DEFAULT:@SECLEVEL=0" },
	{ GOAL_SMUGGLE, TLS1_VERSION, TLS1_3_VERSION, "DEFAULT:@SECLEVEL=0" },
	{ GOAL_INJECTION, TLS1_VERSION, TLS1_3_VERSION, "DEFAULT:@SECLEVEL=0" },
};

static struct str last_error(struct talk *t)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return arena_str(
	    t->job->facts->arena, str_of(reason != NULL ? reason : "the handshake was broken off"));
}

static void tls_failed(struct talk *t)
{
	struct session_tls *tls = &talk_session(t)->tls;

	tls->error = last_error(t);
	talk_note(t, SPEAKER_NOTE, tls->error);
	talk_end(t, SESSION_TLS_FAILED, tls->error);
}

static void flush_records(struct talk *t)
{
	char piece[4096];
	int n;

	while ((n = BIO_read(t->to_net, piece, sizeof(piece))) > 0)
		buf_add(&t->out, (struct str){ piece, (size_t)n });
}

static struct str copy(struct talk *t, const char *z)
{
	return arena_str(t->job->facts->arena, str_of(z != NULL ? z : ""));
}

static void note_group(struct talk *t, struct session_tls *tls)
{
	EVP_PKEY *key = NULL;
	char name[80] = "";

	if (SSL_get_peer_tmp_key(t->ssl, &key) != 1)
		return;
	if (EVP_PKEY_get_group_name(key, name, sizeof(name), NULL) != 1)
		tls->group = copy(t, EVP_PKEY_get0_type_name(key));
	else
		tls->group = copy(t, name);
	EVP_PKEY_free(key);
}

static void note_chain(struct talk *t, struct session_tls *tls)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(t->ssl);
	struct arena *a = t->job->facts->arena;
	X509 *certs[MAX_KEPT_CHAIN];

	tls->served = chain != NULL ? (size_t)sk_X509_num(chain) : 0;
	tls->chain_count = tls->served < MAX_KEPT_CHAIN ? tls->served : MAX_KEPT_CHAIN;
	tls->chain = arena_array(a, struct str, tls->chain_count);
	for (size_t i = 0; i < tls->chain_count; i++) {
		certs[i] = sk_X509_value(chain, (int)i);
		tls->chain[i] = trust_pem(a, certs[i]);
	}
	tls->anchors = trust_anchors(t->all->trust, a, certs, tls->chain_count, &tls->anchor_count);
}

static void note_ocsp(struct talk *t, struct session_tls *tls)
{
	const unsigned char *bytes = NULL;
	long n = SSL_get_tlsext_status_ocsp_resp(t->ssl, &bytes);

	if (n > 0 && bytes != NULL)
		tls->ocsp =
		    arena_str(t->job->facts->arena, (struct str){ (const char *)bytes, (size_t)n });
}

/* SCTs that came beside the certificate; those inside it are seen by whoever parses it. */
static bool has_scts(struct talk *t)
{
	const STACK_OF(SCT) *list = SSL_get0_peer_scts(t->ssl);

	for (int i = 0; i < sk_SCT_num(list); i++)
		if (SCT_get_source(sk_SCT_value(list, i)) != SCT_SOURCE_X509V3_EXTENSION)
			return true;
	return false;
}

static void note_session(struct talk *t)
{
	struct session_tls *tls = &talk_session(t)->tls;
	const SSL_CIPHER *cipher = SSL_get_current_cipher(t->ssl);

	tls->version = copy(t, SSL_get_version(t->ssl));
	tls->cipher = copy(t, SSL_CIPHER_get_name(cipher));
	tls->bits = SSL_CIPHER_get_bits(cipher, NULL);
	tls->sni = SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name) != NULL;
	tls->compression = SSL_get_current_compression(t->ssl) != NULL;
	tls->secure_renegotiation = SSL_get_secure_renegotiation_support(t->ssl) == 1;
	tls->extended_master_secret = SSL_get_extms_support(t->ssl) == 1;
	tls->sct = has_scts(t);
	note_group(t, tls);
	note_chain(t, tls);
	note_ocsp(t, tls);
	talk_note(t, SPEAKER_NOTE,
	    arena_fmt(&t->arena, STR_FMT " with " STR_FMT ", %zu certificates",
		STR_ARG(tls->version), STR_ARG(tls->cipher), tls->served));
	tls->done = true;
}

/* All the plain text there is; what SSL_read() said at last. */
static int read_plain(struct talk *t)
{
	char piece[4096];
	int n;

	while ((n = SSL_read(t->ssl, piece, sizeof(piece))) > 0)
		buf_add(&t->in, (struct str){ piece, (size_t)n });
	return n;
}

#define RENEGOTIATION_MS 4000 /* for a server that neither agrees nor refuses */

/*
 * RFC 9325 section 3.5: a client that asks for a new handshake costs the server much and itself
 * little. Only the TLS 1.2 probe asks. False: there is nothing to wait for.
 */
static bool begin_renegotiation(struct talk *t)
{
	if (t->fact->question.session.goal != GOAL_TLS_12 || SSL_renegotiate(t->ssl) != 1)
		return false;
	t->renegotiating = true;
	talk_limit(t, RENEGOTIATION_MS);
	SSL_do_handshake(t->ssl);
	flush_records(t);
	return true;
}

static void end_handshake(struct talk *t)
{
	t->handshake = t->renegotiating = false;
	script_tls_done(t);
	if (!t->finished)
		read_plain(t);
}

/*
 * Reading drives it; a refusal is an alert, which OpenSSL takes for the end. A greeting may stand
 * before the alert.
 */
static void renegotiate(struct talk *t)
{
	int n = read_plain(t);

	flush_records(t);
	if (!SSL_in_init(t->ssl)) {
		talk_session(t)->tls.client_renegotiation = true;
		talk_note(t, SPEAKER_NOTE, STR("the server agreed to another handshake"));
		end_handshake(t);
	} else if (SSL_get_error(t->ssl, n) != SSL_ERROR_WANT_READ) {
		ERR_clear_error();
		talk_note(t, SPEAKER_NOTE, STR("the server refused another handshake"));
		talk_end(t, SESSION_OK, STR(""));
	}
}

static void advance(struct talk *t)
{
	int result;

	if (t->renegotiating) {
		renegotiate(t);
		return;
	}

	if (!t->handshake) {
		read_plain(t);
		flush_records(t);
		return;
	}
	result = SSL_do_handshake(t->ssl);
	flush_records(t);
	if (result == 1) {
		note_session(t);
		if (!begin_renegotiation(t))
			end_handshake(t);
	} else if (SSL_get_error(t->ssl, result) != SSL_ERROR_WANT_READ) {
		tls_failed(t);
	}
}

void tls_feed(struct talk *t, struct str bytes)
{
	BIO_write(t->from_net, bytes.p, (int)bytes.n);
	advance(t);
}

void tls_say(struct talk *t, struct str bytes)
{
	SSL_write(t->ssl, bytes.p, (int)bytes.n);
	flush_records(t);
}

static bool configure(struct talk *t, const struct offer *o)
{
	t->context = SSL_CTX_new(TLS_client_method());
	if (t->context == NULL || SSL_CTX_set_min_proto_version(t->context, o->min) != 1 ||
	    SSL_CTX_set_max_proto_version(t->context, o->max) != 1 ||
	    SSL_CTX_set_cipher_list(t->context, o->ciphers) != 1)
		return false;
	SSL_CTX_set_verify(t->context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_options(
	    t->context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_max_cert_list(t->context, 256 * 1024);
	return true;
}

static bool open_ssl(struct talk *t, const struct session_question *q)
{
	t->ssl = SSL_new(t->context);
	t->from_net = BIO_new(BIO_s_mem());
	t->to_net = BIO_new(BIO_s_mem());
	if (t->ssl == NULL || t->from_net == NULL || t->to_net == NULL)
		return false;
	BIO_set_mem_eof_return(t->from_net, -1);
	SSL_set_bio(t->ssl, t->from_net, t->to_net);
	SSL_set_tlsext_status_type(t->ssl, TLSEXT_STATUSTYPE_ocsp);
	SSL_enable_ct(t->ssl, SSL_CT_VALIDATION_PERMISSIVE); /* asks for the SCTs */
	SSL_set_connect_state(t->ssl);
	if (q->goal != GOAL_TLS_NO_SNI && q->host.n > 0)
		SSL_ctrl(t->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
		    (void *)(uintptr_t)arena_str(&t->arena, q->host).p);
	return true;
}

bool tls_begin(struct talk *t)
{
	const struct session_question *q = &t->fact->question.session;

	if (t->in.n > 0) {
		/* CVE-2011-0411: what stood behind the reply was sent before TLS, by whomever. */
		talk_note(t, SPEAKER_NOTE, STR("plain text behind the STARTTLS reply was dropped"));
		buf_clear(&t->in);
	}
	ERR_clear_error();
	if (!configure(t, &offers[q->goal]) || !open_ssl(t, q)) {
		tls_failed(t);
		return false;
	}
	t->handshake = true;
	talk_limit(t, TALK_REPLY_MS);
	advance(t);
	return !t->finished;
}

void tls_release(struct talk *t)
{
	SSL_free(t->ssl); /* frees both BIOs */
	SSL_CTX_free(t->context);
	t->ssl = NULL;
	t->context = NULL;
}
