/* dkim_why_body - what was added to a body, or done to its lines; see dkim_why.h. */
#include "auth/dkim_canon.h"
#include "auth/dkim_why.h"
#include "base/buf.h"

struct asking {
	struct arena *arena;
	struct crypto *crypto;
	struct str body;
	const struct dkim_sig *sig;
	bool lf;
};

static bool is_hash(const struct asking *q, const struct dkim_body *b)
{
	return memcmp(b->digest, q->sig->body_hash.p, CRYPTO_HASH) == 0;
}

/* Does a body hash to what was signed? */
static bool fits(const struct asking *q, struct str body, bool relaxed)
{
	uint64_t limit = q->sig->has_length ? q->sig->length : UINT64_MAX;
	struct dkim_bodies all;
	struct dkim_body *b;

	dkim_bodies_init(&all, q->arena, q->crypto, q->lf);
	b = dkim_bodies_want(&all, relaxed, limit);
	dkim_bodies_add(&all, body);
	dkim_bodies_end(&all);
	return is_hash(q, b);
}

/* ---- something was added ---- */

/* Offsets behind the line ends, at most so many, from the one end or the other. */
static size_t line_starts(struct str body, bool from_end, size_t *out)
{
	size_t count = 0;

	if (!from_end) {
		for (size_t i = 0; i < body.n && count < DKIM_WHY_LINES; i++)
			if (body.p[i] == '\n')
				out[count++] = i + 1;
		return count;
	}
	for (size_t i = body.n; i-- > 0 && count < DKIM_WHY_LINES;)
		if (body.p[i] == '\n')
			out[count++] = i + 1;
	return count;
}

/* As it would be if the body ended here; the state goes on untouched. */
static bool fits_here(const struct asking *q, const struct dkim_bodies *all)
{
	struct dkim_body here = *all->first;
	struct dkim_bodies one = { .arena = q->arena, .crypto = q->crypto, .first = &here };

	here.stage.hash = crypto_hash_copy(all->first->stage.hash);
	dkim_bodies_end(&one);
	return is_hash(q, &here);
}

/* What begins so, for the sentence. */
static const char *kind_of(struct str added)
{
	if (str_find(added, STR("\n-- \r")) >= 0 || str_find(added, STR("\n-- \n")) >= 0 ||
	    str_starts(added, STR("-- ")) || str_starts(added, STR("____")) ||
	    str_ifind(added, STR("unsubscribe")) >= 0)
		return "; it looks like the footer of a mailing list";
	if (str_ifind(added, STR("confidential")) >= 0 || str_ifind(added, STR("disclaimer")) >= 0)
		return "; it looks like a disclaimer";
	if (str_ifind(added, STR("virus")) >= 0 || str_ifind(added, STR("scanned")) >= 0)
		return "; it looks like the note of a scanner";
	return "";
}

static struct str was_appended(struct asking *q)
{
	size_t *starts = arena_array(q->arena, size_t, DKIM_WHY_LINES);
	size_t count = line_starts(q->body, true, starts), at = 0;
	struct dkim_bodies all;
	struct str found = { 0 };

	dkim_bodies_init(&all, q->arena, q->crypto, q->lf);
	dkim_bodies_want(&all, q->sig->relaxed_body, UINT64_MAX);
	while (count-- > 0 && found.n == 0) {
		struct str added = str_skip(q->body, starts[count]);

		dkim_bodies_add(&all, str_slice(q->body, at, starts[count]));
		at = starts[count];
		if (fits_here(q, &all))
			found = arena_fmt(q->arena,
			    "%zu bytes were appended to the body after signing%s", added.n,
			    kind_of(added));
	}
	dkim_bodies_drop(&all);
	return found;
}

static struct str was_prepended(struct asking *q)
{
	size_t *starts = arena_array(q->arena, size_t, DKIM_WHY_LINES);
	size_t count = line_starts(q->body, false, starts);
	size_t budget = 64 * DKIM_WHY_BODY;

	for (size_t i = 0; i < count && q->body.n - starts[i] < budget; i++) {
		budget -= q->body.n - starts[i];
		if (fits(q, str_skip(q->body, starts[i]), q->sig->relaxed_body))
			return arena_fmt(q->arena,
			    "%zu bytes were put in front of the body after signing%s", starts[i],
			    kind_of(str_slice(q->body, 0, starts[i])));
	}
	return (struct str){ 0 };
}

