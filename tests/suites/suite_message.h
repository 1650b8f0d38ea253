/* suite_message - messages of the suites: read from their folder, and passed on whole. */
#ifndef TESTS_SUITE_MESSAGE_H
#define TESTS_SUITE_MESSAGE_H

#include "suite.h"
#include "wire/message.h"

static inline struct str suite_message(struct arena *a, const char *folder, struct str name)
{
	struct str path = arena_fmt(a, "%s/" STR_FMT, folder, STR_ARG(name));
	FILE *file = suite_open(path.p);
	char *bytes;
	long size;

	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	bytes = arena_array(a, char, (size_t)size + 1);
	if (fread(bytes, 1, (size_t)size, file) != (size_t)size)
		abort();
	fclose(file);
	return (struct str){ bytes, (size_t)size };
}

/* Who is told of the parts of a message; `to` is theirs. */
struct suite_listener {
	void *to;
	void (*header)(void *to, const struct message *);
	void (*body)(void *to, struct str piece);
};

static inline void suite_pass(struct arena *a, struct str bytes, const struct suite_listener *l)
{
	struct message *m = arena_new(a, struct message);
	enum message_event event;
	struct str body;

	message_init(m, a, NULL);
	message_push(m, bytes);
	message_end(m);
	while ((event = message_next(m, &body)) == MESSAGE_HEADER || event == MESSAGE_BODY)
		if (event == MESSAGE_HEADER)
			l->header(l->to, m);
		else
			l->body(l->to, body);
}

#endif
