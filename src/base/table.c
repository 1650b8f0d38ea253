/* table - see table.h. */
#include "base/table.h"

void *table_get(const struct table *t, uint64_t hash, table_same *same, const void *key)
{
	if (t->room == 0)
		return NULL;
	for (size_t i = hash & (t->room - 1);; i = (i + 1) & (t->room - 1)) {
		const struct table_slot *slot = &t->slots[i];

		if (slot->value == NULL)
			return NULL;
		if (slot->hash == hash && same(slot->value, key))
			return slot->value;
	}
}

static void put(struct table *t, uint64_t hash, void *value)
{
	size_t i = hash & (t->room - 1);

	while (t->slots[i].value != NULL)
		i = (i + 1) & (t->room - 1);
	t->slots[i] = (struct table_slot){ hash, value };
}

static void grow(struct table *t)
{
	struct table_slot *old = t->slots;
	size_t room = t->room;

	t->room = room == 0 ? 64 : room * 2;
	t->slots = arena_array(t->arena, struct table_slot, t->room);
	for (size_t i = 0; i < room; i++)
		if (old[i].value != NULL)
			put(t, old[i].hash, old[i].value);
}

void table_add(struct table *t, uint64_t hash, void *value)
{
	if (t->count >= t->room / 2)
		grow(t);
	put(t, hash, value);
	t->count++;
}
