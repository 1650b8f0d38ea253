/*
 * plain_canon - canonicalization as RFC 6376 section 3.4 says it, step by step over the whole text,
 * slow and with nothing clever in it; to compare with what frank does while bytes pass.
 */
#ifndef TESTS_PLAIN_CANON_H
#define TESTS_PLAIN_CANON_H

#include <assert.h>

#include "base/buf.h"
#include "wire/message.h"

/* Each LF without a CR before it becomes CRLF. */
static inline void plain_crlf(struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' && (i == 0 || text.p[i - 1] != '\r'))
			buf_addc(out, '\r');
		buf_addc(out, text.p[i]);
	}
}

/* The next line without its CRLF; false at the end.  *ended: it had one. */
static inline bool plain_line(struct str *rest, struct str *line, bool *ended)
{
	ptrdiff_t at = str_find(*rest, STR("\r\n"));

	*ended = at >= 0;
	if (rest->n == 0)
		return false;
	*line = *ended ? str_slice(*rest, 0, (size_t)at) : *rest;
	*rest = *ended ? str_skip(*rest, (size_t)at + 2) : (struct str){ 0 };
	return true;
}

/* Runs of white space become one space; white space at the end goes. */
static inline void plain_squeeze(struct str line, struct buf *out)
{
	while (line.n > 0 && is_wsp(line.p[line.n - 1]))
		line.n--;
	for (size_t i = 0; i < line.n; i++)
		if (!is_wsp(line.p[i]))
			buf_addc(out, line.p[i]);
		else if (i == 0 || !is_wsp(line.p[i - 1]))
			buf_addc(out, ' ');
}

/* Section 3.4.3 and 3.4.4. */
static inline void plain_body(struct str body, bool relaxed, bool lf, struct buf *out)
{
	struct buf crlf;
	struct str rest, line;
	bool ended, any = false;

	buf_init(&crlf, 2 * body.n + 1);
	if (lf)
		plain_crlf(body, &crlf);
	else
		buf_add(&crlf, body);
	rest = buf_str(&crlf);
	while (plain_line(&rest, &line, &ended)) {
		if (relaxed)
			plain_squeeze(line, out);
		else
			buf_add(out, line);
		buf_addf(out, "\r\n");
	}
	while (out->n >= 4 && memcmp(out->p + out->n - 4, "\r\n\r\n", 4) == 0)
		out->n -= 2;
	any = out->n > 0 && !(out->n == 2 && memcmp(out->p, "\r\n", 2) == 0);
	if (!any)
		buf_clear(out);
	if (!any && !relaxed)
		buf_addf(out, "\r\n");
	assert(!buf_failed(out) && !buf_failed(&crlf));
	buf_free(&crlf);
}

/* Section 3.4.1 and 3.4.2, with the CRLF. */
static inline void plain_field(
    const struct message_field *f, bool relaxed, bool lf, struct buf *out)
{
	struct buf flat;

	if (!relaxed) {
		struct str raw = str_slice(f->raw, 0, (size_t)(f->value.p + f->value.n - f->raw.p));

		if (lf)
			plain_crlf(raw, out);
		else
			buf_add(out, raw);
		buf_addf(out, "\r\n");
		return;
	}
	for (size_t i = 0; i < f->name.n; i++)
		buf_addc(out, to_lower(f->name.p[i]));
	buf_addc(out, ':');
	buf_init(&flat, f->value.n + 1);
	for (size_t i = 0; i < f->value.n; i++) {
		bool cr = f->value.p[i] == '\r' && i + 1 < f->value.n && f->value.p[i + 1] == '\n';

		if (!cr && f->value.p[i] != '\n')
			buf_addc(&flat, f->value.p[i]);
	}
	struct str text = buf_str(&flat);
	while (text.n > 0 && is_wsp(text.p[0]))
		text = str_skip(text, 1);
	plain_squeeze(text, out);
	buf_addf(out, "\r\n");
	buf_free(&flat);
}

#endif
