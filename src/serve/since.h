/*
 * since - what has changed since the report before: setting a domain up takes a dozen tries, and
 * each should be seen to help.
 *
 * A report leaves marks: one line for each finding that failed or warns.
 */
#ifndef SERVE_SINCE_H
#define SERVE_SINCE_H

#include "render/page.h"

/* The marks of these findings, in the arena. */
struct str since_marks(struct arena *, const struct finding *, size_t count);
/*
 * Fixed: marked then, and judged good now; what could not be seen now counts as neither.  Broken:
 * marked now, not then.
 */
void since_compare(
    struct arena *, struct str marks, const struct finding *, size_t count, struct page_since *out);

#endif
