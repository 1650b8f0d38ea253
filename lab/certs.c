/* certs - see certs.h. Every good certificate has the same key, so that TLSA is known early. */
#include "lab/certs.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <time.h>

#include "wire/cert.h"

#define DAY 86400L

struct lab_ca {
	EVP_PKEY *root_key, *middle_key, *leaf_key, *weak_key;
	X509 *root, *middle;
	long serial;
};

static EVP_PKEY *ec_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	if (key == NULL)
		abort();
	return key;
}

static void set_name(X509_NAME *name, struct str common)
{
	X509_NAME_add_entry_by_txt(
	    name, "CN", MBSTRING_UTF8, (const unsigned char *)common.p, (int)common.n, -1, 0);
}

static void add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	if (extension == NULL)
		abort();
	X509_add_ext(x, extension, -1);
	X509_EXTENSION_free(extension);
}

struct plan {
	struct str name;
	EVP_PKEY *key;
	X509 *issuer; /* NULL: itself */
	EVP_PKEY *issuer_key;
	long from, until; /* seconds from now */
	bool ca;
	bool sha1;
};

static X509 *make(struct lab_ca *ca, struct arena *a, const struct plan *p)
{
	X509 *x = X509_new(), *issuer = p->issuer != NULL ? p->issuer : x;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++ca->serial);
	X509_gmtime_adj(X509_getm_notBefore(x), p->from);
	X509_gmtime_adj(X509_getm_notAfter(x), p->until);
	X509_set_pubkey(x, p->key);
	set_name(X509_get_subject_name(x), p->name);
	X509_set_issuer_name(x, X509_get_subject_name(issuer));
	if (p->ca) {
		add_extension(x, issuer, NID_basic_constraints, "critical,CA:TRUE");
		add_extension(x, issuer, NID_key_usage, "critical,keyCertSign");
	} else {
		add_extension(x, issuer, NID_ext_key_usage, "serverAuth");
		add_extension(x, issuer, NID_subject_alt_name,
		    arena_fmt(a, "DNS:" STR_FMT, STR_ARG(p->name)).p);
		add_extension(x, issuer, NID_info_access,
		    "caIssuers;URI:http://ca.lab.example/intermediate.crt");
	}
	if (X509_sign(x, p->issuer_key, p->sha1 ? EVP_sha1() : EVP_sha256()) == 0)
		abort();
	return x;
}

struct lab_ca *lab_ca_new(struct arena *a)
{
	struct lab_ca *ca = arena_new(a, struct lab_ca);

	ca->serial = (long)time(NULL);
	ca->root_key = ec_key();
	ca->middle_key = ec_key();
	ca->leaf_key = ec_key();
	ca->root = make(ca, a,
	    &(struct plan){ .name = STR("Lab Root"),
		.key = ca->root_key,
		.issuer_key = ca->root_key,
		.from = -DAY,
		.until = 3650 * DAY,
		.ca = true });
	ca->middle = make(ca, a,
	    &(struct plan){ .name = STR("Lab Intermediate"),
		.key = ca->middle_key,
		.issuer = ca->root,
		.issuer_key = ca->root_key,
		.from = -DAY,
		.until = 1800 * DAY,
		.ca = true });
	return ca;
}

void lab_ca_free(struct lab_ca *ca)
{
	EVP_PKEY_free(ca->root_key);
	EVP_PKEY_free(ca->middle_key);
	EVP_PKEY_free(ca->leaf_key);
	EVP_PKEY_free(ca->weak_key);
	X509_free(ca->root);
	X509_free(ca->middle);
}

static struct str pem_of(struct arena *a, X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL;

	PEM_write_bio_X509(bio, x);
	long n = BIO_get_mem_data(bio, &bytes);
	struct str pem = arena_str(a, (struct str){ bytes, (size_t)n });
	BIO_free(bio);
	return pem;
}

struct str lab_ca_root(struct arena *a, const struct lab_ca *ca)
{
	return pem_of(a, ca->root);
}

static struct plan plan_of(struct lab_ca *ca, struct str host, enum lab_cert kind)
{
	struct plan p = { .name = host,
		.key = ca->leaf_key,
		.issuer = ca->middle,
		.issuer_key = ca->middle_key,
		.from = -DAY,
		.until = 80 * DAY };

	switch (kind) {
	case LAB_CERT_EXPIRED:
		p.from = -100 * DAY;
		p.until = -10 * DAY;
		break;
	case LAB_CERT_WRONG_NAME:
		p.name = STR("other.host.example");
		break;
	case LAB_CERT_SELF_SIGNED:
		p.issuer = NULL;
		p.issuer_key = p.key;
		break;
	case LAB_CERT_WEAK:
		if (ca->weak_key == NULL)
			ca->weak_key = EVP_RSA_gen(1024);
		p.key = ca->weak_key;
		break;
	case LAB_CERT_SHA1:
		p.sha1 = true;
		break;
	default:
		break;
	}
	return p;
}

SSL_CTX *lab_ca_context(
    struct lab_ca *ca, struct arena *a, struct str host, enum lab_cert kind, bool old_tls)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	struct plan p = plan_of(ca, host, kind);
	X509 *leaf = make(ca, a, &p);

	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_use_certificate(context, leaf);
	SSL_CTX_use_PrivateKey(context, p.key);
	if (kind != LAB_CERT_INCOMPLETE && kind != LAB_CERT_SELF_SIGNED)
		SSL_CTX_add1_chain_cert(context, ca->middle);
	SSL_CTX_set_min_proto_version(context, old_tls ? TLS1_VERSION : TLS1_2_VERSION);
	SSL_CTX_set_max_proto_version(context, old_tls ? TLS1_1_VERSION : TLS1_3_VERSION);
	if (old_tls)
		SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
	X509_free(leaf);
	return context;
}

struct str lab_ca_tlsa(struct lab_ca *ca, struct arena *a)
{
	struct plan p = plan_of(ca, STR("any.host.example"), LAB_CERT_GOOD);
	X509 *leaf = make(ca, a, &p);
	struct cert cert;
	struct str out = STR("3 1 1 ");

	cert_parse(a, pem_of(a, leaf), &cert);
	X509_free(leaf);
	struct str hash = cert_sha256(a, cert.spki);
	for (size_t i = 0; i < hash.n; i++)
		out =
		    arena_fmt(a, STR_FMT "%02x", STR_ARG(out), (unsigned)(unsigned char)hash.p[i]);
	return out;
}
