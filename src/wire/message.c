/* message - see message.h. */
#include "wire/message.h"

#include "base/compat_wide.h"
#include "base/utf8.h"

#define BLOCK_MIN  ((size_t)4096)
#define BODY_BLOCK ((size_t)2048) /* bytes of the body, at most, looked at in one go */

/* What a step of the reader says to message_next(): go on, or come out with an event. */
enum step { STEP_ON, STEP_MORE, STEP_HEADER, STEP_BODY, STEP_END, STEP_REFUSED };

void message_init(struct message *m, struct arena *arena, const struct message_limits *limits)
{
	*m = (struct message){ .arena = arena };
	m->limits = limits != NULL ? *limits
				   : (struct message_limits){ .header = MESSAGE_MAX_HEADER,
					     .field = MESSAGE_MAX_FIELD,
					     .fields = MESSAGE_MAX_FIELDS };
}

void message_push(struct message *m, struct str piece)
{
	m->piece = piece;
}

void message_end(struct message *m)
{
	m->ended = true;
}

static void found(struct message *m, enum message_finding what, uint64_t offset)
{
	if (m->found[what].count++ == 0)
		m->found[what].offset = offset;
}

static enum step refuse(struct message *m, enum message_finding why)
{
	found(m, why, m->at);
	m->refused = why;
	m->state = MESSAGE_AT_LIMIT;
	return STEP_REFUSED;
}

/* Judge the line that ends here, its end (0 to 2 bytes) not counted. */
static void end_line(struct message *m, size_t end)
{
	if (m->at - m->line - end > MESSAGE_MAX_LINE)
		found(m, MESSAGE_LONG_LINE, m->line);
	m->line = m->at;
}

/* The bytes of a part of a line that stand before its LF: CRs that no LF follows. */
static void note_bare_cr(struct message *m, struct str part)
{
	const char *p = part.p, *cr;

	if (m->cr)
		found(m, MESSAGE_BARE_CR, m->at - 1);
	while ((cr = memchr(p, '\r', (size_t)(part.p + part.n - p))) != NULL &&
	       cr + 1 < part.p + part.n) {
		found(m, MESSAGE_BARE_CR, m->at + (uint64_t)(cr - part.p));
		p = cr + 1;
	}
	m->cr = cr != NULL;
}

static void note_nul(struct message *m, struct str bytes)
{
	const char *p = bytes.p, *nul;

	while (p < bytes.p + bytes.n &&
	       (nul = memchr(p, '\0', (size_t)(bytes.p + bytes.n - p))) != NULL) {
		found(m, MESSAGE_NUL, m->at + (uint64_t)(nul - bytes.p));
		p = nul + 1;
	}
}

/* Take bytes of one line from the piece, its LF at most as the last of them; true if it is. */
static bool take(struct message *m, size_t n)
{
	struct str part = str_slice(m->piece, 0, n);
	bool lf = n > 0 && part.p[n - 1] == '\n';

	part.n -= lf;
	if (part.n > 0)
		note_bare_cr(m, part);
	m->at += n;
	m->piece = str_skip(m->piece, n);
	if (!lf)
		return false;
	if (!m->cr)
		found(m, MESSAGE_BARE_LF, m->at - 1);
	end_line(m, m->cr ? 2 : 1);
	m->cr = false;
	return true;
}

