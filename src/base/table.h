/*
 * table - a hash table of pointers; the owner knows what equals what.
 *
 * Open addressing, grown by half; entries are never removed.  Memory comes from
 * the arena.
 */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include "base/arena.h"

struct table_slot {
	uint64_t hash;
	void *value;
};

struct table {
	struct arena *arena;
	struct table_slot *slots;
	size_t count, room; /* room is 0 or a power of two */
};

typedef bool table_same(const void *value, const void *key);

/* The value of which same(value, key) holds, or NULL. */
void *table_get(const struct table *, uint64_t hash, table_same *same, const void *key);
/* Add a value that is not in the table. */
void table_add(struct table *, uint64_t hash, void *value);

#endif
