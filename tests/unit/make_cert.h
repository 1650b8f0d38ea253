/*
 * make_cert - a small public key infrastructure for tests, made anew in each run.
 *
 * A row is one certificate: who it is, who signed it, when it is valid. Each has a P-256 key
 * of its own unless the row says otherwise. They are made in order, issuers before the issued.
 */
#ifndef TESTS_MAKE_CERT_H
#define TESTS_MAKE_CERT_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "wire/cert.h"

struct pki_row {
	const char *word;   /* how tests call it */
	const char *name;   /* common name */
	const char *issuer; /* word of another row; NULL: itself */
	const char *san;    /* "DNS:mx.example.com"; NULL: none */
	int from, to;	    /* days around the time of judgement */
	bool ca;
	const char *usage; /* extendedKeyUsage; NULL: none */
	const char *key;   /* word of another row whose key it shares; NULL: its own */
	int rsa_bits;	   /* 0: P-256 */
	bool sha1, must_staple;
};

struct pki_cert {
	const struct pki_row *row;
	X509 *x;
	EVP_PKEY *key;
	struct cert cert; /* parsed */
	struct str pem;
};

struct pki {
	struct arena arena;
	struct pki_cert *certs;
	size_t count;
};

static inline struct pki_cert *pki_find(struct pki *p, struct str word)
{
	for (size_t i = 0; i < p->count; i++)
		if (str_eq(str_of(p->certs[i].row->word), word))
			return &p->certs[i];
	return NULL;
}

static inline void pki_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *e;

	if (value == NULL)
		return;
	X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

static inline EVP_PKEY *pki_key(struct pki *p, const struct pki_row *row)
{
	EVP_PKEY *key;

	if (row->key != NULL) {
		key = pki_find(p, str_of(row->key))->key;
		EVP_PKEY_up_ref(key);
		return key;
	}
	return row->rsa_bits > 0 ? EVP_RSA_gen((unsigned)row->rsa_bits) : EVP_EC_gen("P-256");
}

static inline struct str pki_pem(struct arena *a, X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL;

	PEM_write_bio_X509(bio, x);
	long n = BIO_get_mem_data(bio, &bytes);
	struct str pem = arena_str(a, (struct str){ bytes, (size_t)n });
	BIO_free(bio);
	return pem;
}

static inline void pki_make(struct pki *p, const struct pki_row *row, int64_t now)
{
	struct pki_cert *c = &p->certs[p->count];
	struct pki_cert *by = row->issuer != NULL ? pki_find(p, str_of(row->issuer)) : c;

	c->row = row;
	c->key = pki_key(p, row);
	c->x = X509_new();
	X509_set_version(c->x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(c->x), (long)p->count + 1);
	ASN1_TIME_set(X509_getm_notBefore(c->x), now + row->from * (int64_t)86400);
	ASN1_TIME_set(X509_getm_notAfter(c->x), now + row->to * (int64_t)86400);
	X509_set_pubkey(c->x, c->key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(c->x), "CN", MBSTRING_UTF8,
	    (const unsigned char *)row->name, -1, -1, 0);
	X509_set_issuer_name(c->x, X509_get_subject_name(by->x));
	pki_extension(
	    c->x, by->x, NID_basic_constraints, row->ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	pki_extension(c->x, by->x, NID_subject_alt_name, row->san);
	pki_extension(c->x, by->x, NID_ext_key_usage, row->usage);
	pki_extension(c->x, by->x, NID_tlsfeature, row->must_staple ? "status_request" : NULL);
	X509_sign(c->x, by->key, row->sha1 ? EVP_sha1() : EVP_sha256());
	c->pem = pki_pem(&p->arena, c->x);
	cert_parse(&p->arena, c->pem, &c->cert);
	p->count++;
}

static inline void pki_new(struct pki *p, const struct pki_row *rows, size_t count, int64_t now)
{
	*p = (struct pki){ 0 };
	p->certs = arena_array(&p->arena, struct pki_cert, count);
	for (size_t i = 0; i < count; i++)
		pki_make(p, &rows[i], now);
}

static inline void pki_free(struct pki *p)
{
	for (size_t i = 0; i < p->count; i++) {
		X509_free(p->certs[i].x);
		EVP_PKEY_free(p->certs[i].key);
	}
	arena_free(&p->arena);
}

/* The PEMs of "leaf inter", in that order. */
static inline size_t pki_chain(struct pki *p, const char *words, struct str **out)
{
	struct str rest = str_of(words), word;
	size_t count = 0;

	*out = NULL;
	while ((word = str_cut_word(&rest)).n > 0)
		arena_push(&p->arena, *out, count, struct str, pki_find(p, word)->pem);
	return count;
}

static inline struct str pki_hex(struct arena *a, struct str bytes)
{
	struct str out = STR("");

	for (size_t i = 0; i < bytes.n; i++)
		out =
		    arena_fmt(a, STR_FMT "%02x", STR_ARG(out), (unsigned)(unsigned char)bytes.p[i]);
	return out;
}

/* The text with {spki256:WORD}, {cert256:WORD}, {spki512:WORD}, {cert:WORD} in hex. */
static inline struct str pki_fill(struct pki *p, const char *text)
{
	struct str rest = str_of(text), out = STR("");
	ptrdiff_t at;

	while ((at = str_chr(rest, '{')) >= 0) {
		struct str before = str_slice(rest, 0, (size_t)at), word, what;

		rest = str_skip(rest, (size_t)at + 1);
		word = str_cut(&rest, '}');
		what = str_cut(&word, ':');
		const struct cert *c = &pki_find(p, word)->cert;
		struct str bytes = str_starts(what, STR("spki")) ? c->spki : c->der;

		if (str_ends(what, STR("256")))
			bytes = cert_sha256(&p->arena, bytes);
		else if (str_ends(what, STR("512")))
			bytes = cert_sha512(&p->arena, bytes);
		out = arena_fmt(&p->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(out), STR_ARG(before),
		    STR_ARG(pki_hex(&p->arena, bytes)));
	}
	return arena_fmt(&p->arena, STR_FMT STR_FMT, STR_ARG(out), STR_ARG(rest));
}

#endif
