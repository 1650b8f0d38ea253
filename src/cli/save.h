/* save - a file is there whole or not at all. */
#ifndef CLI_SAVE_H
#define CLI_SAVE_H

#include "base/error.h"

/* Written beside and moved into place; an old file stays when anything fails. */
bool save_file(struct str path, struct str text, struct error *);

#endif
