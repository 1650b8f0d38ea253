/* sign_text - a message that is read twice; see sign.h. */
#include <errno.h>
#include <string.h>

#include "cli/sign.h"

#define PIECE ((size_t)64 * 1024)

/* A pipe is kept in a file without a name, which goes with the program. */
static bool spool(struct source_text *t, FILE *from, struct error *e)
{
	char piece[16384];
	size_t n;

	t->file = tmpfile();
	if (t->file == NULL)
		return error_set(e, "no temporary file: %s", strerror(errno));
	while ((n = fread(piece, 1, sizeof(piece), from)) > 0)
		if (fwrite(piece, 1, n, t->file) != n)
			return error_set(e, "the temporary file: %s", strerror(errno));
	if (ferror(from))
		return error_set(e, STR_FMT ": %s", STR_ARG(t->name), strerror(errno));
	return fflush(t->file) == 0 || error_set(e, "the temporary file: %s", strerror(errno));
}

/* How the first line ends says how all do. */
static void find_line_end(struct source_text *t)
{
	int c, before = 0;

	rewind(t->file);
	while ((c = getc(t->file)) != EOF && c != '\n')
		before = c;
	t->lf = c == '\n' && before != '\r';
}

bool source_text_open(struct source_text *t, struct arena *a, struct str name, struct error *e)
{
	bool standard = str_eq(name, STR("-"));
	FILE *from = standard ? stdin : fopen(arena_str(a, name).p, "re");
	bool good = true;

	*t = (struct source_text){ .name = standard ? STR("standard input") : name };
	if (from == NULL)
		return error_set(e, STR_FMT ": %s", STR_ARG(name), strerror(errno));
	if (!standard && fseek(from, 0, SEEK_END) == 0) {
		t->file = from;
	} else {
		good = spool(t, from, e);
		if (!standard)
			fclose(from);
	}
	if (good)
		find_line_end(t);
	return good;
}

void source_text_close(struct source_text *t)
{
	if (t->file != NULL)
		fclose(t->file);
	t->file = NULL;
}

/* Hand a piece on, mended or as it is. */
static bool hand_on(struct source_text *t, struct mend *m, struct str piece,
    bool (*take)(void *, struct str), void *to)
{
	struct buf out;
	bool good;

	if (!t->mend)
		return piece.n == 0 || take(to, piece);
	buf_init(&out, 2 * PIECE + 2);
	if (piece.n > 0)
		mend_push(m, piece, &out);
	else
		mend_end(m, &out);
	good = out.n == 0 || take(to, buf_str(&out));
	buf_free(&out);
	return good;
}

bool source_text_pass(
    struct source_text *t, bool (*take)(void *, struct str piece), void *to, struct error *e)
{
	struct mend m = { .lf = t->lf };
	char piece[PIECE];
	size_t n;

	rewind(t->file);
	while ((n = fread(piece, 1, sizeof(piece), t->file)) > 0)
		if (!hand_on(t, &m, (struct str){ piece, n }, take, to))
			return false;
	if (ferror(t->file))
		return error_set(e, STR_FMT ": %s", STR_ARG(t->name), strerror(errno));
	return hand_on(t, &m, (struct str){ 0 }, take, to);
}
