/*
 * arena - one job, one arena: all that a job allocates dies with it.
 *
 * A case, a connection or a run owns an arena; nothing taken from it is freed
 * by itself.  Inputs are bounded where they enter, so memory is bounded by
 * those limits; running out is a failure of the machine, and aborts.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include "base/str.h"

struct arena_block;

/* Ready for use when zero. */
struct arena {
	struct arena_block *head;
	size_t total; /* bytes taken from the system */
};

/* Zeroed, aligned for any type, never NULL.  count * size may not overflow (aborts). */
void *arena_alloc(struct arena *, size_t count, size_t size);
#define arena_new(a, type)	    ((type *)arena_alloc((a), 1, sizeof(type)))
#define arena_array(a, type, count) ((type *)arena_alloc((a), (count), sizeof(type)))

/* A copy of the bytes; a NUL follows them, outside the length. */
struct str arena_str(struct arena *, struct str);
struct str arena_lower(struct arena *, struct str);
struct str arena_fmt(struct arena *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));
struct str arena_vfmt(struct arena *, const char *fmt, va_list)
    __attribute__((format(printf, 2, 0), nonnull(2)));

/*
 * Make room for one more element of a growing array: returns the array, moved
 * when it was full (capacity is the next power of two of count, at least 4).
 */
void *arena_grow(struct arena *, void *array, size_t count, size_t size);
#define arena_push(a, array, count, type, value)                                                   \
	((array) = (type *)arena_grow((a), (array), (count), sizeof(type)),                        \
	    (array)[(count)++] = (value))

/* Forget everything but keep the first block, for the next job. */
void arena_reset(struct arena *);
void arena_free(struct arena *);

#endif
