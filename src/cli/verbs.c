/* verbs - all of them, in the order of `frank help`; and how they complain. */
#include <stdarg.h>

#include "cli/verbs.h"
#include "render/escape.h"

const struct verb *const verbs[] = {
	&verb_check,
	&verb_explain,
	&verb_spf,
	&verb_verify,
	&verb_sign,
	&verb_key,
	&verb_compare,
	&verb_lab,
	&verb_completion,
};
const size_t verb_count = LENGTH(verbs);

/* Names of files, and what a server says, may be a stranger's: no control character gets out. */
static void __attribute__((format(printf, 1, 0))) put_harmless(const char *fmt, va_list args)
{
	struct arena a = { 0 };
	struct buf line;

	buf_init(&line, 1 << 20);
	escape_text(&line, arena_vfmt(&a, fmt, args), false);
	fwrite(line.p, 1, line.n, stderr);
	buf_free(&line);
	arena_free(&a);
}

void complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("frank: ", stderr);
	put_harmless(fmt, args);
	fputc('\n', stderr);
	va_end(args);
}

enum exit_status usage_error(const struct verb *v, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "frank %s: ", v->name);
	put_harmless(fmt, args);
	fprintf(stderr, "\n(frank %s --help tells more)\n", v->name);
	va_end(args);
	return STATUS_USAGE;
}
