/* cert - see cert.h. The parsing and the verifying are OpenSSL's. */
#include "wire/cert.h"

#include <stdlib.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "wire/dkim_key.h"
#include "wire/domain.h"

#define MAX_TEXT 1024

/* Bytes as printable text; everything else as \xNN. */
static struct str printable(struct arena *a, const unsigned char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *p = arena_array(a, char, 4 * (n < MAX_TEXT ? n : MAX_TEXT) + 1);
	size_t out = 0;

	for (size_t i = 0; i < n && i < MAX_TEXT; i++) {
		unsigned char c = bytes[i];

		if (c >= 0x20 && c < 0x7f && c != '\\') {
			p[out++] = (char)c;
			continue;
		}
		memcpy(p + out, "\\x", 2);
		p[out + 2] = digits[c >> 4];
		p[out + 3] = digits[c & 15];
		out += 4;
	}
	return (struct str){ p, out };
}

static struct str bio_text(struct arena *a, BIO *bio)
{
	char *bytes = NULL;
	long n = BIO_get_mem_data(bio, &bytes);

	return printable(a, (const unsigned char *)bytes, n > 0 ? (size_t)n : 0);
}

static struct str name_text(struct arena *a, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct str text;

	X509_NAME_print_ex(bio, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
	text = bio_text(a, bio);
	BIO_free(bio);
	return text;
}

static struct str common_name(struct arena *a, const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	const ASN1_STRING *value =
	    at < 0 ? NULL : X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));

	if (value == NULL)
		return (struct str){ 0 };
	return printable(a, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
}

static int64_t seconds_of(const ASN1_TIME *t)
{
	struct tm tm = { 0 };

	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

static void take_alt_name(struct arena *a, const GENERAL_NAME *g, struct cert *out)
{
	int kind;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(g, &kind);

	if (kind == GEN_DNS && out->name_count < CERT_MAX_NAMES) {
		struct str name =
		    printable(a, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));

		arena_push(a, out->names, out->name_count, struct str, name);
	} else if (kind == GEN_IPADD && out->address_count < CERT_MAX_NAMES) {
		int n = ASN1_STRING_length(value);
		struct ip ip = { .family = n == 4 ? IP_V4 : n == 16 ? IP_V6 : IP_NONE };

		if (ip.family == IP_NONE)
			return;
		memcpy(ip.bytes, ASN1_STRING_get0_data(value), (size_t)n);
		arena_push(a, out->addresses, out->address_count, struct ip, ip);
	}
}

static void take_alt_names(struct arena *a, const X509 *x, struct cert *out)
{
	GENERAL_NAMES *list = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(list); i++)
		take_alt_name(a, sk_GENERAL_NAME_value(list, i), out);
	GENERAL_NAMES_free(list);
}

static void take_access(struct arena *a, const X509 *x, struct cert *out)
{
	AUTHORITY_INFO_ACCESS *list = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);

	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(list); i++) {
		const ACCESS_DESCRIPTION *d = sk_ACCESS_DESCRIPTION_value(list, i);
		const ASN1_STRING *url = d->location->type == GEN_URI ? d->location->d.ia5 : NULL;

		if (url != NULL && OBJ_obj2nid(d->method) == NID_ad_ca_issuers &&
		    out->issuer_url.n == 0)
			out->issuer_url = printable(
			    a, ASN1_STRING_get0_data(url), (size_t)ASN1_STRING_length(url));
	}
	AUTHORITY_INFO_ACCESS_free(list);
}

/* Field sizes by curve; by the length of the point where the curve is none of these. */
static int ec_bits(const X509_ALGOR *algorithm, int point)
{
	const void *value = NULL;
	int type = V_ASN1_UNDEF;

	X509_ALGOR_get0(NULL, &type, &value, algorithm);
	if (type == V_ASN1_OBJECT && OBJ_obj2nid(value) == NID_secp521r1)
		return 521;
	return (point - 1) / 2 * 8;
}

/*
 * Kind and size are read from the bytes: OpenSSL takes as long to make a key object as to
 * verify several signatures, and nobody asks for the object here.
 */
