/*
 * api_message - what is made on a message listens to it: the header when it is whole, each piece
 * of the body, the end. Each is told once and in this order, a refused message too.
 */
#ifndef API_API_MESSAGE_H
#define API_API_MESSAGE_H

#include "api/api.h"
#include "wire/address.h"

struct api_listener;

/* What one kind of object does with what it hears. */
struct api_ear {
	void (*header)(struct api_listener *);
	void (*body)(struct api_listener *, struct str piece);
	void (*end)(struct api_listener *);
};

/* First member of each object that listens. */
struct api_listener {
	const struct api_ear *ear;
	struct frank_message *message;
	struct api_listener *next;
};

struct frank_message {
	struct arena arena;
	struct message reader;
	struct api_listener *listeners;
	enum frank_message_state state;
	bool lf, begun;
	bool author_known;
	struct author author;
};

/* Before the first push. */
void api_listen(struct frank_message *, struct api_listener *, const struct api_ear *);
void api_unlisten(struct api_listener *);

/* NULL: nothing; false then. */
bool api_field(const struct message_field *, struct frank_field *out);

#endif
