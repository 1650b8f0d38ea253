/* dkim_why_header - which field was changed, added or rewritten; see dkim_why.h. */
#include "auth/dkim_canon.h"
#include "auth/dkim_why.h"

/* One signature that does not fit, and what is left to try. */
struct asking {
	struct arena *arena;
	struct crypto *crypto;
	const struct message *message;
	const struct dkim_verdict *verdict;
	bool lf;
	bool known; /* the hash that was signed */
	unsigned char signed_hash[CRYPTO_HASH];
	unsigned left;		      /* guesses */
	struct message_field *fields; /* room for those of a message as it may have been */
};

/* Would the signature fit if the header were this? */
static bool fits(struct asking *q, const struct message *m, const struct dkim_sig *sig)
{
	unsigned char hash[CRYPTO_HASH];

	if (q->left == 0)
		return false;
	q->left--;
	dkim_header_hash(q->crypto, q->arena, m, sig, q->lf, hash);
	if (q->known)
		return memcmp(hash, q->signed_hash, CRYPTO_HASH) == 0;
	return crypto_verify(q->crypto, q->verdict->key, sig->signature, hash);
}

/* The message with its ith field replaced, or without it (raw is {0}). */
static bool fits_with(struct asking *q, size_t i, struct str raw)
{
	struct message m = *q->message;

	memcpy(q->fields, m.fields, m.count * sizeof(*m.fields));
	m.fields = q->fields;
	if (raw.n > 0) {
		m.fields[i].raw = raw;
		m.fields[i].value = str_skip(raw, (size_t)str_chr(raw, ':') + 1);
	} else {
		memmove(&m.fields[i], &m.fields[i + 1], (m.count - i - 1) * sizeof(*m.fields));
		m.count--;
	}
	return fits(q, &m, &q->verdict->sig);
}

static bool fits_with_value(struct asking *q, size_t i, struct str value)
{
	return fits_with(q, i,
	    arena_fmt(q->arena, STR_FMT ": " STR_FMT, STR_ARG(q->message->fields[i].name),
		STR_ARG(value)));
}

static bool is_signed(const struct asking *q, struct str name)
{
	return dkim_sig_covers(&q->verdict->sig, name) > 0;
}

/* ---- the guesses ---- */

typedef struct str guess(struct asking *, size_t field);

static struct str other_canonicalization(struct asking *q, size_t field)
{
	struct dkim_sig sig = q->verdict->sig;

	(void)field;
	sig.relaxed_header = !sig.relaxed_header;
	if (!fits(q, q->message, &sig))
		return (struct str){ 0 };
	return arena_fmt(q->arena,
	    "the signer hashed the header in its %s form, though c= says %s: the signing program "
	    "is "
	    "at fault",
	    sig.relaxed_header ? "relaxed" : "simple", sig.relaxed_header ? "simple" : "relaxed");
}

static struct str was_added(struct asking *q, size_t field)
{
	struct str name = q->message->fields[field].name;

	if (!is_signed(q, name) || !fits_with(q, field, (struct str){ 0 }))
		return (struct str){ 0 };
	return arena_fmt(q->arena,
	    "the field " STR_FMT " was added after signing: without it the signature fits",
	    STR_ARG(name));
}

/* Without "[list] ", "***SPAM*** ", "{Spam?} " in front; {0} when there is no such thing. */
static struct str untagged(struct str value)
{
	static const char open[] = "[*{(<", shut[] = "]*})>";
	struct str text = str_trim(value);
	const char *kind = text.n > 0 ? memchr(open, text.p[0], sizeof(open) - 1) : NULL;
	ptrdiff_t end;

	if (kind == NULL)
		return (struct str){ 0 };
	end = str_chr(str_skip(text, 1), shut[kind - open]);
	if (text.p[0] == '*') /* the stars behind the word */
		end = str_find(text, STR("* ")) - 1;
	return end < 0 ? (struct str){ 0 } : str_trim(str_skip(text, (size_t)end + 2));
}

static struct str subject_tagged(struct asking *q, size_t field)
{
	const struct message_field *f = &q->message->fields[field];
	struct str rest = f->value;

	if (!str_ieq(f->name, STR("Subject")) || !is_signed(q, f->name))
		return (struct str){ 0 };
	for (int tags = 0; tags < 3 && (rest = untagged(rest)).n > 0; tags++)
		if (fits_with_value(q, field, rest))
			return arena_fmt(q->arena,
			    "the Subject was changed: without \"" STR_FMT
			    "\" in front the signature fits, as mailing lists and spam filters add "
			    "it",
			    STR_ARG(
				str_trim(str_slice(f->value, 0, (size_t)(rest.p - f->value.p)))));
	return (struct str){ 0 };
}

/* "Re: [list] x" was "Re: x". */
static struct str subject_tagged_within(struct asking *q, size_t field)
{
	const struct message_field *f = &q->message->fields[field];
	struct str value = str_trim(f->value), rest;
	ptrdiff_t colon = str_find(value, STR(": "));

