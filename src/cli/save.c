/* save - see save.h. */
#include "cli/save.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool save_file(struct str path, struct str text, struct error *e)
{
	struct str target = arena_str(e->arena, path);
	struct str beside = arena_fmt(e->arena, "%s.XXXXXX", target.p);
	int fd = mkstemp((char *)(uintptr_t)beside.p);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	mode_t mask;

	if (file == NULL)
		return error_set(e, "%s: %s", target.p, strerror(errno));
	mask = umask(0);
	umask(mask);
	fchmod(fd, 0666 & ~mask);
	fwrite(text.p, 1, text.n, file);
	bool written = fflush(file) == 0 && fsync(fd) == 0 && ferror(file) == 0;
	int error = errno;
	fclose(file);
	if (written && rename(beside.p, target.p) == 0)
		return true;
	error = written ? errno : error;
	unlink(beside.p);
	return error_set(e, "%s: %s", target.p, strerror(error));
}
