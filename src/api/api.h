/*
 * api - what the public doors of libfrank (include/frank/) share: strings there and here.
 *
 * This room holds no logic. It gives the evaluators' structs a face that can stay the same
 * while they change: opaque objects, slices, numbers. Nothing in frank itself uses it.
 */
#ifndef API_API_H
#define API_API_H

#include <frank/frank.h>

#include "evidence/case.h"

/* What frank_case_new() gives out: a case that owns its memory. */
struct api_case {
	struct frank_case facts; /* first */
	struct arena arena;
};

static inline struct str api_in(struct frank_str s)
{
	return (struct str){ s.p, s.n };
}

static inline struct frank_str api_out(struct str s)
{
	return (struct frank_str){ s.p, s.n };
}

/* Zeroed, never NULL; for objects that are freed one by one. */
void *api_new(size_t size);

#endif