static void take_key(struct arena *a, X509 *x, struct cert *out)
{
	unsigned char *der = NULL;
	const unsigned char *key = NULL;
	X509_ALGOR *algorithm = NULL;
	struct dkim_key rsa = { 0 };
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der), size = 0;

	if (n > 0)
		out->spki = arena_str(a, (struct str){ (const char *)der, (size_t)n });
	OPENSSL_free(der);
	if (X509_PUBKEY_get0_param(NULL, &key, &size, &algorithm, X509_get_X509_PUBKEY(x)) != 1)
		return;
	switch (OBJ_obj2nid(algorithm->algorithm)) {
	case NID_rsaEncryption:
	case NID_rsassaPss:
		out->key = CERT_KEY_RSA;
		if (dkim_rsa_parse((struct str){ (const char *)key, (size_t)size }, &rsa))
			out->bits = (int)rsa.bits;
		break;
	case NID_X9_62_id_ecPublicKey:
		out->key = CERT_KEY_EC;
		out->bits = ec_bits(algorithm, size);
		break;
	case NID_ED25519:
		out->key = CERT_KEY_ED25519;
		out->bits = 8 * size;
		break;
	default:
		out->bits = EVP_PKEY_get_bits(X509_get0_pubkey(x));
		break;
	}
}

static void take_signature(const X509 *x, struct cert *out)
{
	int nid = X509_get_signature_nid(x), digest = NID_undef;

	out->signature = str_of(OBJ_nid2ln(nid));
	if (OBJ_find_sigid_algs(nid, &digest, NULL) == 1)
		out->weak_signature = digest == NID_md5 || digest == NID_sha1 || digest == NID_md2;
}

#define OID_LOGOTYPE   "1.3.6.1.5.5.7.1.12" /* RFC 9399 */
#define OID_MARK_USAGE "1.3.6.1.5.5.7.3.31" /* id-kp-BrandIndicatorforMessageIdentification */

/* What makes it a mark certificate (VMC, CMC). */
static void take_mark(struct arena *a, X509 *x, struct cert *out)
{
	ASN1_OBJECT *logotype = OBJ_txt2obj(OID_LOGOTYPE, 1),
		    *usage = OBJ_txt2obj(OID_MARK_USAGE, 1);
	EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
	int at = X509_get_ext_by_OBJ(x, logotype, -1);

	for (int i = 0; i < sk_ASN1_OBJECT_num(list); i++)
		out->mark_usage |= OBJ_cmp(sk_ASN1_OBJECT_value(list, i), usage) == 0;
	if (at >= 0) {
		const ASN1_OCTET_STRING *bytes = X509_EXTENSION_get_data(X509_get_ext(x, at));

		out->logotype =
		    arena_str(a, (struct str){ (const char *)ASN1_STRING_get0_data(bytes),
				     (size_t)ASN1_STRING_length(bytes) });
	}
	sk_ASN1_OBJECT_pop_free(list, ASN1_OBJECT_free);
	ASN1_OBJECT_free(logotype);
	ASN1_OBJECT_free(usage);
}

static void fill_in(struct arena *a, X509 *x, struct cert *out)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	uint32_t usage = X509_get_extended_key_usage(x);

	out->parsed = n > 0 && (size_t)n <= CERT_MAX_BYTES;
	if (out->parsed)
		out->der = arena_str(a, (struct str){ (const char *)der, (size_t)n });
	OPENSSL_free(der);
	out->subject = name_text(a, X509_get_subject_name(x));
	out->issuer = name_text(a, X509_get_issuer_name(x));
	out->common_name = common_name(a, X509_get_subject_name(x));
	out->not_before = seconds_of(X509_get0_notBefore(x));
	out->not_after = seconds_of(X509_get0_notAfter(x));
	out->self_issued = X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0;
	out->ca = X509_check_ca(x) != 0;
	out->server_auth = usage == UINT32_MAX || (usage & (XKU_SSL_SERVER | XKU_ANYEKU)) != 0;
	out->must_staple = X509_get_ext_by_NID(x, NID_tlsfeature, -1) >= 0;
	out->sct = X509_get_ext_by_NID(x, NID_ct_precert_scts, -1) >= 0;
	take_alt_names(a, x, out);
	take_access(a, x, out);
	take_mark(a, x, out);
	take_key(a, x, out);
	take_signature(x, out);
}

/* NULL when the text holds no (further) certificate. */
static X509 *next_cert(BIO *bio)
{
	return PEM_read_bio_X509(bio, NULL, NULL, NULL);
}

static BIO *bio_of(struct str pem)
{
	return BIO_new_mem_buf(pem.n > 0 ? pem.p : "", pem.n < CERT_MAX_BYTES * 8 ? (int)pem.n : 0);
}

void cert_parse(struct arena *a, struct str pem, struct cert *out)
{
	BIO *bio = bio_of(pem);
	X509 *x = next_cert(bio);

	*out = (struct cert){ .pem = pem };
	if (x != NULL)
		fill_in(a, x, out);
	X509_free(x);
	BIO_free(bio);
}

static struct str pem_of(struct arena *a, X509 *x)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	struct str pem;

	PEM_write_bio_X509(bio, x);
	long n = BIO_get_mem_data(bio, &bytes);
	pem = arena_str(a, (struct str){ bytes, n > 0 ? (size_t)n : 0 });
	BIO_free(bio);
	return pem;
}

