/*
 * date - the date-time of header fields (RFC 5322 sections 3.3 and 4.3).
 *
 *	date-time = [ day-name [","] ] day month year hour ":" minute [ ":" second ] zone [CFWS]
 *
 * Tolerant of what is clear: no day name, years of two digits, comments anywhere, no comma.  What
 *is not clear is refused: a zone that is no number and none of the standard's names, the 31st of
 *June. The name of the day is not compared with the date.
 */
#ifndef WIRE_DATE_H
#define WIRE_DATE_H

#include "base/arena.h"

/* Seconds since 1970; false when it is no date. */
bool date_parse(struct arena *, struct str text, int64_t *out);
/* "2026-11-23T08:00:00Z" (RFC 3339), in the arena; {0} outside of the years 0 to 9999. */
struct str date_write(struct arena *, int64_t);

#endif
