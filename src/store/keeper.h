/*
 * keeper - takes messages in: a thread that writes what has gathered in one transaction, so that
 * many share one fsync (group commit), and tells each when it is durable.
 */
#ifndef STORE_KEEPER_H
#define STORE_KEEPER_H

#include "evidence/delivery.h"
#include "store/store.h"

#define KEEPER_MAX_WAITING 10000 /* messages; more are refused at once */

struct keeper;

/* Whoever puts one in owns it again when `kept` is called. */
struct keeper_letter {
	const struct delivery *delivery;
	struct str box;	  /* local part of the address it came to; empty: none of the boxes */
	int64_t lifetime; /* seconds that it is kept */
	/* In the thread of the keeper; `report` is the row of the message, 0 when it was not kept.
	 */
	void (*kept)(struct keeper_letter *, int64_t report);
	void *context;

	struct keeper_letter *next; /* the keeper's own */
	int64_t report;
};

/* Flags as of store_open(); opens a connection of its own. */
struct keeper *keeper_new(struct str path, unsigned flags, struct error *);
/* False: too many wait already; `kept` is not called then.  Any thread. */
bool keeper_put(struct keeper *, struct keeper_letter *);
/* Transactions so far.  Any thread. */
int64_t keeper_commits(const struct keeper *);
/* What trouble the last transaction met, a copy in the arena; {0}: none. */
struct str keeper_trouble(struct keeper *, struct arena *);
/* Writes what waits, and ends. */
void keeper_free(struct keeper *);

#endif