struct str cert_write_pem(struct arena *a, struct str der)
{
	const unsigned char *p = (const unsigned char *)der.p;
	X509 *x = der.n > CERT_MAX_BYTES ? NULL : d2i_X509(NULL, &p, (long)der.n);
	struct str pem = { 0 };

	if (x != NULL && p == (const unsigned char *)der.p + der.n)
		pem = pem_of(a, x);
	X509_free(x);
	return pem;
}

size_t cert_parse_all(struct arena *a, struct str pem, struct cert out[CERT_MAX_CHAIN])
{
	BIO *bio = bio_of(pem);
	size_t count = 0;
	X509 *x;

	while (count < CERT_MAX_CHAIN && (x = next_cert(bio)) != NULL) {
		out[count] = (struct cert){ .pem = pem_of(a, x) };
		fill_in(a, x, &out[count++]);
		X509_free(x);
	}
	BIO_free(bio);
	return count;
}

bool cert_matches(const struct cert *c, struct str host)
{
	host = domain_undot(host);
	for (size_t i = 0; i < c->name_count; i++) {
		struct str name = domain_undot(c->names[i]);

		if (str_ieq(name, host))
			return true;
		if (str_starts(name, STR("*.")) && domain_is_host(str_skip(name, 2)) &&
		    domain_labels(name) > 2 && str_ieq(domain_parent(host), str_skip(name, 2)))
			return true;
	}
	return false;
}

static struct str digest(struct arena *a, const EVP_MD *md, struct str bytes)
{
	unsigned char out[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	EVP_Digest(bytes.n > 0 ? bytes.p : "", bytes.n, out, &n, md, NULL);
	return arena_str(a, (struct str){ (const char *)out, n });
}

struct str cert_sha256(struct arena *a, struct str bytes)
{
	return digest(a, EVP_sha256(), bytes);
}

struct str cert_sha512(struct arena *a, struct str bytes)
{
	return digest(a, EVP_sha512(), bytes);
}

/* ---- chains ---- */

/*
 * Certificates that were read already, by their text. OpenSSL takes longer to read one than to
 * verify its signature, and chains that are looked at together share issuers and roots.
 */
struct cert_pool {
	struct {
		struct str pem;
		X509 *x;
	} list[CERT_POOL_MAX];
	size_t count;
};

struct cert_pool *cert_pool_new(void)
{
	struct cert_pool *p = calloc(1, sizeof(*p));

	if (p == NULL)
		abort();
	return p;
}

void cert_pool_free(struct cert_pool *p)
{
	for (size_t i = 0; i < p->count; i++)
		X509_free(p->list[i].x);
	free(p);
}

/* The certificate of a PEM text, or NULL when there is none; to be freed. */
static X509 *read_pem(struct cert_pool *p, struct str pem)
{
	BIO *bio;
	X509 *x;

	for (size_t i = 0; p != NULL && i < p->count; i++)
		if (str_eq(p->list[i].pem, pem)) {
			X509_up_ref(p->list[i].x);
			return p->list[i].x;
		}
	bio = bio_of(pem);
	x = next_cert(bio);
	BIO_free(bio);
	if (x != NULL && p != NULL && p->count < CERT_POOL_MAX) {
		X509_up_ref(x);
		p->list[p->count].pem = pem;
		p->list[p->count++].x = x;
	}
	return x;
}

struct chain {
	struct cert_pool *pool; /* may be NULL */
	X509 *certs[CERT_MAX_CHAIN];
	size_t count;
	X509_STORE *store;
	STACK_OF(X509) * others;
};

static bool load_chain(struct chain *c, const struct str *pems, size_t count)
{
	c->others = sk_X509_new_null();
	for (size_t i = 0; i < count && i < CERT_MAX_CHAIN; i++) {
		X509 *x = read_pem(c->pool, pems[i]);

		if (x == NULL)
			return false;
		c->certs[c->count++] = x;
		if (i > 0)
			sk_X509_push(c->others, x);
	}
	return true;
}

static void load_anchors(struct chain *c, const struct str *pems, size_t count)
{
	c->store = X509_STORE_new();
	for (size_t i = 0; i < count; i++) {
		X509 *x = read_pem(c->pool, pems[i]);

		if (x != NULL)
			X509_STORE_add_cert(c->store, x);
		X509_free(x);
	}
}

static void release_chain(struct chain *c)
{
	for (size_t i = 0; i < c->count; i++)
		X509_free(c->certs[i]);
	sk_X509_free(c->others);
	X509_STORE_free(c->store);
}

static enum chain_verdict verdict_of(int error)
{
	switch (error) {
	case X509_V_OK:
		return CHAIN_OK;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return CHAIN_INCOMPLETE;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return CHAIN_SELF_SIGNED;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
		return CHAIN_UNTRUSTED;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return CHAIN_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return CHAIN_NOT_YET;
	default:
		return CHAIN_BROKEN;
	}
}

static bool issued(const X509 *issuer, const X509 *subject)
{
	return X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(subject)) == 0;
}

