/* dkim_sign - see dkim_sign.h. */
#include "auth/dkim_sign.h"

#include "auth/dkim_canon.h"
#include "auth/sig_writer.h"
#include "wire/base64.h"
#include "wire/domain.h"

/*
 * RFC 6376 section 5.4.1 names what should be signed.  What decides how a message is shown or
 * handled may not be added later (section 8.15): those are signed once more than they are there.
 */
const struct dkim_cover dkim_cover_default[] = {
	{ { "From", 4 }, true },
	{ { "Sender", 6 }, false },
	{ { "Reply-To", 8 }, true },
	{ { "Subject", 7 }, true },
	{ { "Date", 4 }, true },
	{ { "Message-ID", 10 }, true },
	{ { "To", 2 }, true },
	{ { "Cc", 2 }, true },
	{ { "MIME-Version", 12 }, true },
	{ { "Content-Type", 12 }, true },
	{ { "Content-Transfer-Encoding", 25 }, false },
	{ { "In-Reply-To", 11 }, false },
	{ { "References", 10 }, false },
	{ { "Resent-Date", 11 }, false },
	{ { "Resent-From", 11 }, false },
	{ { "Resent-Sender", 13 }, false },
	{ { "Resent-To", 9 }, false },
	{ { "Resent-Cc", 9 }, false },
	{ { "Resent-Message-ID", 17 }, false },
	{ { "List-Id", 7 }, false },
	{ { "List-Help", 9 }, false },
	{ { "List-Unsubscribe", 16 }, true },
	{ { "List-Unsubscribe-Post", 21 }, true },
	{ { "List-Subscribe", 14 }, false },
	{ { "List-Post", 9 }, false },
	{ { "List-Owner", 10 }, false },
	{ { "List-Archive", 12 }, false },
	{ { "Feedback-ID", 11 }, false },
	{ { "Auto-Submitted", 14 }, false },
	{ { "Autocrypt", 9 }, false },
};
const size_t dkim_cover_default_count = LENGTH(dkim_cover_default);

struct dkim_signer {
	struct arena *arena;
	struct crypto *crypto;
	struct dkim_terms terms;
	struct dkim_bodies bodies;
	const struct dkim_body *body;
	const struct message *message;
	struct dkim_signer_key keys[DKIM_SIGN_KEYS];
	struct str fields[DKIM_SIGN_KEYS];
	size_t count;
};

struct dkim_signer *dkim_signer_new(
    struct arena *a, struct crypto *crypto, const struct dkim_terms *terms)
{
	struct dkim_signer *s = arena_new(a, struct dkim_signer);

	s->arena = a;
	s->crypto = crypto;
	s->terms = *terms;
	if (terms->cover == NULL) {
		s->terms.cover = dkim_cover_default;
		s->terms.cover_count = dkim_cover_default_count;
	}
	dkim_bodies_init(&s->bodies, a, crypto, terms->lf);
	s->body = dkim_bodies_want(&s->bodies, !terms->simple_body, UINT64_MAX);
	return s;
}

/* ---- keys ---- */

static bool is_name(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.p[i]) && memchr("-_.", name.p[i], 3) == NULL)
			return false;
	return domain_valid(name);
}

/* "local@domain" or "@domain", in bytes that may stand in a tag as they are. */
static bool is_identity(struct str identity, struct str domain)
{
	ptrdiff_t at = str_rchr(identity, '@');

	for (size_t i = 0; i < identity.n; i++)
		if (identity.p[i] <= ' ' || identity.p[i] > '~' ||
		    memchr(";=", identity.p[i], 2) != NULL)
			return false;
	return at >= 0 && domain_under(str_skip(identity, (size_t)at + 1), domain);
}

bool dkim_signer_key_fits(const struct dkim_signer_key *key, struct error *e)
{
	if (!is_name(key->domain))
		return error_set(e, "\"" STR_FMT "\" is no domain", STR_ARG(key->domain));
	if (!is_name(key->selector))
		return error_set(e, "\"" STR_FMT "\" is no selector", STR_ARG(key->selector));
	if (key->identity.n > 0 && !is_identity(key->identity, key->domain))
		return error_set(e, "the identity \"" STR_FMT "\" is not one of " STR_FMT,
		    STR_ARG(key->identity), STR_ARG(key->domain));
	return true;
}

bool dkim_signer_add(struct dkim_signer *s, const struct dkim_signer_key *key, struct error *e)
{
	if (s->count == DKIM_SIGN_KEYS)
		return error_set(e, "more than %d keys for one message", DKIM_SIGN_KEYS);
	if (!dkim_signer_key_fits(key, e))
		return false;
	s->keys[s->count] = *key;
	s->keys[s->count].domain = arena_lower(s->arena, key->domain);
	s->keys[s->count].selector = arena_str(s->arena, key->selector);
	s->keys[s->count].identity = arena_str(s->arena, key->identity);
	s->count++;
	return true;
}

/* ---- the message ---- */

/* Found in a message, these make programs differ about what it says. */
static const enum message_finding unfit[] = {
	MESSAGE_HEADER_TOO_BIG,
	MESSAGE_FIELD_TOO_BIG,
	MESSAGE_TOO_MANY_FIELDS,
	MESSAGE_NO_FIELD,
	MESSAGE_NO_FROM,
	MESSAGE_MBOX_LINE,
	MESSAGE_NOT_A_FIELD,
	MESSAGE_CUT_FIELD,
	MESSAGE_NAME_SPACE,
	MESSAGE_BLANK_FOLD,
	MESSAGE_BARE_CR,
	MESSAGE_NUL,
};

