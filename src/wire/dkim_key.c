/* dkim_key - see dkim_key.h. */
#include "wire/dkim_key.h"

#include "wire/base64.h"
#include "wire/der.h"

/* OBJECT IDENTIFIER rsaEncryption, 1.2.840.113549.1.1.1 */
static const char rsa_oid[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";

static void fault(struct arena *a, struct dkim_key *k, enum dkim_key_fault_kind kind, size_t at,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void fault(struct arena *a, struct dkim_key *k, enum dkim_key_fault_kind kind, size_t at,
    const char *fmt, ...)
{
	struct dkim_key_fault f = { .kind = kind, .at = at };
	va_list args;

	va_start(args, fmt);
	f.text = arena_vfmt(a, fmt, args);
	va_end(args);
	arena_push(a, k->faults, k->fault_count, struct dkim_key_fault, f);
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } (RFC 8017 A.1.1) */
static bool read_rsa(struct der *d, struct dkim_key *out)
{
	struct der key = { .rest = der_take(d, DER_SEQUENCE) };

	out->modulus = der_take_unsigned(&key);
	out->exponent = der_take_unsigned(&key);
	return !key.failed && key.rest.n == 0 && out->modulus.n > 0 && out->exponent.n > 0;
}

/* SubjectPublicKeyInfo of an RSA key (RFC 3279 section 2.3.1): the BIT STRING's contents. */
static struct str read_info(struct der *d)
{
	struct der info = { .rest = der_take(d, DER_SEQUENCE) };
	struct der algorithm = { .rest = der_take(&info, DER_SEQUENCE) };
	struct str oid = der_take(&algorithm, DER_OID);
	struct str bits = der_take(&info, DER_BIT_STRING);

	if (info.failed || algorithm.failed || info.rest.n > 0)
		return (struct str){ 0 };
	if (!str_eq(oid, (struct str){ rsa_oid, sizeof(rsa_oid) - 1 }) || bits.n == 0 ||
	    bits.p[0] != 0)
		return (struct str){ 0 };
	return str_skip(bits, 1);
}

static unsigned bit_length(struct str number)
{
	unsigned bits = (unsigned)number.n * 8;
	unsigned char top = number.n > 0 ? (unsigned char)number.p[0] : 0;

	for (unsigned mask = 0x80; number.n > 0 && mask > 0 && (top & mask) == 0; mask >>= 1)
		bits--;
	return bits;
}

bool dkim_rsa_parse(struct str bytes, struct dkim_key *out)
{
	struct der d = { .rest = bytes };
	struct str inner = read_info(&d);

	if (inner.n > 0) {
		struct der key = { .rest = inner };

		out->pkcs1 = false;
		if (!read_rsa(&key, out) || key.rest.n > 0)
			return false;
	} else {
		d = (struct der){ .rest = bytes };
		out->pkcs1 = true;
		if (!read_rsa(&d, out))
			return false;
	}
	out->bits = bit_length(out->modulus);
	out->data = str_slice(bytes, 0, bytes.n - d.rest.n);
	return true;
}

static void read_list(struct arena *a, struct dkim_key *k)
{
	for (size_t i = 0; i < k->tags.fault_count; i++) {
		const struct tag_fault *f = &k->tags.faults[i];
		bool harmless = f->kind == TAG_EMPTY || f->kind == TAG_VALUE;
		struct str text = tag_fault_write(a, f);

		fault(a, k, harmless ? DKIM_NOTE_LIST : DKIM_FAULT_LIST, f->at, STR_FMT,
		    STR_ARG(text));
	}
}

static void read_version(struct arena *a, struct dkim_key *k)
{
	const struct tag *v = tags_find(&k->tags, "v");

	if (v == NULL)
		return;
	if (!str_eq(v->value, STR("DKIM1")))
		fault(a, k, DKIM_FAULT_VERSION, v->value_at,
		    "the version is \"" STR_FMT "\", it has to be DKIM1, in capitals",
		    STR_ARG(v->value));
	else if (v != &k->tags.items[0])
		fault(a, k, DKIM_FAULT_VERSION, v->name_at,
		    "v=DKIM1 stands not first; it must be the first tag or be left out");
}

static void read_type(struct arena *a, struct dkim_key *k)
{
	const struct tag *t = tags_find(&k->tags, "k");

	k->kind = DKIM_KEY_RSA;
	if (t == NULL || str_eq(t->value, STR("rsa")))
		return;
	if (str_eq(t->value, STR("ed25519"))) {
		k->kind = DKIM_KEY_ED25519;
		return;
	}
	k->kind = DKIM_KEY_OTHER;
	fault(a, k, DKIM_FAULT_TYPE, t->value_at,
	    "the key type \"" STR_FMT "\" is not known; it is rsa or ed25519", STR_ARG(t->value));
}

static void read_hashes(struct arena *a, struct dkim_key *k)
{
	const struct tag *t = tags_find(&k->tags, "h");
	struct str rest = t == NULL ? (struct str){ 0 } : t->value, name;

	if (t == NULL) {
		k->sha1 = k->sha256 = true;
		return;
	}
	while (tags_next(&rest, ':', &name)) {
		if (str_eq(name, STR("sha256")))
			k->sha256 = true;
		else if (str_eq(name, STR("sha1")))
			k->sha1 = true;
		else
			fault(a, k, DKIM_NOTE_HASH, t->value_at,
			    "the hash \"" STR_FMT "\" in h= is not known", STR_ARG(name));
	}
	if (!k->sha256)
		fault(a, k, DKIM_FAULT_HASHES, t->value_at,
		    "h= does not permit sha256, the only hash that still counts (RFC 8301)");
	else if (k->sha1)
		fault(a, k, DKIM_NOTE_SHA1, t->value_at,
		    "h= still permits sha1, which nobody accepts any more (RFC 8301)");
}

static void read_service(struct arena *a, struct dkim_key *k)
{
	const struct tag *t = tags_find(&k->tags, "s");
	struct str rest = t == NULL ? (struct str){ 0 } : t->value, name;

	if (t == NULL)
		return;
	while (tags_next(&rest, ':', &name))
		if (str_eq(name, STR("*")) || str_ieq(name, STR("email")))
			return;
	fault(a, k, DKIM_FAULT_SERVICE, t->value_at,
	    "s=" STR_FMT " keeps the key from being used for mail; leave s= out or write s=email",
	    STR_ARG(t->value));
}

static void read_flags(struct arena *a, struct dkim_key *k)
{
	const struct tag *t = tags_find(&k->tags, "t");
	struct str rest = t == NULL ? (struct str){ 0 } : t->value, flag;

	while (tags_next(&rest, ':', &flag)) {
		if (str_eq(flag, STR("y")))
			k->testing = true;
		else if (str_eq(flag, STR("s")))
			k->strict = true;
		else
			fault(a, k, DKIM_NOTE_FLAG, t->value_at,
			    "the flag \"" STR_FMT "\" in t= is not known", STR_ARG(flag));
	}
}

static void read_strangers(struct arena *a, struct dkim_key *k)
{
	static const char *const known[] = { "v", "h", "k", "n", "p", "s", "t" };

	for (size_t i = 0; i < k->tags.count; i++) {
		const struct tag *t = &k->tags.items[i];
		size_t j = 0;

		while (j < LENGTH(known) && !str_eq(t->name, str_of(known[j])))
			j++;
		if (j < LENGTH(known))
			continue;
		if (str_eq(t->name, STR("g")))
			fault(a, k, DKIM_NOTE_GRANULARITY, t->name_at,
			    "g= is of the old RFC 4871 and means nothing any more");
		else
			fault(a, k, DKIM_NOTE_TAG, t->name_at,
			    "the tag \"" STR_FMT "\" is not known and is ignored",
			    STR_ARG(t->name));
	}
}

static void read_rsa_data(struct arena *a, struct dkim_key *k, size_t at)
{
	struct str all = k->data;

	if (!dkim_rsa_parse(all, k)) {
		k->modulus = k->exponent = (struct str){ 0 };
		k->pkcs1 = false;
		fault(a, k, DKIM_FAULT_DER, at,
		    "p= is base64, but not an RSA public key: part of it is missing or it was "
		    "changed on the way into the DNS");
		return;
	}
	if (k->pkcs1)
		fault(a, k, DKIM_NOTE_PKCS1, at,
		    "the key is in the bare form (RSAPublicKey); most verifiers take it, some do "
		    "not (RFC 6376 erratum 3017)");
	if (all.n > k->data.n)
		fault(a, k, DKIM_NOTE_TRAILING, at, "%zu bytes of rubbish follow the key",
		    all.n - k->data.n);
}

static void say_base64(
    struct arena *a, struct dkim_key *k, const struct tag *p, enum base64_fault bad, size_t at)
{
	unsigned char c = at < p->value.n ? (unsigned char)p->value.p[at] : 0;

	if (bad == BASE64_SHORT)
		fault(a, k, DKIM_FAULT_BASE64, p->value_at + at,
		    "p= is cut off: the base64 text ends in the middle of a group");
	else if (bad == BASE64_PADDING)
		fault(a, k, DKIM_FAULT_BASE64, p->value_at + at,
		    "p= has an \"=\" in the middle, as if two pieces had been glued together");
	else if (c == '"')
		fault(a, k, DKIM_FAULT_BASE64, p->value_at + at,
		    "p= holds a quotation mark: the pieces of a long key were pasted with their "
		    "quotes");
	else if (c > 0x20 && c < 0x7f)
		fault(a, k, DKIM_FAULT_BASE64, p->value_at + at,
		    "p= holds \"%c\", which no base64 text may hold", c);
	else
		fault(a, k, DKIM_FAULT_BASE64, p->value_at + at,
		    "p= holds the byte 0x%02X, which no base64 text may hold", c);
}

static void read_data(struct arena *a, struct dkim_key *k)
{
	const struct tag *p = tags_find(&k->tags, "p");
	enum base64_fault bad;
	size_t at;

	if (p == NULL) {
		fault(a, k, DKIM_FAULT_NO_KEY, k->tags.text.n, "there is no p= with the key");
		return;
	}
	k->revoked = p->value.n == 0;
	if (k->revoked)
		return;
	bad = base64_decode(a, p->value, BASE64_WSP | BASE64_UNPADDED, &k->data, &at);
	if (bad != BASE64_OK) {
		say_base64(a, k, p, bad, at);
		return;
	}
	if (k->kind == DKIM_KEY_RSA) {
		read_rsa_data(a, k, p->value_at);
	} else if (k->kind == DKIM_KEY_ED25519) {
		k->bits = 256;
		if (k->data.n != 32)
			fault(a, k, DKIM_FAULT_LENGTH, p->value_at,
			    "an Ed25519 key is exactly 32 bytes, raw; this one has %zu%s",
			    k->data.n,
			    k->data.n == 44 ? " (it is wrapped in DER; take the last 32)" : "");
	}
}

static bool meant(const struct tags *t)
{
	struct str version = tags_value(t, "v");

	if (str_istarts(version, STR("DKIM")))
		return true;
	return version.p == NULL && tags_find(t, "p") != NULL;
}

void dkim_key_parse(struct arena *a, struct str record, struct dkim_key *out)
{
	*out = (struct dkim_key){ 0 };
	tags_parse(a, record, &out->tags);
	out->meant = meant(&out->tags);
	read_list(a, out);
	read_version(a, out);
	read_type(a, out);
	read_hashes(a, out);
	read_service(a, out);
	read_flags(a, out);
	read_strangers(a, out);
	read_data(a, out);
	out->usable = !out->revoked;
	for (size_t i = 0; i < out->fault_count; i++)
		if (dkim_fault_spoils(out->faults[i].kind))
			out->usable = false;
}

bool dkim_key_meant(struct arena *a, struct str record)
{
	struct tags t;

	tags_parse(a, record, &t);
	return meant(&t);
}
