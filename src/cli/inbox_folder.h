/* inbox_folder - the names of the messages in a directory, in order: a Maildir, or .eml files. */
#ifndef CLI_INBOX_FOLDER_H
#define CLI_INBOX_FOLDER_H

#include "base/error.h"

/* Ready for use when zero. */
struct inbox_folder {
	struct arena arena;
	struct str *names;
	size_t count, next;
};

/* Forgets what was there.  False when it cannot be read or holds no message. */
bool inbox_folder_read(struct inbox_folder *, struct str path, struct error *);
/* The path of the next message; false at the end. */
bool inbox_folder_next(struct inbox_folder *, struct str *path);
void inbox_folder_free(struct inbox_folder *);

#endif
