/*
 * error - a failure of ours, with a cause that a person can read.
 *
 * For input/output, configuration and files only.  What the world got wrong
 * (a bad record, a server that lies) is data, never an error.
 * Functions that can fail return false and fill the error; the text names the
 * file, line, record or peer.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/arena.h"

struct error {
	struct arena *arena; /* where the text lives; set by the caller */
	struct str text;
};

/* Always returns false, so that `return error_set(...)` reads well. */
bool error_set(struct error *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
