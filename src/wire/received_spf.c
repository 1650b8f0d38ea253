/* received_spf - see received_spf.h. */
#include "wire/received_spf.h"

#include "wire/authres.h"
#include "wire/cfws.h"
#include "wire/fold.h"
#include "wire/harmless.h"

#define KEY_MAX 64

static bool is_result(struct str s)
{
	static const char *const results[] = { "pass", "fail", "softfail", "neutral", "none",
		"temperror", "permerror" };

	for (size_t i = 0; i < LENGTH(results); i++)
		if (str_ieq(s, str_of(results[i])))
			return true;
	return false;
}

static bool is_key(struct str s)
{
	if (s.n == 0 || s.n > KEY_MAX || !is_alpha(s.p[0]))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && str_chr(STR("-_."), s.p[i]) < 0)
			return false;
	return true;
}

/* RFC 5322 section 3.2.3: atoms parted by single dots; UTF-8 by RFC 6532. */
static bool is_dot_atom(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool wide = (unsigned char)s.p[i] >= 0x80;

		if (s.p[i] == '.' ? i == 0 || i + 1 == s.n || s.p[i - 1] == '.'
				  : !wide && !is_alnum(s.p[i]) &&
					str_chr(STR("!#$%&'*+-/=?^_`{|}~"), s.p[i]) < 0)
			return false;
	}
	return s.n > 0;
}

static void spoil(struct received_spf *r, size_t at)
{
	if (r->valid)
		r->fault_at = at;
	r->valid = false;
}

static void read_pair(struct cfws *in, struct received_spf *out)
{
	size_t at = in->at;
	struct str key = cfws_run(in, "=;(\""), value;
	bool is_pair;

	cfws_skip(in);
	is_pair = cfws_eat(in, '=');
	cfws_skip(in);
	if (is_pair && key.n > 0) {
		bool quoted = cfws_peek(in) == '"';

		value = quoted ? cfws_quoted(in) : cfws_run(in, ";(\"");
		if (!is_key(key) || (!quoted && !is_dot_atom(value)))
			spoil(out, at);
		received_spf_add(in->arena, out, key, value);
		at = in->at;
		is_pair = !cfws_skip_to(in, ';');
	} else {
		is_pair = false;
		cfws_skip_to(in, ';');
	}
	if (!is_pair)
		spoil(out, at);
}

void received_spf_parse(struct arena *a, struct str value, struct received_spf *out)
{
	struct cfws in = { .arena = a, .text = value };
	ptrdiff_t bad;

	while (in.text.n > 0 && str_trim(str_skip(in.text, in.text.n - 1)).n == 0)
		in.text.n--;
	*out = (struct received_spf){ .valid = true };
	bad = cfws_bad_byte(in.text);
	if (bad >= 0)
		spoil(out, (size_t)bad);
	cfws_skip(&in);
	out->result = cfws_run(&in, ";(\"=");
	if (!is_result(out->result))
		spoil(out, in.at);
	out->comment = cfws_skip(&in);
	while (!cfws_end(&in) && out->count < RECEIVED_SPF_MAX) {
		read_pair(&in, out);
		cfws_eat(&in, ';');
		cfws_skip(&in);
	}
	if (!cfws_end(&in) || in.open)
		spoil(out, in.at);
}

struct str received_spf_value(const struct received_spf *r, struct str key)
{
	for (size_t i = 0; i < r->count; i++)
		if (str_ieq(r->pairs[i].key, key))
			return r->pairs[i].value;
	return (struct str){ 0 };
}

void received_spf_add(struct arena *a, struct received_spf *r, struct str key, struct str value)
{
	struct received_spf_pair pair = { .key = key, .value = value };

	arena_push(a, r->pairs, r->count, struct received_spf_pair, pair);
}

static void write_pair(
    struct arena *a, struct fold *lines, const struct received_spf_pair *pair, unsigned flags)
{
	/* Only the problem is a sentence. */
	bool sentence = str_ieq(pair->key, STR("problem"));
	struct str value = harmless(a, pair->value, sentence ? flags : flags | HARMLESS_ONE_WORD);

	if (!is_key(pair->key) || value.n > RECEIVED_SPF_VALUE_MAX)
		return;
	/* "=?" would begin an encoded word. */
	if (is_dot_atom(value) && value.p[0] != '?')
		fold_add(
		    lines, arena_fmt(a, STR_FMT "=" STR_FMT, STR_ARG(pair->key), STR_ARG(value)));
	else
		fold_add(lines,
		    arena_fmt(a, STR_FMT "=\"" STR_FMT "\"", STR_ARG(pair->key), STR_ARG(value)));
	fold_mark(lines, ';');
}

struct str received_spf_write(struct arena *a, const struct received_spf *r, unsigned flags)
{
	unsigned keep = (flags & AUTHRES_UTF8) != 0 ? HARMLESS_UTF8 : 0;
	struct str comment = harmless(a, r->comment, keep);
	struct fold lines;

	if (!is_result(r->result))
		return (struct str){ 0 };
	fold_init(&lines, STR(RECEIVED_SPF_FIELD), (flags & AUTHRES_LF) != 0);
	fold_add(&lines, arena_lower(a, r->result));
	if (comment.n > 0 && comment.n <= RECEIVED_SPF_VALUE_MAX)
		fold_add(&lines, arena_fmt(a, "(" STR_FMT ")", STR_ARG(comment)));
	for (size_t i = 0; i < r->count; i++)
		write_pair(a, &lines, &r->pairs[i], keep);
	return fold_end(&lines, a);
}