static void note_order(const struct chain *c, STACK_OF(X509) * path, struct chain_result *out)
{
	size_t used = 0;

	out->on_path[0] = true;
	for (size_t i = 0; i + 1 < c->count; i++)
		out->unordered |= !issued(c->certs[i + 1], c->certs[i]);
	for (size_t i = 0; i < c->count; i++) {
		for (int k = 0; k < sk_X509_num(path); k++)
			out->on_path[i] |= X509_cmp(c->certs[i], sk_X509_value(path, k)) == 0;
		used += out->on_path[i];
	}
	out->extra = c->count - used;
}

static void verify(
    struct arena *a, struct chain *c, unsigned long flags, int64_t now, struct chain_result *out)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();
	int error;

	X509_VERIFY_PARAM_set_time(param, (time_t)now);
	X509_VERIFY_PARAM_set_flags(param, flags);
	X509_VERIFY_PARAM_set_auth_level(param, 0); /* key sizes are judged apart */
	X509_VERIFY_PARAM_set_depth(param, CERT_MAX_CHAIN);
	X509_STORE_CTX_init(context, c->store, c->certs[0], c->others);
	X509_STORE_CTX_set0_param(context, param);
	X509_verify_cert(context);
	error = X509_STORE_CTX_get_error(context);
	out->verdict = verdict_of(error);
	out->at = (size_t)X509_STORE_CTX_get_error_depth(context);
	out->error = str_of(X509_verify_cert_error_string(error));
	const X509 *last = X509_STORE_CTX_get_current_cert(context);

	last = last != NULL ? last : c->certs[0];
	if (out->verdict == CHAIN_INCOMPLETE)
		out->missing = name_text(a, X509_get_issuer_name(last));
	if (out->verdict == CHAIN_EXPIRED || out->verdict == CHAIN_NOT_YET)
		out->culprit = name_text(a, X509_get_subject_name(last));
	note_order(c, X509_STORE_CTX_get0_chain(context), out);
	X509_STORE_CTX_free(context);
}

struct verifying {
	int64_t now;
	unsigned long flags; /* X509_V_FLAG_... */
	struct cert_pool *pool;
};

static struct chain_result verify_pems(struct arena *a, struct cert_pems chain,
    struct cert_pems anchors, const struct verifying *how, struct cert *certs)
{
	struct chain_result out = { .verdict = CHAIN_EMPTY };
	struct chain c = { .pool = how->pool };
	bool readable;

	if (chain.count == 0)
		return out;
	out.verdict = CHAIN_UNREADABLE;
	readable = load_chain(&c, chain.list, chain.count);
	for (size_t i = 0; certs != NULL && i < c.count; i++)
		fill_in(a, c.certs[i], &certs[i]);
	if (readable) {
		load_anchors(&c, anchors.list, anchors.count);
		verify(a, &c, how->flags, how->now, &out);
	}
	release_chain(&c);
	return out;
}

struct chain_result cert_verify(
    struct arena *a, struct cert_pems chain, struct cert_pems anchors, int64_t now)
{
	return verify_pems(a, chain, anchors, &(struct verifying){ .now = now }, NULL);
}

void cert_chain_read(struct arena *a, struct cert_pool *pool, struct cert_pems chain,
    struct cert_pems anchors, int64_t now, struct cert_chain *out)
{
	out->count = chain.count < CERT_MAX_CHAIN ? chain.count : CERT_MAX_CHAIN;
	for (size_t i = 0; i < out->count; i++)
		out->certs[i] = (struct cert){ .pem = chain.list[i] };
	out->result = verify_pems(
	    a, chain, anchors, &(struct verifying){ .now = now, .pool = pool }, out->certs);
}

struct chain_result cert_verify_to(
    struct arena *a, const struct cert *chain, size_t count, struct str anchor_pem, int64_t now)
{
	struct str *served = arena_array(a, struct str, count);

	for (size_t i = 0; i < count; i++)
		served[i] = chain[i].pem;
	return verify_pems(a, (struct cert_pems){ served, count },
	    (struct cert_pems){ &anchor_pem, 1 },
	    &(struct verifying){ .now = now, .flags = X509_V_FLAG_PARTIAL_CHAIN }, NULL);
}