struct str dkim_unfit(struct arena *a, const struct message *m, bool lf)
{
	if (message_field(m, STR("From"), 1) != NULL)
		return STR("the message has several From fields: programs differ on which of them "
			   "counts");
	for (size_t i = 0; i < LENGTH(unfit); i++)
		if (m->found[unfit[i]].count > 0)
			return arena_fmt(a, STR_FMT ", at byte %ju",
			    STR_ARG(message_finding_text(unfit[i])),
			    (uintmax_t)m->found[unfit[i]].offset);
	if (m->found[MESSAGE_BARE_LF].count > 0 && !lf)
		return arena_fmt(a, STR_FMT ", at byte %ju",
		    STR_ARG(message_finding_text(MESSAGE_BARE_LF)),
		    (uintmax_t)m->found[MESSAGE_BARE_LF].offset);
	if (m->found[MESSAGE_REPEATED].count > 0)
		return arena_fmt(a, STR_FMT ", at byte %ju",
		    STR_ARG(message_finding_text(MESSAGE_REPEATED)),
		    (uintmax_t)m->found[MESSAGE_REPEATED].offset);
	return (struct str){ 0 };
}

void dkim_signer_header(struct dkim_signer *s, const struct message *m)
{
	s->message = m;
}

void dkim_signer_body(struct dkim_signer *s, struct str piece)
{
	dkim_bodies_add(&s->bodies, piece);
}

void dkim_signer_free(struct dkim_signer *s)
{
	dkim_bodies_drop(&s->bodies);
}

/* ---- the field ---- */

static size_t times(const struct message *m, struct str name)
{
	size_t n = 0;

	for (size_t i = 0; i < m->count; i++)
		n += str_ieq(m->fields[i].name, name);
	return n;
}

bool dkim_cover_list(struct arena *a, const struct message *m, const struct dkim_cover *cover,
    size_t count, struct dkim_sig *out)
{
	struct str *names = NULL;

	out->header_count = 0;
	for (size_t i = 0; i < count; i++) {
		size_t n = times(m, cover[i].name) + cover[i].over;

		if (n > DKIM_SIG_MAX_HEADERS - out->header_count)
			return false;
		while (n-- > 0)
			arena_push(a, names, out->header_count, struct str, cover[i].name);
	}
	out->headers = names;
	return true;
}

static void write_times(struct sig_writer *w, const struct dkim_terms *t)
{
	if (t->has_time)
		sig_write_number(w, "t", (uint64_t)t->time);
	if (t->has_time && t->lifetime > 0)
		sig_write_number(w, "x", (uint64_t)(t->time + t->lifetime));
}

/* All of the field up to "b=". */
static void write_field(struct dkim_signer *s, const struct dkim_signer_key *k,
    const struct dkim_sig *sig, struct sig_writer *w)
{
	struct str hash = { (const char *)s->body->digest, CRYPTO_HASH };

	sig_write_tag(w, "v", STR("1"));
	sig_write_tag(w, "a", str_of(private_key_algorithm(k->key)));
	sig_write_tag(w, "c",
	    arena_fmt(s->arena, "%s/%s", s->terms.simple_header ? "simple" : "relaxed",
		s->terms.simple_body ? "simple" : "relaxed"));
	sig_write_tag(w, "d", k->domain);
	sig_write_tag(w, "s", k->selector);
	if (k->identity.n > 0)
		sig_write_tag(w, "i", k->identity);
	write_times(w, &s->terms);
	sig_write_headers(w, sig->headers, sig->header_count);
	sig_write_tag(w, "bh", base64_encode(s->arena, hash));
}

static struct str sign(struct dkim_signer *s, const struct dkim_signer_key *k, struct dkim_sig *sig)
{
	unsigned char hash[CRYPTO_HASH];
	struct message_field own;
	struct sig_writer w;
	struct str signature;

	sig_writer_init(&w, s->arena, STR(DKIM_SIG_FIELD));
	write_field(s, k, sig, &w);
	sig_write_b(&w);
	own = sig_writer_unsigned(&w, sig);
	sig->field = &own;
	sig->relaxed_header = !s->terms.simple_header;
	dkim_header_hash(s->crypto, s->arena, s->message, sig, s->terms.lf, hash);
	signature = private_key_sign(s->arena, k->key, hash);
	return signature.n == 0 ? signature : sig_writer_end(&w, signature);
}

bool dkim_signer_end(struct dkim_signer *s, struct error *e)
{
	struct dkim_sig sig = { 0 };
	struct str why = dkim_unfit(s->arena, s->message, s->terms.lf);

	dkim_bodies_end(&s->bodies);
	if (why.n > 0)
		return error_set(e, "not signed: " STR_FMT, STR_ARG(why));
	if (!dkim_cover_list(s->arena, s->message, s->terms.cover, s->terms.cover_count, &sig))
		return error_set(
		    e, "not signed: more than %d fields would be signed", DKIM_SIG_MAX_HEADERS);
	if (dkim_sig_covers(&sig, STR("From")) == 0)
		return error_set(e, "not signed: From is not among the fields to sign, and has to "
				    "be (RFC 6376 section 5.4)");
	for (size_t i = 0; i < s->count; i++) {
		s->fields[i] = sign(s, &s->keys[i], &sig);
		if (s->fields[i].n == 0)
			return error_set(e,
			    "not signed: OpenSSL refuses to sign with the key for "
			    "selector " STR_FMT,
			    STR_ARG(s->keys[i].selector));
	}
	return true;
}

struct str dkim_signer_field(const struct dkim_signer *s, size_t i)
{
	return i < s->count ? s->fields[i] : (struct str){ 0 };
}
