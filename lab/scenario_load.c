/* scenario_load - where a scenario's files are: in the program or in a folder; see scenario.h. */
#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "lab/scenario.h"

#define MAX_FILE ((size_t)1 << 20)

struct place {
	struct arena *arena;
	struct str name;
};

static struct str path_of(const struct place *p, struct str file)
{
	return arena_fmt(p->arena, STR_FMT "/" STR_FMT, STR_ARG(p->name), STR_ARG(file));
}

static enum scenario_file open_embedded(void *context, struct str file, struct str *out)
{
	struct str path = path_of(context, file);

	for (size_t i = 0; i < lab_embedded_count; i++)
		if (str_eq(path, str_of(lab_embedded[i].name))) {
			*out = (struct str){ lab_embedded[i].bytes, lab_embedded[i].size };
			return FILE_READ;
		}
	return FILE_ABSENT;
}

static enum scenario_file read_all(struct arena *a, FILE *f, struct str *out)
{
	enum scenario_file result = FILE_READ;
	char piece[16384];
	struct buf text;
	size_t n;

	buf_init(&text, MAX_FILE);
	while (!buf_failed(&text) && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(&text, (struct str){ piece, n });
	if (buf_failed(&text))
		result = FILE_TOO_LARGE;
	else if (ferror(f) != 0)
		result = FILE_UNREADABLE;
	else
		*out = arena_str(a, buf_str(&text));
	buf_free(&text);
	return result;
}

/* Only files below the folder. */
static enum scenario_file open_folder(void *context, struct str file, struct str *out)
{
	const struct place *p = context;
	enum scenario_file result;
	FILE *f;

	if (str_find(file, STR("..")) >= 0)
		return FILE_ABSENT;
	f = fopen(path_of(p, file).p, "re");
	if (f == NULL)
		return errno == ENOENT ? FILE_ABSENT : FILE_UNREADABLE;
	result = read_all(p->arena, f, out);
	fclose(f);
	return result;
}

bool scenario_load(struct arena *a, struct str name, struct scenario *out, struct error *e)
{
	struct place place = { a, name };
	scenario_open *open = str_chr(name, '/') >= 0 ? open_folder : open_embedded;
	struct str text, file = path_of(&place, STR("scenario.conf"));

	switch (open(&place, STR("scenario.conf"), &text)) {
	case FILE_READ:
		break;
	case FILE_ABSENT:
		return error_set(e,
		    "there is no scenario \"" STR_FMT "\" (frank lab list shows them)",
		    STR_ARG(name));
	case FILE_TOO_LARGE:
		return error_set(e, STR_FMT ": larger than 1 MiB", STR_ARG(file));
	case FILE_UNREADABLE:
		return error_set(e, STR_FMT ": %s", STR_ARG(file), strerror(errno));
	}
	if (!scenario_parse(a, text, file.p, open, &place, out, e))
		return false;
	out->name = name;
	return true;
}
