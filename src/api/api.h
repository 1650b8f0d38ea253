/*
 * api - what the public doors of libfrank (include/frank/) share: strings there and here.
 *
 * This room holds no logic. It gives the evaluators' structs a face that can stay the same
 * while they change: opaque objects, slices, numbers. Nothing in frank itself uses it.
 */
#ifndef API_API_H
#define API_API_H

#include <frank/frank.h>

#include "auth/crypto.h"
#include "evidence/case.h"

/* What frank_case_new() gives out: a case that owns its memory. */
struct api_case {
	struct frank_case facts; /* first */
	struct arena arena;
	struct crypto *own; /* made when it is needed and there are no shared keys */
	struct frank_keys *keys;
	uint64_t answers; /* how many came: without a new one nothing is judged anew */
};

struct frank_keys {
	struct crypto *crypto;
};

static inline struct api_case *api_case(struct frank_case *facts)
{
	return (struct api_case *)facts;
}

/* What verifies and hashes for evaluations of this case. */
struct crypto *api_crypto(struct frank_case *);

static inline struct str api_in(struct frank_str s)
{
	return (struct str){ s.p, s.n };
}

static inline struct frank_str api_out(struct str s)
{
	return (struct frank_str){ s.p, s.n };
}

/* How far an evaluation had come when it was run last. */
struct api_seen {
	bool ran;
	int stage;
	uint64_t answers;
};

/*
 * Is there anything new since this was true last: an answer, or another stage? An evaluation that
 * is run in every turn of a loop costs nothing while there is not.
 */
bool api_news(struct api_seen *, struct frank_case *, int stage);

/* Zeroed, never NULL; for objects that are freed one by one. */
void *api_new(size_t size);

#endif
