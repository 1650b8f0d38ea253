/* dkim_sig - see dkim_sig.h. */
#include "wire/dkim_sig.h"

#include "wire/base64.h"
#include "wire/domain.h"

#define SHA1_BYTES   20
#define SHA256_BYTES 32
#define INSTANCE_MAX 50 /* RFC 8617 section 4.2.1 */

enum { DKIM = 1 << DKIM_SIG_DKIM, AMS = 1 << DKIM_SIG_ARC_MESSAGE, SEAL = 1 << DKIM_SIG_ARC_SEAL };

/* Reads one tag's value; the text says what is wrong with it, {0} when nothing is. */
typedef struct str read_tag(struct arena *, struct dkim_sig *, struct str value);

static struct str fine(void)
{
	return (struct str){ 0 };
}

static struct str read_version(struct arena *a, struct dkim_sig *s, struct str value)
{
	(void)s;
	if (str_eq(value, STR("1")))
		return fine();
	return arena_fmt(a, "the version is v=" STR_FMT ", and only v=1 is known", STR_ARG(value));
}

static struct str read_algorithm(struct arena *a, struct dkim_sig *s, struct str value)
{
	(void)a;
	s->algorithm_name = value;
	s->algorithm = DKIM_ALGORITHM_OTHER;
	for (int i = 0; i < DKIM_ALGORITHM_OTHER; i++)
		if (str_eq(value, str_of(dkim_algorithm_name((enum dkim_algorithm)i))))
			s->algorithm = (enum dkim_algorithm)i;
	return fine();
}

static bool canonicalization(struct str name, bool *relaxed)
{
	*relaxed = str_eq(name, STR("relaxed"));
	return *relaxed || str_eq(name, STR("simple"));
}

/* "relaxed" alone is of the header; the body is then simple (RFC 6376 section 3.5). */
static struct str read_canonicalization(struct arena *a, struct dkim_sig *s, struct str value)
{
	struct str body = value, header = str_cut(&body, '/');

	s->relaxed_body = false;
	if (!canonicalization(header, &s->relaxed_header) ||
	    (body.p != NULL && !canonicalization(body, &s->relaxed_body)))
		return arena_fmt(
		    a, "c=" STR_FMT " is no canonicalization that is known", STR_ARG(value));
	return fine();
}

/* A name as A-labels in lower case; false when it is none that a key could stand under. */
static bool read_name(struct arena *a, struct str value, struct str *out)
{
	struct str ascii;

	if (!domain_to_ascii(a, value, &ascii) || !domain_valid(ascii))
		return false;
	for (size_t i = 0; i < ascii.n; i++)
		if (!is_alnum(ascii.p[i]) && memchr("-_.", ascii.p[i], 3) == NULL)
			return false;
	*out = arena_lower(a, ascii);
	return true;
}

static struct str read_domain(struct arena *a, struct dkim_sig *s, struct str value)
{
	if (read_name(a, value, &s->domain))
		return fine();
	return arena_fmt(a, "d=" STR_FMT " is no domain", STR_ARG(value));
}

static struct str read_selector(struct arena *a, struct dkim_sig *s, struct str value)
{
	if (read_name(a, value, &s->selector))
		return fine();
	return arena_fmt(a, "s=" STR_FMT " is no selector", STR_ARG(value));
}

static struct str read_headers(struct arena *a, struct dkim_sig *s, struct str value)
{
	struct str *names = NULL, name;

	if (value.n == 0 && s->form == DKIM_SIG_DKIM)
		return STR("h= names no field");
	while (tags_next(&value, ':', &name)) {
		if (name.n == 0 && s->form == DKIM_SIG_DKIM)
			return STR("h= has an empty place where a field name belongs");
		if (s->header_count == DKIM_SIG_MAX_HEADERS)
			return STR("h= names more fields than any message needs");
		arena_push(a, names, s->header_count, struct str, name);
	}
	s->headers = names;
	if (s->form == DKIM_SIG_DKIM && dkim_sig_covers(s, STR("From")) == 0)
		return STR("h= does not name the From field, which has to be signed "
			   "(RFC 6376 section 5.4)");
	return fine();
}

/* All between "b=" and the next semicolon or the end goes when the field is hashed, white space
   too (RFC 6376 section 3.7). */
static void find_b(struct dkim_sig *s, struct str value)
{
	struct str text = s->tags.text;

	s->b_at = (size_t)(value.p - text.p);
	s->b_end = s->b_at + value.n;
	while (s->b_at > 0 && text.p[s->b_at - 1] != '=')
		s->b_at--;
	while (s->b_end < text.n && text.p[s->b_end] != ';')
		s->b_end++;
}

