/* key_file - secrets on disk, and records as they are pasted; see key.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/key.h"

/* Whoever may write to the folder can put another key in this one's place. */
static bool folder_is_safe(struct str path, struct error *e)
{
	ptrdiff_t slash = str_rchr(path, '/');
	struct str folder = slash < 0 ? STR(".") : str_slice(path, 0, (size_t)slash + 1);
	struct stat s;

	folder = arena_str(e->arena, folder);
	if (stat(folder.p, &s) != 0)
		return error_set(e, "%s: %s", folder.p, strerror(errno));
	if ((s.st_mode & S_IWOTH) && !(s.st_mode & S_ISVTX))
		return error_set(e,
		    "%s: everybody may write to this folder, and put another key in the place of "
		    "this one; choose another, or \"chmod o-w\" it",
		    folder.p);
	return true;
}

/* A temporary file is 0600 from the beginning; it gets its name when it is whole. */
static bool write_secret(int fd, struct str text)
{
	size_t done = 0;

	while (done < text.n) {
		ssize_t n = write(fd, text.p + done, text.n - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return fsync(fd) == 0;
}

static bool give_name(const char *from, const char *to, bool force)
{
	return (force ? rename(from, to) : link(from, to)) == 0;
}

bool key_file_write(struct str path, struct str text, bool force, struct error *e)
{
	struct str target = arena_str(e->arena, path);
	struct str beside = arena_fmt(e->arena, "%s.XXXXXX", target.p);
	bool good;
	int fd, error;

	if (!folder_is_safe(target, e))
		return false;
	fd = mkstemp((char *)(uintptr_t)beside.p);
	if (fd < 0)
		return error_set(e, "%s: %s", target.p, strerror(errno));
	good = write_secret(fd, text);
	error = errno;
	close(fd);
	if (good && !give_name(beside.p, target.p, force)) {
		good = false;
		error = errno;
	}
	unlink(beside.p); /* gone already when it was renamed */
	if (good)
		return true;
	if (error == EEXIST)
		return error_set(e,
		    "%s is there already, and a key that is in use must not be lost: choose "
		    "another selector or --out, or --force",
		    target.p);
	return error_set(e, "%s: %s", target.p, strerror(error));
}

struct str key_name(struct arena *a, struct str selector, struct str domain)
{
	return arena_fmt(a, STR_FMT "._domainkey." STR_FMT, STR_ARG(selector), STR_ARG(domain));
}

struct str key_zone_line(struct arena *a, struct str name, struct str record)
{
	struct str line = arena_fmt(a, STR_FMT ". 3600 IN TXT (", STR_ARG(name));

	for (size_t at = 0; at < record.n; at += 255) {
		struct str piece = dns_txt_write(a, str_slice(record, at, at + 255));

		line = arena_fmt(a, STR_FMT "\n\t" STR_FMT, STR_ARG(line), STR_ARG(piece));
	}
	return arena_fmt(a, STR_FMT " )", STR_ARG(line));
}

const char *key_kind_name(enum dkim_key_kind kind)
{
	static const char *const names[] = {
		[DKIM_KEY_RSA] = "RSA",
		[DKIM_KEY_ED25519] = "Ed25519",
		[DKIM_KEY_OTHER] = "unknown",
	};

	return names[kind];
}