/* Make room for n more bytes of the field under way. */
static void make_room(struct message *m, size_t n)
{
	size_t have = m->used - m->start;
	size_t room = have + n > BLOCK_MIN / 2 ? 2 * (have + n) : BLOCK_MIN;
	char *block;

	if (m->room - m->used >= n)
		return;
	block = arena_array(m->arena, char, room);
	if (have > 0)
		memcpy(block, m->block + m->start, have);
	m->block = block;
	m->room = room;
	m->used = have;
	m->start = 0;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

enum { LOOK_ODD = 1, LOOK_EIGHT = 0x80 };

/* Is there a NUL or a CR, is there something that is no ASCII? */
COMPAT_WIDE static unsigned look(const char *p, size_t n)
{
	unsigned char seen = 0;

	for (size_t i = 0; i < n; i++)
		seen |= (unsigned char)((p[i] == '\0') | (p[i] == '\r') | (p[i] & LOOK_EIGHT));
	return seen;
}

/* The usual case of put(): nothing to note, and room by every limit. */
static bool put_plain(struct message *m, size_t n, bool *lf)
{
	size_t have = m->used - m->start;
	const char *p = m->piece.p;
	size_t end = n > 1 && p[n - 1] == '\n' && p[n - 2] == '\r' ? 2 : 0;
	unsigned seen;

	*lf = end > 0;
	if (n == 0 || m->cr || (p[n - 1] == '\n' && !*lf) || have + n > m->limits.field ||
	    m->header_bytes + have + n > m->limits.header)
		return false;
	seen = look(p, n - end);
	if (seen & LOOK_ODD)
		return false;
	m->eight |= (seen & LOOK_EIGHT) != 0;
	make_room(m, n);
	memcpy(m->block + m->used, p, n);
	m->used += n;
	m->at += n;
	m->piece = str_skip(m->piece, n);
	if (*lf)
		end_line(m, end);
	return true;
}

static enum step put_any(struct message *m, size_t n, bool *lf)
{
	m->eight = true; /* nobody has looked */
	size_t have = m->used - m->start;
	size_t field = m->limits.field - least(have, m->limits.field);
	size_t header = m->limits.header - least(m->header_bytes + have, m->limits.header);
	size_t fit = least(n, least(field, header));

	make_room(m, fit);
	if (fit > 0) {
		memcpy(m->block + m->used, m->piece.p, fit);
		note_nul(m, str_slice(m->piece, 0, fit));
	}
	m->used += fit;
	*lf = take(m, fit);
	if (fit == n)
		return STEP_ON;
	return refuse(m, field < header ? MESSAGE_FIELD_TOO_BIG : MESSAGE_HEADER_TOO_BIG);
}

/*
 * Put n bytes of a line into the field under way, as many as the limits allow; *lf: the line
 * ended with them.
 */
static enum step put(struct message *m, size_t n, bool *lf)
{
	return put_plain(m, n, lf) ? STEP_ON : put_any(m, n, lf);
}

static struct str field_bytes(const struct message *m)
{
	if (m->used == m->start)
		return (struct str){ 0 };
	return (struct str){ m->block + m->start, m->used - m->start };
}

static struct str without_line_end(struct str s)
{
	if (s.n > 0 && s.p[s.n - 1] == '\n') {
		s.n--;
		if (s.n > 0 && s.p[s.n - 1] == '\r')
			s.n--;
	}
	return s;
}

/* A continuation line of nothing but white space (RFC 5322 section 3.2.2). */
static void note_blank_fold(struct message *m, const struct message_field *f)
{
	struct str rest = f->value;

	if (!m->folded)
		return;
	str_cut(&rest, '\n');
	while (rest.n > 0) {
		struct str line = str_cut(&rest, '\n');

		if (str_trim(line).n == 0)
			found(m, MESSAGE_BLANK_FOLD, f->offset + (uint64_t)(line.p - f->raw.p));
	}
}

static void note_8bit(struct message *m, const struct message_field *f)
{
	uint32_t code;
	size_t n;

	if (!m->eight || str_is_ascii(f->value))
		return;
	for (struct str rest = f->value; rest.n > 0; rest = str_skip(rest, n)) {
		n = utf8_next(rest, &code);
		if (n > 0)
			continue;
		found(m, MESSAGE_HEADER_8BIT, f->offset + (uint64_t)(rest.p - f->raw.p));
		return;
	}
	found(m, MESSAGE_HEADER_UTF8, f->offset);
}

/* The field under way, if there is one, is whole. */
static enum step end_field(struct message *m)
{
	struct str raw = field_bytes(m);
	struct message_field f = { .raw = raw, .offset = m->started };

	if (m->name == 0)
		return STEP_ON;
	if (m->count >= m->limits.fields)
		return refuse(m, MESSAGE_TOO_MANY_FIELDS);
	f.name = str_slice(raw, 0, m->name);
	f.value = without_line_end(str_skip(raw, m->colon + 1));
	note_blank_fold(m, &f);
	note_8bit(m, &f);
	if (f.name.n < m->colon)
		found(m, MESSAGE_NAME_SPACE, f.offset + f.name.n);
	if (raw.p[raw.n - 1] != '\n')
		found(m, MESSAGE_CUT_FIELD, f.offset);
	arena_push(m->arena, m->fields, m->count, struct message_field, f);
	m->header_bytes += raw.n;
	m->start = m->used;
	m->name = 0;
	m->folded = m->eight = false;
	return STEP_ON;
}

/* Fields that may stand once only (RFC 5322 section 3.6). */
static void note_repeated(struct message *m)
{
	static const char *const once[] = { "Bcc", "Cc", "Date", "From", "In-Reply-To",
		"Message-ID", "References", "Reply-To", "Sender", "Subject", "To" };
	const struct message_field *second;

	for (size_t i = 0; i < LENGTH(once); i++) {
		second = message_field(m, str_of(once[i]), 1);
		if (second == NULL)
			continue;
		found(m, MESSAGE_REPEATED, second->offset);
		if (second->offset < m->found[MESSAGE_REPEATED].offset)
			m->found[MESSAGE_REPEATED].offset = second->offset;
	}
}

/* The header ends; the body begins at this offset. */
static enum step end_header(struct message *m, uint64_t body)
{
	m->body = body;
	m->state = MESSAGE_IN_BODY;
	if (m->count == 0)
		found(m, MESSAGE_NO_FIELD, 0);
	if (message_field(m, STR("Date"), 0) == NULL)
		found(m, MESSAGE_NO_DATE, 0);
	if (message_field(m, STR("From"), 0) == NULL)
		found(m, MESSAGE_NO_FROM, 0);
	note_repeated(m);
	return STEP_HEADER;
}

/* What was read of this line is no field: it is the first of the body. */
static enum step not_a_field(struct message *m)
{
	m->owed = field_bytes(m);
	m->start = m->used;
	found(m, MESSAGE_NOT_A_FIELD, m->started);
	return end_header(m, m->started);
}

/* Nothing is left and nothing follows: what of a CR and of a line was open is closed. */
static void end_bytes(struct message *m)
{
	if (m->cr)
		found(m, MESSAGE_BARE_CR, m->at - 1);
	m->cr = false;
	end_line(m, 0);
}

static enum step at_line(struct message *m)
{
	char first;

	if (m->piece.n == 0 && !m->ended)
		return STEP_MORE;
	first = m->piece.n > 0 ? m->piece.p[0] : '\0';
	if (is_wsp(first) && m->name > 0) {
		m->folded = true;
		m->state = MESSAGE_IN_VALUE;
		return STEP_ON;
	}
	if (end_field(m) == STEP_REFUSED)
		return STEP_REFUSED;
	m->started = m->at;
	if (m->piece.n == 0)
		return end_header(m, m->at);
	if (first == '\n' || first == '\r') {
		m->state = first == '\n' ? MESSAGE_IN_BODY : MESSAGE_AT_CR;
		take(m, 1);
		return first == '\n' ? end_header(m, m->at) : STEP_ON;
	}
	m->state = MESSAGE_IN_NAME;
	return STEP_ON;
}

/* CRLF is the blank line; CR and anything else is a line that is no field. */
static enum step at_cr(struct message *m)
{
	if (m->piece.n == 0 && !m->ended)
		return STEP_MORE;
	if (m->piece.n > 0 && m->piece.p[0] == '\n') {
		take(m, 1);
		return end_header(m, m->at);
	}
	m->owed = STR("\r");
	found(m, MESSAGE_NOT_A_FIELD, m->started);
	return end_header(m, m->started);
}

static bool is_name_byte(char c)
{
	return c > ' ' && c < 0x7f && c != ':';
}

/* Neither a name nor white space behind one: an mbox "From " line, or no field at all. */
static enum step in_no_name(struct message *m)
{
	struct str head = field_bytes(m);

	if (m->started > 0 || !str_starts(head, STR("From ")))
		return not_a_field(m);
	found(m, MESSAGE_MBOX_LINE, 0);
	m->used = m->start;
	m->state = MESSAGE_IN_MBOX_LINE;
	return STEP_ON;
}

/* Bytes of the piece that may stand in a name, or in the white space behind one. */
static size_t name_bytes(const struct message *m, struct str head)
{
	bool space = head.n > 0 && is_wsp(head.p[head.n - 1]);
	size_t n = 0;

	while (n < m->piece.n && head.n + n < MESSAGE_MAX_LINE) {
		char c = m->piece.p[n];

		if (!is_wsp(c) && (space || !is_name_byte(c)))
			break;
		if (is_wsp(c) && head.n + n == 0)
			break;
		space = is_wsp(c);
		n++;
	}
	return n;
}

static enum step in_name(struct message *m)
{
	size_t n = name_bytes(m, field_bytes(m));
	struct str head;
	bool lf;

	if (put(m, n, &lf) == STEP_REFUSED)
		return STEP_REFUSED;
	head = field_bytes(m);
	if (m->piece.n == 0 && !m->ended)
		return STEP_MORE;
	if (m->piece.n == 0 || m->piece.p[0] != ':' || head.n == 0)
		return in_no_name(m);
	m->colon = head.n;
	m->name = str_trim(head).n;
	m->state = MESSAGE_IN_VALUE;
	return put(m, 1, &lf);
}

/* Bytes up to the end of the line, or of the piece. */
static size_t line_bytes(const struct message *m)
{
	const char *lf = memchr(m->piece.p, '\n', m->piece.n);

	return lf != NULL ? (size_t)(lf - m->piece.p) + 1 : m->piece.n;
}

static enum step in_value(struct message *m)
{
	bool lf;

	if (m->piece.n == 0 && !m->ended)
		return STEP_MORE;
	if (m->piece.n == 0) {
		m->state = MESSAGE_AT_LINE;
		return STEP_ON;
	}
	if (put(m, line_bytes(m), &lf) == STEP_REFUSED)
		return STEP_REFUSED;
	if (lf)
		m->state = MESSAGE_AT_LINE;
	return STEP_ON;
}

static enum step in_mbox_line(struct message *m)
{
	if (m->piece.n == 0 && !m->ended)
		return STEP_MORE;
	if (m->piece.n == 0 || take(m, line_bytes(m)))
		m->state = MESSAGE_AT_LINE;
	return STEP_ON;
}

/*
 * Is there a NUL, a CR without LF or an LF without CR behind the first byte?  Reads one byte
 * more.  Written so that a compiler can look at many bytes at once.
 */
COMPAT_WIDE static bool is_odd(const char *p, size_t n)
{
	unsigned char odd = 0;

	for (size_t i = 0; i < n; i++)
		odd |= (unsigned char)(((p[i] == '\r') ^ (p[i + 1] == '\n')) | (p[i] == '\0'));
	return odd != 0;
}

static const char *last_lf(const char *p, size_t n)
{
	return n > 0 && p != NULL ? memrchr(p, '\n', n) : NULL;
}

/*
 * Take bytes in which each LF has its CR.  A line may have so many bytes more: the last LF
 * within that reach ends one, and all lines before it are short enough.
 */
static void take_lines(struct message *m, struct str block)
{
	const char *p = block.p, *end = p + block.n, *lf;

	while (p < end) {
		uint64_t at = m->at + (uint64_t)(p - block.p);
		uint64_t reach = m->line + MESSAGE_MAX_LINE + 2;
		size_t left = (size_t)(end - p);

		lf = last_lf(p, at < reach ? least(left, (size_t)(reach - at)) : 0);
		if (lf == NULL)
			lf = memchr(p, '\n', left);
		if (lf == NULL)
			break;
		at += (uint64_t)(lf + 1 - p);
		if (at > reach)
			found(m, MESSAGE_LONG_LINE, m->line);
		m->line = at;
		p = lf + 1;
	}
	m->cr = end[-1] == '\r';
	m->at += block.n;
	m->piece = str_skip(m->piece, block.n);
}

/* The next bytes of the body: nearly always there is nothing to note in them. */
static void take_block(struct message *m)
{
	size_t n = least(m->piece.n - 1, BODY_BLOCK), left = m->piece.n - n;

	if (n > 0 && (m->piece.p[0] == '\n') == m->cr && !is_odd(m->piece.p, n)) {
		take_lines(m, (struct str){ m->piece.p, n });
		return;
	}
	if (n == 0)
		left = 0;
	note_nul(m, str_slice(m->piece, 0, m->piece.n - left));
	while (m->piece.n > left)
		take(m, least(line_bytes(m), m->piece.n - left));
}

static enum step in_body(struct message *m, struct str *body)
{
	*body = m->owed;
	m->owed = (struct str){ 0 };
	if (body->n > 0)
		return STEP_BODY;
	if (m->piece.n == 0 && !m->ended)
		return STEP_MORE;
	if (m->piece.n == 0) {
		end_bytes(m);
		m->state = MESSAGE_AT_END;
		return STEP_END;
	}
	*body = m->piece;
	if (m->skim)
		m->piece = (struct str){ 0 };
	while (m->piece.n > 0)
		take_block(m);
	return STEP_BODY;
}

static enum step step(struct message *m, struct str *body)
{
	switch (m->state) {
	case MESSAGE_AT_LINE:
		return at_line(m);
	case MESSAGE_AT_CR:
		return at_cr(m);
	case MESSAGE_IN_NAME:
		return in_name(m);
	case MESSAGE_IN_VALUE:
		return in_value(m);
	case MESSAGE_IN_MBOX_LINE:
		return in_mbox_line(m);
	case MESSAGE_IN_BODY:
		return in_body(m, body);
	case MESSAGE_AT_END:
		return STEP_END;
	case MESSAGE_AT_LIMIT:
		break;
	}
	return STEP_REFUSED;
}

enum message_event message_next(struct message *m, struct str *body)
{
	static const enum message_event events[] = {
		[STEP_MORE] = MESSAGE_MORE,
		[STEP_HEADER] = MESSAGE_HEADER,
		[STEP_BODY] = MESSAGE_BODY,
		[STEP_END] = MESSAGE_END,
		[STEP_REFUSED] = MESSAGE_REFUSED,
	};
	enum step next;

	*body = (struct str){ 0 };
	do
		next = step(m, body);
	while (next == STEP_ON);
	return events[next];
}

const struct message_field *message_field(const struct message *m, struct str name, size_t nth)
{
	for (size_t i = 0; i < m->count; i++)
		if (str_ieq(m->fields[i].name, name) && nth-- == 0)
			return &m->fields[i];
	return NULL;
}

bool message_header_has(const struct message *m, enum message_finding what)
{
	return m->found[what].count > 0 && m->found[what].offset < m->body;
}

struct str message_finding_text(enum message_finding what)
{
	static const char *const texts[MESSAGE_FINDINGS] = {
		[MESSAGE_BARE_LF] = "a line ends in LF without CR (RFC 5322 section 2.3)",
		[MESSAGE_BARE_CR] = "a CR without LF, which some programs take for the end of a "
				    "line (RFC 5322 section 2.3)",
		[MESSAGE_NUL] = "a NUL byte, at which some programs stop (RFC 5322 section 4)",
		[MESSAGE_LONG_LINE] = "a line of more than 998 bytes (RFC 5322 section 2.1.1)",
		[MESSAGE_HEADER_UTF8] = "a header field in UTF-8, which only SMTPUTF8 may carry "
					"(RFC 6532 section 3)",
		[MESSAGE_HEADER_8BIT] =
		    "a header field with bytes that are no UTF-8 (RFC 5322 section 2.2)",
		[MESSAGE_NAME_SPACE] =
		    "white space between the name of a field and its colon (RFC 5322 section 4.5)",
		[MESSAGE_BLANK_FOLD] = "a folded line of white space alone, which some programs "
				       "take for the end of the header (RFC 5322 section 3.2.2)",
		[MESSAGE_MBOX_LINE] = "an mbox line \"From \" before the header (RFC 4155)",
		[MESSAGE_NOT_A_FIELD] = "a line that is no field ends the header without a blank "
					"line (RFC 5322 section 2.2)",
		[MESSAGE_CUT_FIELD] =
		    "the message ends within a line of the header (RFC 5322 section 2.2)",
		[MESSAGE_NO_FIELD] = "no header field at all (RFC 5322 section 3.6)",
		[MESSAGE_NO_DATE] = "no Date field (RFC 5322 section 3.6)",
		[MESSAGE_NO_FROM] = "no From field (RFC 5322 section 3.6)",
		[MESSAGE_REPEATED] =
		    "a field that may stand once stands several times (RFC 5322 section 3.6)",
		[MESSAGE_HEADER_TOO_BIG] = "the header is larger than the limit",
		[MESSAGE_FIELD_TOO_BIG] = "a header field is larger than the limit",
		[MESSAGE_TOO_MANY_FIELDS] = "more header fields than the limit",
	};

	return str_of(texts[what]);
}
