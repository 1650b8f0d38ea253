/* progress - drawn on standard error at most ten times a second, erased at the end. */
#include "cli/progress.h"

#include <stdio.h>

#include "render/escape.h"
#include "render/render.h"

#define EVERY_MS 100
#define WIDTH	 76

void progress_draw(void *context, const struct collector *c)
{
	int64_t *last = context, now = collect_ms(c);
	const struct fact *f = collect_current(c);
	struct arena scratch = { 0 };
	struct buf line;

	if (f == NULL || now - *last < EVERY_MS)
		return;
	*last = now;
	buf_init(&line, 4096);
	buf_addf(&line, "%zu seen, %zu asked: ", collect_answered_count(c), collect_in_flight(c));
	escape_text(&line, replay_line(&scratch, f), false);
	fprintf(stderr, "\r%-*.*s\r", WIDTH, (int)(line.n < WIDTH ? line.n : WIDTH), line.p);
	buf_free(&line);
	arena_free(&scratch);
}

void progress_erase(void)
{
	fprintf(stderr, "\r%*s\r", WIDTH, "");
}
