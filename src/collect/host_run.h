/*
 * host_run - runs the mail system's own programs to see their settings.
 *
 * A table says which; nothing from a case or a file becomes part of a command.
 */
#ifndef COLLECT_HOST_RUN_H
#define COLLECT_HOST_RUN_H

#include "collect/host.h"

struct host_runs;

struct host_runs *host_runs_new(struct collector *, struct arena *);
/* False when the key names no program; else the fact is answered when it has ended. */
bool host_run(struct host_runs *, struct job *, struct fact *);
/* Kill what runs; nothing is answered any more. */
void host_runs_cancel(struct host_runs *);

#endif