/* ---- something was done to the lines ---- */

/* Writes one line of what the body was; both without line end. */
typedef void undo(struct buf *, struct str line);

static void unstuff(struct buf *out, struct str line)
{
	buf_add(out, str_starts(line, STR("..")) ? str_skip(line, 1) : line);
}

static void stuff(struct buf *out, struct str line)
{
	if (str_starts(line, STR(".")))
		buf_addc(out, '.');
	buf_add(out, line);
}

static void unquote_from(struct buf *out, struct str line)
{
	buf_add(out, str_starts(line, STR(">From ")) ? str_skip(line, 1) : line);
}

static void quote_from(struct buf *out, struct str line)
{
	if (str_starts(line, STR("From ")))
		buf_addc(out, '>');
	buf_add(out, line);
}

static const struct {
	undo *undo;
	const char *says;
} lines[] = {
	{ unstuff, "a program on the way left the dots doubled that SMTP puts in front of lines "
		   "(RFC 5321 section 4.5.2)" },
	{ stuff, "a program on the way took away the first dot of lines that begin with one" },
	{ unquote_from, "a program on the way wrote \">From \" where a line began with \"From \", "
			"as mailboxes of the mbox form do" },
	{ quote_from, "the message was signed with \">From \" at the beginning of a line, and a "
		      "program on the way took the \">\" away" },
};

static struct str line_by_line(struct asking *q, undo *undo_line, const char *says)
{
	struct str rest = q->body, found = { 0 };
	struct buf out;

	buf_init(&out, 2 * q->body.n + 1024);
	while (rest.n > 0) {
		bool ended = memchr(rest.p, '\n', rest.n) != NULL;
		struct str line = str_cut(&rest, '\n');

		undo_line(&out, line);
		if (ended)
			buf_addc(&out, '\n');
	}
	if (!buf_failed(&out) && fits(q, buf_str(&out), q->sig->relaxed_body))
		found = arena_fmt(q->arena, "%s", says);
	buf_free(&out);
	return found;
}

/* Relays fold lines that SMTP does not carry: at 998 bytes, some with a "!" before. */
static struct str was_folded(struct asking *q)
{
	struct str rest = q->body, found = { 0 };
	struct buf out;

	buf_init(&out, q->body.n + 1024);
	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');
		bool cr = line.n > 0 && line.p[line.n - 1] == '\r';

		line.n -= cr;
		if (line.n >= 980 && line.n <= 1000) {
			line.n -= line.p[line.n - 1] == '!';
			buf_add(&out, line);
			rest = str_skip(rest, rest.n > 0 && rest.p[0] == ' ');
			continue;
		}
		buf_add(&out, line);
		buf_add(&out, cr ? STR("\r\n") : STR("\n"));
	}
	if (!buf_failed(&out) && fits(q, buf_str(&out), q->sig->relaxed_body))
		found = STR("lines of more than 998 bytes were folded on the way; sign what has "
			    "shorter lines, as quoted-printable and base64 have");
	buf_free(&out);
	return found;
}

static struct str other_canonicalization(struct asking *q)
{
	bool relaxed = !q->sig->relaxed_body;

	if (!fits(q, q->body, relaxed))
		return (struct str){ 0 };
	return arena_fmt(q->arena,
	    "the signer hashed the body in its %s form, though c= says %s: the signing program is "
	    "at "
	    "fault",
	    relaxed ? "relaxed" : "simple", relaxed ? "simple" : "relaxed");
}

struct str dkim_why_body(
    struct arena *a, struct crypto *crypto, struct str body, const struct dkim_verdict *v, bool lf)
{
	struct asking q = { a, crypto, body, &v->sig, lf };
	struct str found;

	if (body.n > DKIM_WHY_BODY || v->sig.body_hash.n != CRYPTO_HASH)
		return (struct str){ 0 };
	found = other_canonicalization(&q);
	if (found.n == 0 && !v->sig.has_length)
		found = was_appended(&q);
	if (found.n == 0)
		found = was_prepended(&q);
	for (size_t i = 0; i < LENGTH(lines) && found.n == 0; i++)
		found = line_by_line(&q, lines[i].undo, lines[i].says);
	return found.n == 0 ? was_folded(&q) : found;
}
