/* message_pieces - read a message whole, cut in two, or in pieces of one size; and compare. */
#ifndef MESSAGE_PIECES_H
#define MESSAGE_PIECES_H

#include "base/buf.h"
#include "wire/message.h"

struct pieces {
	struct arena arena;
	struct message m;
	struct buf body;
	enum message_event last;
	size_t headers; /* how often the header was announced */
};

/* The first piece has `first` bytes, those behind it `each` at most. */
static inline void pieces_read(struct pieces *r, struct str bytes, size_t first, size_t each)
{
	struct str body, rest = bytes;
	size_t n = first;

	buf_init(&r->body, bytes.n + 1);
	while (true) {
		/* A copy on the heap, gone when the next comes: nothing may still point to it. */
		struct arena lent = { 0 };
		struct str piece = arena_str(&lent, str_slice(rest, 0, n));

		rest = str_skip(rest, n);
		n = each;
		message_push(&r->m, piece);
		if (rest.n == 0)
			message_end(&r->m);
		while ((r->last = message_next(&r->m, &body)) == MESSAGE_HEADER ||
		       r->last == MESSAGE_BODY) {
			r->headers += r->last == MESSAGE_HEADER;
			buf_add(&r->body, body);
		}
		arena_free(&lent);
		if (r->last != MESSAGE_MORE)
			return;
	}
}

static inline void pieces_free(struct pieces *r)
{
	buf_free(&r->body);
	arena_free(&r->arena);
}

/* What differs between two readings of the same bytes, or NULL. */
static inline const char *pieces_differ(const struct pieces *a, const struct pieces *b)
{
	if (a->last != b->last || a->headers != b->headers)
		return "events";
	if (a->m.count != b->m.count)
		return "number of fields";
	for (size_t i = 0; i < a->m.count; i++) {
		const struct message_field *f = &a->m.fields[i], *g = &b->m.fields[i];

		if (!str_eq(f->raw, g->raw) || !str_eq(f->name, g->name) ||
		    !str_eq(f->value, g->value) || f->offset != g->offset)
			return "a field";
	}
	if (a->m.body != b->m.body || !str_eq(buf_str(&a->body), buf_str(&b->body)))
		return "body";
	for (size_t i = 0; i < MESSAGE_FINDINGS; i++)
		if (a->m.found[i].count != b->m.found[i].count ||
		    a->m.found[i].offset != b->m.found[i].offset)
			return "findings";
	return NULL;
}

#endif
