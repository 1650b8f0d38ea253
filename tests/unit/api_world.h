/* api_world - a little DNS and messages in pieces for the tests of the public API. */
#ifndef TESTS_API_WORLD_H
#define TESTS_API_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <frank/frank.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW	     1795000000
/* RFC 8463 appendix A.2. */
#define SEED   "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
#define PUBLIC "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

struct api_record {
	const char *name;
	uint16_t type;
	const char *text;
};

static inline bool is(struct frank_str s, const char *text)
{
	return s.n == strlen(text) && (s.n == 0 || memcmp(s.p, text, s.n) == 0);
}

static inline bool has(struct frank_str s, const char *text)
{
	return *text == 0 || (s.n > 0 && memmem(s.p, s.n, text, strlen(text)) != NULL);
}

/* What the zone says; names that it does not have do not exist. */
static inline void world_answer(struct frank_case *facts, const struct frank_question *q,
    const struct api_record *zone, size_t count)
{
	struct frank_answer a = { .status = FRANK_DNS_NXDOMAIN, .ttl = 300 };
	struct frank_str record;

	for (size_t i = 0; i < count; i++) {
		if (!is(q->name, zone[i].name))
			continue;
		a.status = FRANK_DNS_NOERROR;
		if (q->type != zone[i].type)
			continue;
		record = frank_str(zone[i].text);
		a.records = &record;
		a.count = 1;
		break;
	}
	assert_true(frank_case_answer(facts, q, &a));
	/* What is known stays as it is. */
	assert_false(frank_case_answer(facts, q, &a));
}

/* Answer all that is open; how many questions that were. */
static inline size_t world_answer_all(
    struct frank_case *facts, const struct api_record *zone, size_t count)
{
	struct frank_question q;
	size_t n = 0;

	for (; frank_case_next(facts, &q); n++)
		world_answer(facts, &q, zone, count);
	return n;
}

/* The message in pieces of this size, the last byte included, and the end. */
static inline enum frank_message_state world_push(
    struct frank_message *m, struct frank_str text, size_t piece)
{
	char *copy;

	for (size_t at = 0; at < text.n; at += piece) {
		size_t n = text.n - at < piece ? text.n - at : piece;

		/* Of exactly this size and gone afterwards, so that a sanitizer sees misuse. */
		copy = test_malloc(n);
		memcpy(copy, text.p + at, n);
		frank_message_push(m, (struct frank_str){ copy, n });
		test_free(copy);
	}
	return frank_message_end(m);
}

/* Two texts in one; to be freed with test_free(). */
static inline struct frank_str world_join(struct frank_str a, const char *between, const char *b)
{
	size_t n = a.n + strlen(between) + strlen(b);
	char *out = test_malloc(n + 1);

	memcpy(out, a.p, a.n);
	memcpy(out + a.n, between, strlen(between));
	memcpy(out + a.n + strlen(between), b, strlen(b) + 1);
	return (struct frank_str){ out, n };
}

#endif
