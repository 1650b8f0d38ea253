/*
 * buf - bytes that grow, up to a ceiling given at birth.
 *
 * Overflow is sticky: once an append did not fit, the buffer takes no more and
 * buf_failed() says so; the caller asks once, at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include "base/str.h"

struct buf {
	char *p;
	size_t n, room, max;
	bool failed;
};

void buf_init(struct buf *, size_t max);
void buf_add(struct buf *, struct str);
void buf_addc(struct buf *, char);
void buf_addf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3), nonnull(2)));
/* Drop the first n bytes (all, when there are fewer). */
void buf_drop(struct buf *, size_t n);
/* Empty it; the memory and the ceiling stay, a failure is forgotten. */
void buf_clear(struct buf *);
void buf_free(struct buf *);

static inline bool buf_failed(const struct buf *b)
{
	return b->failed;
}

/* The bytes; valid until the next append. */
static inline struct str buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

#endif