static struct str read_signature(struct arena *a, struct dkim_sig *s, struct str value)
{
	find_b(s, value);
	if (value.n == 0)
		return STR("b=, the signature itself, is empty");
	if (base64_decode(a, value, BASE64_WSP | BASE64_EXACT, &s->signature, NULL) != BASE64_OK)
		return STR("b=, the signature itself, is no base64 text");
	return fine();
}

static struct str read_body_hash(struct arena *a, struct dkim_sig *s, struct str value)
{
	if (base64_decode(a, value, BASE64_WSP | BASE64_EXACT, &s->body_hash, NULL) != BASE64_OK)
		return STR("bh=, the hash of the body, is no base64 text");
	if (s->body_hash.n != SHA256_BYTES && s->body_hash.n != SHA1_BYTES)
		return STR("bh= is as long as no hash is");
	return fine();
}

struct str dkim_sig_unquote(struct arena *a, struct str value)
{
	char *out = arena_array(a, char, value.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (is_wsp(c) || c == '\r' || c == '\n')
			continue;
		if (c == '=' && i + 2 < value.n && hex_value(value.p[i + 1]) >= 0 &&
		    hex_value(value.p[i + 2]) >= 0) {
			c = (char)(hex_value(value.p[i + 1]) << 4 | hex_value(value.p[i + 2]));
			i += 2;
		}
		out[n++] = c;
	}
	return (struct str){ out, n };
}

static struct str read_identity(struct arena *a, struct dkim_sig *s, struct str value)
{
	ptrdiff_t at;

	s->identity = dkim_sig_unquote(a, value);
	at = str_rchr(s->identity, '@');
	if (at < 0 || !read_name(a, str_skip(s->identity, (size_t)at + 1), &s->identity_domain))
		return arena_fmt(
		    a, "i=" STR_FMT " is no identity: it has no domain", STR_ARG(value));
	return fine();
}

static struct str read_instance(struct arena *a, struct dkim_sig *s, struct str value)
{
	uint64_t n;

	if (!str_uint(value, INSTANCE_MAX, &n) || n == 0)
		return arena_fmt(a, "i=" STR_FMT " is no instance from 1 to 50", STR_ARG(value));
	s->instance = (unsigned)n;
	return fine();
}

static struct str read_length(struct arena *a, struct dkim_sig *s, struct str value)
{
	s->has_length = true;
	if (str_uint(value, UINT64_MAX, &s->length))
		return fine();
	return arena_fmt(a, "l=" STR_FMT " is no number of bytes", STR_ARG(value));
}

static bool read_seconds(struct str value, int64_t *out)
{
	uint64_t n;

	if (!str_uint(value, 999999999999, &n)) /* 12 digits, RFC 6376 section 3.5 */
		return false;
	*out = (int64_t)n;
	return true;
}

static struct str read_time(struct arena *a, struct dkim_sig *s, struct str value)
{
	s->has_time = read_seconds(value, &s->time);
	if (s->has_time)
		return fine();
	return arena_fmt(a, "t=" STR_FMT " is no time in seconds since 1970", STR_ARG(value));
}

/* Stands behind t= in the table: it is compared with it. */
static struct str read_expiry(struct arena *a, struct dkim_sig *s, struct str value)
{
	s->has_expiry = read_seconds(value, &s->expiry);
	if (!s->has_expiry)
		return arena_fmt(
		    a, "x=" STR_FMT " is no time in seconds since 1970", STR_ARG(value));
	if (s->has_time && s->expiry <= s->time)
		return STR("it expires (x=) before it was made (t=)");
	return fine();
}

static struct str read_methods(struct arena *a, struct dkim_sig *s, struct str value)
{
	struct str rest = value, method;

	(void)s;
	while (tags_next(&rest, ':', &method))
		if (str_ieq(method, STR("dns/txt")) || str_ieq(method, STR("dns")))
			return fine();
	return arena_fmt(
	    a, "q=" STR_FMT " has no way to fetch the key that is known", STR_ARG(value));
}

static struct str read_cv(struct arena *a, struct dkim_sig *s, struct str value)
{
	s->cv = arena_lower(a, value);
	if (str_eq(s->cv, STR("none")) || str_eq(s->cv, STR("pass")) || str_eq(s->cv, STR("fail")))
		return fine();
	return arena_fmt(a, "cv=" STR_FMT " is neither none, pass nor fail", STR_ARG(value));
}

static struct str refuse_headers(struct arena *a, struct dkim_sig *s, struct str value)
{
	(void)a;
	(void)s;
	(void)value;
	return STR("a seal may have no h= (RFC 8617 section 4.1.3)");
}

