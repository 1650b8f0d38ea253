/* verbs - all of them, in the order of `frank help`; and how they complain. */
#include <stdarg.h>

#include "cli/verbs.h"

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

void complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("frank: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
}

enum exit_status usage_error(const struct verb *v, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "frank %s: ", v->name);
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n(frank %s --help tells more)\n", v->name);
	va_end(args);
	return STATUS_USAGE;
}
