/* arena - see arena.h. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

#define BLOCK ((size_t)16 * 1024)
#define ALIGN _Alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	_Alignas(max_align_t) unsigned char mem[];
};

static struct arena_block *block_new(struct arena *a, size_t size)
{
	struct arena_block *b = malloc(sizeof(*b) + size);

	if (b == NULL)
		abort();
	b->next = a->head;
	b->used = 0;
	b->size = size;
	a->head = b;
	a->total += size;
	return b;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
	struct arena_block *b = a->head;
	size_t want;

	if (size != 0 && count > (SIZE_MAX / 2) / size)
		abort();
	want = (count * size + ALIGN - 1) & ~(ALIGN - 1);
	if (b == NULL || b->size - b->used < want)
		b = block_new(a, want > BLOCK ? want : BLOCK);
	void *p = b->mem + b->used;
	b->used += want;
	return memset(p, 0, want);
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = arena_array(a, char, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

struct str arena_lower(struct arena *a, struct str s)
{
	char *p = arena_array(a, char, s.n + 1);

	for (size_t i = 0; i < s.n; i++)
		p[i] = to_lower(s.p[i]);
	return (struct str){ p, s.n };
}

struct str arena_vfmt(struct arena *a, const char *fmt, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, fmt, args);
	if (n < 0)
		abort();
	char *p = arena_array(a, char, (size_t)n + 1);
	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}

struct str arena_fmt(struct arena *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	struct str s = arena_vfmt(a, fmt, args);
	va_end(args);
	return s;
}

void *arena_grow(struct arena *a, void *array, size_t count, size_t size)
{
	if (array != NULL && count != 0 && (count < 4 || (count & (count - 1)) != 0))
		return array;
	void *grown = arena_alloc(a, count < 4 ? 4 : count * 2, size);
	if (count > 0)
		memcpy(grown, array, count * size);
	return grown;
}

static void free_blocks(struct arena_block *b)
{
	while (b != NULL) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
}

void arena_reset(struct arena *a)
{
	if (a->head == NULL)
		return;
	free_blocks(a->head->next);
	a->head->next = NULL;
	a->head->used = 0;
	a->total = a->head->size;
}

void arena_free(struct arena *a)
{
	free_blocks(a->head);
	*a = (struct arena){ 0 };
}
