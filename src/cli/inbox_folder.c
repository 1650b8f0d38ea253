/* inbox_folder - see inbox_folder.h. */
#include "cli/inbox_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#define SUFFIX STR(".eml")

static int by_name(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Adds the names that end so, hidden ones left out; false when there is no such directory. */
static bool add_names(struct inbox_folder *f, struct str path, struct str suffix)
{
	DIR *directory = opendir(arena_str(&f->arena, path).p);
	size_t before = f->count;

	if (directory == NULL)
		return false;
	for (struct dirent *d; (d = readdir(directory)) != NULL;) {
		struct str name = str_of(d->d_name);

		if (name.p[0] != '.' && str_iends(name, suffix))
			arena_push(&f->arena, f->names, f->count, struct str,
			    arena_fmt(
				&f->arena, STR_FMT "/" STR_FMT, STR_ARG(path), STR_ARG(name)));
	}
	closedir(directory);
	if (f->count > before)
		qsort(f->names + before, f->count - before, sizeof(*f->names), by_name);
	return true;
}

bool inbox_folder_read(struct inbox_folder *f, struct str path, struct error *e)
{
	struct str cur, new;

	inbox_folder_free(f);
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	cur = arena_fmt(&f->arena, STR_FMT "/cur", STR_ARG(path));
	new = arena_fmt(&f->arena, STR_FMT "/new", STR_ARG(path));
	if (add_names(f, cur, (struct str){ 0 })) {
		if (!add_names(f, new, (struct str){ 0 }))
			return error_set(e, STR_FMT ": %s", STR_ARG(new), strerror(errno));
		return f->count > 0 ||
		       error_set(e, STR_FMT ": there is no message in this Maildir", STR_ARG(path));
	}
	if (errno != ENOENT)
		return error_set(e, STR_FMT ": %s", STR_ARG(cur), strerror(errno));
	if (!add_names(f, path, SUFFIX))
		return error_set(e, STR_FMT ": %s", STR_ARG(path), strerror(errno));
	return f->count > 0 || error_set(e,
				   STR_FMT ": neither a Maildir (with cur and new), nor is there "
					   "a file that ends in .eml",
				   STR_ARG(path));
}

bool inbox_folder_next(struct inbox_folder *f, struct str *path)
{
	if (f->next >= f->count)
		return false;
	*path = f->names[f->next++];
	return true;
}

void inbox_folder_free(struct inbox_folder *f)
{
	arena_free(&f->arena);
	*f = (struct inbox_folder){ 0 };
}
