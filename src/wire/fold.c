/* fold - see fold.h. */
#include "wire/fold.h"

#define FIELD_MAX 65536
#define TAB_WIDTH 8

void fold_init(struct fold *f, struct str name, bool lf)
{
	*f = (struct fold){ .column = name.n + sizeof(": ") - 1, .lf = lf, .empty = true };
	buf_init(&f->out, FIELD_MAX);
}

static void break_line(struct fold *f, char white, size_t column)
{
	buf_add(&f->out, f->lf ? STR("\n") : STR("\r\n"));
	buf_addc(&f->out, white);
	f->column = column;
}

static void add_word(struct fold *f, struct str word)
{
	if (f->empty) {
		f->empty = false;
	} else if (f->line) {
		break_line(f, '\t', TAB_WIDTH);
	} else if (f->column + 1 + word.n >= FOLD_WIDTH) { /* one column stays for fold_mark() */
		break_line(f, ' ', 1);
	} else {
		buf_addc(&f->out, ' ');
		f->column++;
	}
	f->line = false;
	buf_add(&f->out, word);
	f->column += word.n;
}

void fold_add(struct fold *f, struct str text)
{
	do {
		add_word(f, str_cut(&text, ' '));
	} while (text.n > 0);
}

void fold_mark(struct fold *f, char mark)
{
	buf_addc(&f->out, mark);
	f->column++;
}

void fold_line(struct fold *f)
{
	f->line = true;
}

struct str fold_end(struct fold *f, struct arena *a)
{
	struct str value = { 0 };

	if (!buf_failed(&f->out))
		value = arena_str(a, buf_str(&f->out));
	buf_free(&f->out);
	return value;
}