/* RFC 6376 section 3.5, RFC 8617 sections 4.1.2 and 4.1.3.  Read in this order. */
static const struct row {
	const char *name;
	unsigned forms, required; /* where it means something, where it must stand */
	read_tag *read;
} rows[] = {
	{ "v", DKIM, DKIM, read_version },
	{ "i", AMS | SEAL, AMS | SEAL, read_instance },
	{ "d", DKIM | AMS | SEAL, DKIM | AMS | SEAL, read_domain },
	{ "s", DKIM | AMS | SEAL, DKIM | AMS | SEAL, read_selector },
	{ "a", DKIM | AMS | SEAL, DKIM | AMS | SEAL, read_algorithm },
	{ "b", DKIM | AMS | SEAL, DKIM | AMS | SEAL, read_signature },
	{ "c", DKIM | AMS, 0, read_canonicalization },
	{ "cv", SEAL, SEAL, read_cv },
	{ "h", DKIM | AMS, DKIM | AMS, read_headers },
	{ "h", SEAL, 0, refuse_headers },
	{ "bh", DKIM | AMS, DKIM | AMS, read_body_hash },
	{ "i", DKIM, 0, read_identity },
	{ "l", DKIM | AMS, 0, read_length },
	{ "t", DKIM | AMS | SEAL, 0, read_time },
	{ "x", DKIM | AMS, 0, read_expiry },
	{ "q", DKIM | AMS, 0, read_methods },
};

/* What breaks the grammar so that programs would read different things. */
static struct str list_fault(struct arena *a, const struct tags *t)
{
	for (size_t i = 0; i < t->fault_count; i++)
		if (t->faults[i].kind != TAG_EMPTY && t->faults[i].kind != TAG_VALUE)
			return tag_fault_write(a, &t->faults[i]);
	return fine();
}

static struct str read_row(struct arena *a, struct dkim_sig *s, const struct row *row)
{
	unsigned form = 1u << s->form;
	struct str value;

	if ((row->forms & form) == 0)
		return fine();
	value = tags_value(&s->tags, row->name);
	if (value.p != NULL)
		return row->read(a, s, value);
	if (row->required & form)
		return arena_fmt(a, "there is no %s=, which it must have", row->name);
	return fine();
}

static struct str at_domain(struct arena *a, struct str domain)
{
	char *text = arena_array(a, char, domain.n + 1);

	text[0] = '@';
	memcpy(text + 1, domain.p, domain.n);
	return (struct str){ text, domain.n + 1 };
}

/* What follows from several tags together. */
static struct str judge_whole(struct arena *a, struct dkim_sig *s)
{
	if (s->form != DKIM_SIG_DKIM)
		return fine();
	if (s->identity_domain.n == 0 && s->domain.n > 0) {
		s->identity = at_domain(a, s->domain);
		s->identity_domain = s->domain;
	}
	if (domain_under(s->identity_domain, s->domain))
		return fine();
	return arena_fmt(a, "i=" STR_FMT " does not lie in d=" STR_FMT, STR_ARG(s->identity),
	    STR_ARG(s->domain));
}

void dkim_sig_parse(struct arena *a, enum dkim_sig_form form, const struct message_field *field,
    struct dkim_sig *out)
{
	bool relaxed = form != DKIM_SIG_DKIM;

	*out = (struct dkim_sig){
		.form = form, .field = field, .relaxed_header = relaxed, .relaxed_body = relaxed
	};
	tags_parse(a, field->value, &out->tags);
	out->fault = list_fault(a, &out->tags);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct str fault = read_row(a, out, &rows[i]);

		if (out->fault.n == 0)
			out->fault = fault;
	}
	if (out->fault.n == 0)
		out->fault = judge_whole(a, out);
}

const char *dkim_algorithm_name(enum dkim_algorithm algorithm)
{
	static const char *const names[] = {
		[DKIM_RSA_SHA256] = "rsa-sha256",
		[DKIM_ED25519_SHA256] = "ed25519-sha256",
		[DKIM_RSA_SHA1] = "rsa-sha1",
		[DKIM_ALGORITHM_OTHER] = "unknown",
	};

	return names[algorithm];
}

struct str dkim_sig_value(const struct dkim_sig *s, const char *tag)
{
	return tags_value(&s->tags, tag);
}

size_t dkim_sig_covers(const struct dkim_sig *s, struct str name)
{
	size_t times = 0;

	for (size_t i = 0; i < s->header_count; i++)
		times += str_ieq(s->headers[i], name);
	return times;
}
