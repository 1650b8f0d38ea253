/*
 * authres_claim - see authres.h; whose field is it?
 *
 * The attack: a message arrives with "Authentication-Results: (us: example.com)
 * mail.example.COM.; dmarc=pass", spelled so that the border does not take it for its own while a
 * reader within does.  So the field is read in every way that a reader may read it, and one way
 * that leads to us is enough.
 */
#include "wire/authres.h"

#include "wire/cfws.h"
#include "wire/domain.h"

#define NAME_MAX_BYTES 1024 /* of a name that may be ours when normalised */
#define PIECES_MAX     1000 /* between semicolons; a field with more is nobody's */

struct judge {
	struct arena *arena;
	const struct str *ours;
	size_t count;
};

static struct str normalised(struct judge *j, struct str name)
{
	struct str ascii;

	return domain_to_ascii(j->arena, name, &ascii) ? ascii : name;
}

static bool is_ours(struct judge *j, struct str name)
{
	if (name.n == 0 || name.n > NAME_MAX_BYTES)
		return false;
	name = normalised(j, name);
	for (size_t i = 0; i < j->count; i++) {
		struct str id = j->ours[i];
		bool beneath = str_starts(id, STR("."));

		id = normalised(j, str_skip(id, beneath));
		if (beneath ? domain_under(name, id) : domain_eq(name, id))
			return true;
	}
	return false;
}

/* White space, controls, and what a reader may take for punctuation around a name. */
static bool is_noise(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f || str_chr(STR("\"'()<>[]{}\\,"), c) >= 0;
}

static struct str without_noise(struct arena *a, struct str s)
{
	char *out = arena_array(a, char, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (!is_noise(s.p[i]))
			out[n++] = s.p[i];
	return (struct str){ out, n };
}

/* The first run of bytes that are no white space, leading noise dropped. */
static struct str first_word(struct str s)
{
	size_t from = 0, to;

	while (from < s.n && is_noise(s.p[from]))
		from++;
	for (to = from; to < s.n && (unsigned char)s.p[to] > ' ';)
		to++;
	return str_slice(s, from, to);
}

/* Does the text, cut at every semicolon, name us at the beginning of a piece? */
static bool names_us(struct judge *j, struct str text)
{
	while (text.n > 0) {
		struct str piece = str_cut(&text, ';');

		if (is_ours(j, without_noise(j->arena, first_word(piece))) ||
		    is_ours(j, without_noise(j->arena, piece)))
			return true;
	}
	return false;
}

static struct str without_comments(struct arena *a, struct str text)
{
	char *out = arena_array(a, char, text.n + 1);
	struct cfws in = { .arena = a, .text = text };
	size_t n = 0;

	while (!cfws_end(&in)) {
		size_t at = in.at;

		if (cfws_peek(&in) == '(') {
			cfws_skip(&in);
			out[n++] = ' ';
			continue;
		}
		if (cfws_peek(&in) == '"')
			cfws_quoted(&in);
		else
			in.at++;
		memcpy(out + n, text.p + at, in.at - at);
		n += in.at - at;
	}
	return (struct str){ out, n };
}

static bool has_too_many_pieces(struct str text)
{
	size_t pieces = 0;

	while (text.n > 0 && pieces <= PIECES_MAX) {
		str_cut(&text, ';');
		pieces++;
	}
	return pieces > PIECES_MAX;
}

/* Faults that leave open whose field it is; others spoil only a result. */
static bool is_doubtful(const struct authres *r)
{
	for (size_t i = 0; i < r->fault_count; i++)
		if (r->faults[i].kind <= AUTHRES_FAULT_ID)
			return true;
	return r->fault_count == AUTHRES_MAX;
}

enum authres_claim authres_claim(
    struct arena *a, struct str value, const struct str *ours, size_t count)
{
	struct judge j = { .arena = a, .ours = ours, .count = count };
	struct authres r;

	if (has_too_many_pieces(value))
		return AUTHRES_UNREADABLE;
	authres_parse(a, value, &r);
	if (is_ours(&j, r.id) || is_ours(&j, without_noise(a, r.id)) || names_us(&j, value) ||
	    names_us(&j, without_comments(a, value)))
		return AUTHRES_OURS;
	if (r.version != 1)
		return AUTHRES_VERSION;
	return is_doubtful(&r) ? AUTHRES_UNREADABLE : AUTHRES_OTHER;
}
