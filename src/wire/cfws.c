/* cfws - see cfws.h. */
#include "wire/cfws.h"

#include "base/utf8.h"

static bool is_space(char c)
{
	return is_wsp(c) || c == '\r' || c == '\n';
}

bool cfws_end(const struct cfws *c)
{
	return c->at >= c->text.n;
}

char cfws_peek(const struct cfws *c)
{
	return cfws_end(c) ? '\0' : c->text.p[c->at];
}

bool cfws_eat(struct cfws *c, char byte)
{
	if (cfws_end(c) || c->text.p[c->at] != byte)
		return false;
	c->at++;
	return true;
}

static void step_escape(struct cfws *c)
{
	c->at += cfws_peek(c) == '\\' && c->at + 1 < c->text.n ? 2 : 1;
}

/* At the opening parenthesis. */
static struct str read_comment(struct cfws *c)
{
	size_t depth = 0, from = c->at + 1;

	while (!cfws_end(c)) {
		char byte = cfws_peek(c);

		step_escape(c);
		depth += byte == '(';
		depth -= byte == ')';
		if (depth == 0)
			return str_trim(str_slice(c->text, from, c->at - 1));
	}
	c->open = true;
	return str_trim(str_slice(c->text, from, c->text.n));
}

struct str cfws_skip(struct cfws *c)
{
	struct str first = { 0 };

	while (!cfws_end(c)) {
		if (is_space(cfws_peek(c))) {
			c->at++;
		} else if (cfws_peek(c) == '(') {
			struct str comment = read_comment(c);

			if (first.p == NULL)
				first = comment;
		} else {
			break;
		}
	}
	return first;
}

struct str cfws_run(struct cfws *c, const char *stops)
{
	struct str run = { c->text.n > 0 ? c->text.p + c->at : "", 0 };

	while (!cfws_end(c)) {
		char byte = cfws_peek(c);

		if (is_space(byte) || str_chr(str_of(stops), byte) >= 0)
			break;
		c->at++;
		run.n++;
	}
	return run;
}

static struct str unquote(struct arena *a, struct str raw)
{
	char *out = arena_array(a, char, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] == '\\' && i + 1 < raw.n)
			i++;
		else if (raw.p[i] == '\r' || raw.p[i] == '\n')
			continue;
		out[n++] = raw.p[i];
	}
	return (struct str){ out, n };
}

static bool is_plain(struct str raw)
{
	return str_chr(raw, '\\') < 0 && str_chr(raw, '\r') < 0 && str_chr(raw, '\n') < 0;
}

struct str cfws_quoted(struct cfws *c)
{
	size_t from = ++c->at;
	struct str raw;

	while (!cfws_end(c) && cfws_peek(c) != '"')
		step_escape(c);
	raw = (struct str){ c->text.p + from, c->at - from };
	if (!cfws_eat(c, '"'))
		c->open = true;
	return is_plain(raw) ? raw : unquote(c->arena, raw);
}

bool cfws_number(struct cfws *c, unsigned *out)
{
	size_t to = c->at;
	uint64_t value;

	while (to < c->text.n && is_digit(c->text.p[to]))
		to++;
	if (!str_uint(str_slice(c->text, c->at, to), 999999999, &value))
		return false;
	*out = (unsigned)value;
	c->at = to;
	return true;
}

bool cfws_skip_to(struct cfws *c, char stop)
{
	const char stops[] = { stop, '(', '"', '\0' };
	bool words = false;

	for (cfws_skip(c); !cfws_end(c) && cfws_peek(c) != stop; cfws_skip(c)) {
		words = true;
		if (cfws_peek(c) == '"')
			cfws_quoted(c);
		else
			cfws_run(c, stops);
	}
	return words;
}

/* Does the line end at the start fold?  Its length, or 0. */
static size_t folding(struct str s)
{
	size_t n = s.p[0] == '\r' ? 1 : 0;

	return n + 1 < s.n && s.p[n] == '\n' && is_wsp(s.p[n + 1]) ? n + 1 : 0;
}

ptrdiff_t cfws_bad_byte(struct str text)
{
	struct str rest = text;

	while (rest.n > 0) {
		uint32_t code;
		size_t n = utf8_next(rest, &code);

		if (n == 1 && (code == '\r' || code == '\n'))
			n = folding(rest);
		else if (n > 0 && ((code < 0x20 && code != '\t') || (code >= 0x7f && code <= 0x9f)))
			n = 0;
		if (n == 0)
			return rest.p - text.p;
		rest = str_skip(rest, n);
	}
	return -1;
}
