/* error - see error.h. */
#include "base/error.h"

bool error_set(struct error *e, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	e->text = arena_vfmt(e->arena, fmt, args);
	va_end(args);
	return false;
}
