/* progress - one line on a terminal that says what is being asked; see progress.c. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "collect/collect.h"

/* For collect_options.progress; the context is an int64_t of the last time it was drawn. */
void progress_draw(void *context, const struct collector *);
void progress_erase(void);

#endif
