/* sig_writer - see sig_writer.h. */
#include "auth/sig_writer.h"

#include "wire/base64.h"
#include "wire/fold.h"

#define B_LINE 66 /* letters of a signature on one line */

static void add(struct sig_writer *w, struct str text)
{
	if (w->n + text.n > w->room) {
		size_t room = 2 * (w->n + text.n) + 512;
		char *grown = arena_array(w->arena, char, room);

		if (w->n > 0)
			memcpy(grown, w->text, w->n);
		w->text = grown;
		w->room = room;
	}
	if (text.n > 0)
		memcpy(w->text + w->n, text.p, text.n);
	w->n += text.n;
	w->column += text.n;
}

/* Where the line may end; `space`: white space is due there anyway. */
static void new_line(struct sig_writer *w, bool space)
{
	if (w->one_line) {
		add(w, space ? STR(" ") : (struct str){ 0 });
		return;
	}
	add(w, STR("\r\n\t"));
	w->column = 8;
}

/* Text that stays on one line, behind a space or on a new line. */
static void add_word(struct sig_writer *w, struct str word, size_t behind)
{
	if (w->column + 1 + word.n + behind > FOLD_WIDTH)
		new_line(w, true);
	else
		add(w, STR(" "));
	add(w, word);
}

void sig_writer_init(struct sig_writer *w, struct arena *a, struct str field_name)
{
	*w = (struct sig_writer){ .arena = a, .name = field_name.n };
	add(w, field_name);
	add(w, STR(":"));
}

static void end_tag(struct sig_writer *w)
{
	if (w->any)
		add(w, STR(";"));
	w->any = true;
}

void sig_write_tag(struct sig_writer *w, const char *tag, struct str value)
{
	end_tag(w);
	add_word(w, arena_fmt(w->arena, "%s=" STR_FMT, tag, STR_ARG(value)), 1);
}

void sig_write_number(struct sig_writer *w, const char *tag, uint64_t value)
{
	sig_write_tag(w, tag, arena_fmt(w->arena, "%ju", (uintmax_t)value));
}

void sig_write_headers(struct sig_writer *w, const struct str *names, size_t count)
{
	end_tag(w);
	add_word(w, STR("h="), count > 0 ? names[0].n + 1 : 1);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && w->column + names[i].n + 1 > FOLD_WIDTH)
			new_line(w, false);
		add(w, names[i]);
		if (i + 1 < count)
			add(w, STR(":"));
	}
}

void sig_write_b(struct sig_writer *w)
{
	end_tag(w);
	new_line(w, true);
	add(w, STR("b="));
	w->b = w->n;
	w->column = FOLD_WIDTH; /* what follows begins a line */
}

struct message_field sig_writer_unsigned(struct sig_writer *w, struct dkim_sig *sig)
{
	struct str raw = { w->text, w->n };
	struct message_field f = {
		.raw = raw, .name = str_slice(raw, 0, w->name), .value = str_skip(raw, w->name + 1)
	};

	sig->b_at = sig->b_end = w->b - w->name - 1;
	return f;
}

struct str sig_writer_end(struct sig_writer *w, struct str signature)
{
	struct str letters = base64_encode(w->arena, signature), behind;

	behind = arena_str(w->arena, (struct str){ w->text + w->b, w->n - w->b });
	w->n = w->b;
	add(w, str_slice(letters, 0, B_LINE));
	for (size_t at = B_LINE; at < letters.n; at += B_LINE) {
		new_line(w, false);
		add(w, str_slice(letters, at, at + B_LINE));
	}
	add(w, behind);
	return (struct str){ w->text, w->n };
}
