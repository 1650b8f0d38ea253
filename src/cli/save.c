/* save - see save.h. */
#include "cli/save.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device or a pipe is written to; nothing may take its place. */
static bool write_through(struct str target, struct str text, struct error *e)
{
	FILE *file = fopen(target.p, "we");
	bool written = file != NULL && fwrite(text.p, 1, text.n, file) == text.n;

	if (file != NULL)
		written = fclose(file) == 0 && written;
	return written || error_set(e, "%s: %s", target.p, strerror(errno));
}

/* What a symbolic link leads to is replaced, not the link. */
static struct str real_target(struct arena *a, struct str path)
{
	char *real = realpath(arena_str(a, path).p, NULL);
	struct str target = arena_str(a, real != NULL ? str_of(real) : path);

	free(real);
	return target;
}

bool save_file(struct str path, struct str text, struct error *e)
{
	struct str target = real_target(e->arena, path);
	struct stat there;

	if (stat(target.p, &there) == 0 && !S_ISREG(there.st_mode))
		return write_through(target, text, e);
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
