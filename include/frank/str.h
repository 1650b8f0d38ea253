/*
 * frank/str.h - bytes with a length, as every function of libfrank takes and gives them.
 *
 * A frank_str borrows: it owns nothing. What the library returns belongs to the object it
 * was asked of and lives as long as the header says. No NUL follows the bytes, and they may
 * hold any byte: what came from outside is not made harmless for a terminal. An absent
 * string has n == 0. To print: printf("%.*s", (int)s.n, s.p).
 */
#ifndef FRANK_STR_H
#define FRANK_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FRANK_API __attribute__((visibility("default")))

struct frank_str {
	const char *p;
	size_t n;
};

/* Of a C string of the program's own; NULL is absent. */
static inline struct frank_str frank_str(const char *z)
{
	struct frank_str s = { z, z == NULL ? 0 : strlen(z) };

	return s;
}

#endif
