/*
 * str - borrowed byte strings.
 *
 * A str is a pointer and a length.  It owns nothing, may hold any byte, NUL
 * included, and is never assumed to be terminated.  Whoever made the bytes (an
 * arena, a literal, a buffer) keeps them alive.  An absent string is {0}.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(lit)   ((struct str){ (lit), sizeof(lit) - 1 })
#define STR_FMT	   "%.*s"
#define STR_ARG(s) (int)(s).n, (s).n ? (s).p : ""

/* Number of elements of a true array. */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* For texts of ours only (literals, argv); never for bytes from outside. */
static inline struct str str_of(const char *z)
{
	return z == NULL ? (struct str){ 0 } : (struct str){ z, strlen(z) };
}

static inline bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_alpha(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_alnum(int c)
{
	return is_digit(c) || is_alpha(c);
}

static inline bool is_wsp(int c)
{
	return c == ' ' || c == '\t';
}

static inline char to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Value of a hexadecimal digit, or -1. */
int hex_value(char c);

static inline bool str_eq(struct str a, struct str b)
{
	if (a.n != b.n || a.n == 0)
		return a.n == b.n;
	/* Most that differ do in the first byte. */
	return a.p[0] == b.p[0] && memcmp(a.p, b.p, a.n) == 0;
}

/* n bytes at both, equal but for the case of ASCII letters. */
bool str_same_letters(const char *a, const char *b, size_t n);

/* Equal but for the case of ASCII letters. */
static inline bool str_ieq(struct str a, struct str b)
{
	if (a.n != b.n || a.n == 0)
		return a.n == b.n;
	return ((a.p[0] ^ b.p[0]) & ~0x20) == 0 && str_same_letters(a.p, b.p, a.n);
}

/* Order of bytes, then of length; for qsort and bsearch. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_istarts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_iends(struct str s, struct str suffix);
/* Offset of the first occurrence, or -1. */
ptrdiff_t str_find(struct str s, struct str needle);
ptrdiff_t str_ifind(struct str s, struct str needle);
ptrdiff_t str_chr(struct str s, char c);
ptrdiff_t str_rchr(struct str s, char c);

/* From byte `from` up to but not including `to`; both are clamped to the string. */
static inline struct str str_slice(struct str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from >= to)
		return (struct str){ 0 };
	return (struct str){ s.p + from, to - from };
}

/* Without the first n bytes (empty when there are fewer). */
static inline struct str str_skip(struct str s, size_t n)
{
	return str_slice(s, n, s.n);
}

/* Without spaces, tabs, CR and LF at both ends. */
struct str str_trim(struct str s);

/*
 * Cut everything before the first `sep` off *rest and return it; the separator
 * is dropped.  Without a separator the whole is returned and *rest is {0}.
 */
struct str str_cut(struct str *rest, char sep);
/* As str_cut at LF; a CR before the LF is dropped too. */
struct str str_cut_line(struct str *rest);
/* The next run of bytes other than space and tab; empty at the end. */
struct str str_cut_word(struct str *rest);

bool str_is_ascii(struct str s);

/* Decimal digits only, no sign, no spaces, at most `max`. */
bool str_uint(struct str s, uint64_t max, uint64_t *out);

/* FNV-1a over the lower-cased bytes, continued from `seed` (0 starts anew). */
uint64_t str_ihash(struct str s, uint64_t seed);

#endif