	if (!str_ieq(f->name, STR("Subject")) || !is_signed(q, f->name) || colon < 0 || colon > 5)
		return (struct str){ 0 };
	rest = untagged(str_skip(value, (size_t)colon + 2));
	if (rest.n == 0 || !fits_with_value(q, field,
			       arena_fmt(q->arena, STR_FMT " " STR_FMT,
				   STR_ARG(str_slice(value, 0, (size_t)colon + 1)), STR_ARG(rest))))
		return (struct str){ 0 };
	return STR("the Subject was changed: without the tag behind \"Re:\" the signature fits, as "
		   "mailing lists add it");
}

/* Lists that rewrite From keep the author elsewhere. */
static struct str from_rewritten(struct asking *q, size_t field)
{
	static const char *const kept[] = { "X-Original-From", "Original-From", "X-From",
		"Reply-To", "X-Original-Sender", "X-Mailman-Original-From" };
	const struct message_field *f = &q->message->fields[field];

	if (!str_ieq(f->name, STR("From")))
		return (struct str){ 0 };
	for (size_t i = 0; i < LENGTH(kept); i++) {
		const struct message_field *old = message_field(q->message, str_of(kept[i]), 0);

		if (old != NULL && fits_with_value(q, field, str_trim(old->value)))
			return arena_fmt(q->arena,
			    "From was rewritten: with the author that %s keeps the signature fits, "
			    "as mailing lists do it",
			    kept[i]);
	}
	return (struct str){ 0 };
}

static struct str reencoded(struct asking *q, size_t field)
{
	static const char *const encodings[] = { "8bit", "7bit", "quoted-printable", "base64",
		"binary", "8BIT", "7BIT" };
	const struct message_field *f = &q->message->fields[field];

	if (!str_ieq(f->name, STR("Content-Transfer-Encoding")) || !is_signed(q, f->name))
		return (struct str){ 0 };
	for (size_t i = 0; i < LENGTH(encodings); i++)
		if (fits_with_value(q, field, str_of(encodings[i])))
			return arena_fmt(q->arena,
			    "the body was encoded anew on the way: it was %s when it was signed",
			    encodings[i]);
	return (struct str){ 0 };
}

/* The signer may have written down what the fields were. */
static struct str differs_from_copy(struct asking *q, size_t field)
{
	const struct message_field *f = &q->message->fields[field];
	struct str rest = dkim_sig_value(&q->verdict->sig, "z"), item, copy;

	while (tags_next(&rest, '|', &item)) {
		ptrdiff_t colon = str_chr(item, ':');

		if (colon < 0 || !str_ieq(str_trim(str_slice(item, 0, (size_t)colon)), f->name))
			continue;
		copy = str_trim(dkim_sig_unquote(q->arena, str_skip(item, (size_t)colon + 1)));
		if (fits_with_value(q, field, copy))
			return arena_fmt(q->arena,
			    "the field " STR_FMT " was changed: with what z= kept of it the "
			    "signature fits",
			    STR_ARG(f->name));
	}
	return (struct str){ 0 };
}

/* In this order: from what is known to what is guessed. */
static const struct row {
	guess *guess;
	bool each; /* for every field; else once */
} rows[] = {
	{ other_canonicalization, false },
	{ differs_from_copy, true },
	{ subject_tagged, true },
	{ subject_tagged_within, true },
	{ from_rewritten, true },
	{ was_added, true },
	{ reencoded, true },
};

static struct str try_row(struct asking *q, const struct row *row)
{
	struct str found = { 0 };

	if (!row->each)
		return row->guess(q, 0);
	for (size_t i = 0; i < q->message->count && found.n == 0 && q->left > 0; i++)
		if (&q->message->fields[i] != q->verdict->sig.field)
			found = row->guess(q, i);
	return found;
}

static size_t header_bytes(const struct message *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->count; i++)
		n += m->fields[i].raw.n;
	return n;
}

struct str dkim_why_header(struct arena *a, struct crypto *crypto, const struct message *m,
    const struct dkim_verdict *v, bool lf)
{
	struct asking q = { .arena = a, .crypto = crypto, .message = m, .verdict = v, .lf = lf };
	struct str found = { 0 };

	if (v->key == NULL || m->count == 0 || m->count > DKIM_WHY_FIELDS ||
	    v->sig.header_count > DKIM_WHY_FIELDS || header_bytes(m) > DKIM_WHY_HEADER)
		return found;
	q.known = crypto_recover(crypto, v->key, v->sig.signature, q.signed_hash);
	if (!q.known && v->key->kind == DKIM_KEY_RSA)
		return found; /* of another key, or damaged: nothing could fit */
	q.fields = arena_array(a, struct message_field, m->count);
	q.left = q.known ? DKIM_WHY_GUESSES : DKIM_WHY_GUESSES_ED25519;
	for (size_t i = 0; i < LENGTH(rows) && found.n == 0; i++)
		found = try_row(&q, &rows[i]);
	return found;
}
