/* reply - see reply.h. */
#include "wire/reply.h"

void reply_expect(struct reply_reader *r, struct str tag, bool multiline)
{
	r->tag = tag;
	r->multiline = multiline;
	r->lines = 0;
	r->code = 0;
	r->why = NULL;
}

static enum reply_event bad(struct reply_reader *r, const char *why)
{
	r->why = why;
	return REPLY_BAD;
}

static enum reply_event smtp_line(struct reply_reader *r, struct str line)
{
	uint64_t code;

	if (line.n < 3 || !str_uint(str_slice(line, 0, 3), 599, &code) || code < 200)
		return bad(r, "a line that does not begin with a reply code");
	if (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-')
		return bad(r, "neither a space nor a hyphen behind the reply code");
	if (r->lines > 1 && r->code != (int)code)
		return bad(r, "the reply code changes within one reply");
	r->code = (int)code;
	return line.n > 3 && line.p[3] == '-' ? REPLY_LINE : REPLY_LAST;
}

static enum reply_event imap_line(struct reply_reader *r, struct str line)
{
	struct str rest = line;

	if (r->tag.n == 0)
		return str_starts(line, STR("* ")) ? REPLY_LAST : bad(r, "not an IMAP greeting");
	if (str_eq(str_cut(&rest, ' '), r->tag))
		return REPLY_LAST;
	if (str_starts(line, STR("* ")) || str_starts(line, STR("+ ")))
		return REPLY_LINE;
	return bad(r, "a line that is neither tagged nor untagged");
}

static enum reply_event pop3_line(struct reply_reader *r, struct str line)
{
	if (r->lines > 1)
		return str_eq(line, STR(".")) ? REPLY_LAST : REPLY_LINE;
	if (str_starts(line, STR("-ERR")))
		return REPLY_LAST;
	if (!str_starts(line, STR("+OK")))
		return bad(r, "a reply that begins neither with +OK nor with -ERR");
	return r->multiline ? REPLY_LINE : REPLY_LAST;
}

/* The size of the literal that a line announces: "... {n}" or "... {n+}"; false: none. */
static bool literal_size(struct str line, uint64_t *size)
{
	ptrdiff_t open = str_rchr(line, '{');
	struct str number;

	if (open < 0 || line.p[line.n - 1] != '}')
		return false;
	number = str_slice(line, (size_t)open + 1, line.n - 1);
	if (number.n > 0 && number.p[number.n - 1] == '+')
		number.n--;
	return str_uint(number, UINT64_MAX, size);
}

static struct str without_end(struct reply_reader *r, struct str line)
{
	line.n--;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	else
		r->bare_lf = true;
	return line;
}

/* A whole line with its literals; *used bytes make it up.  REPLY_LINE when there is one. */
static enum reply_event whole_line(
    struct reply_reader *r, struct str bytes, struct str *line, size_t *used)
{
	uint64_t literal;
	ptrdiff_t end;

	for (size_t from = 0;; from = *used + (size_t)literal) {
		end = str_chr(str_skip(bytes, from), '\n');
		*used = end < 0 ? bytes.n : from + (size_t)end + 1;
		if (*used > REPLY_MAX_LINE + 1 || (end < 0 && bytes.n > REPLY_MAX_LINE))
			return bad(r, "a line of more than 8192 bytes");
		if (end < 0)
			return REPLY_MORE;
		*line = without_end(r, str_slice(bytes, 0, *used));
		if (r->protocol != REPLY_IMAP || !literal_size(str_skip(*line, from), &literal))
			return REPLY_LINE;
		if (literal > REPLY_MAX_LINE)
			return bad(r, "a literal of more than 8192 bytes");
	}
}

enum reply_event reply_next(
    struct reply_reader *r, struct str bytes, struct str *line, size_t *used)
{
	static enum reply_event (*const readers[])(struct reply_reader *, struct str) = {
		[REPLY_SMTP] = smtp_line,
		[REPLY_IMAP] = imap_line,
		[REPLY_POP3] = pop3_line,
	};
	enum reply_event event;

	if (r->why != NULL)
		return REPLY_BAD;
	event = whole_line(r, bytes, line, used);
	if (event != REPLY_LINE)
		return event;
	if (++r->lines > REPLY_MAX_LINES)
		return bad(r, "a reply of more than 200 lines");
	return readers[r->protocol](r, *line);
}
