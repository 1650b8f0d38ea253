/*
 * text - what the rooms of the text report share: a page and how lines are set on it.
 */
#ifndef RENDER_TEXT_H
#define RENDER_TEXT_H

#include "render/render.h"

struct page {
	const struct report *report;
	const struct render_style *style;
	struct buf *out;
	const struct finding *fixed; /* the last one whose fixes were printed */
};

/* Text of ours in an ANSI colour ("1;31"), where colour is wanted. */
void text_colored(struct page *, const char *color, const char *text);
void text_indent(struct page *, unsigned n);
/* Text from anywhere: escaped, filled to the width of the page behind the margin. */
void text_wrapped(struct page *, unsigned margin, struct str text);
/* The same line by line as it is, for records and replies. */
void text_verbatim(struct page *, unsigned margin, struct str text);

/* text_finding.c: one finding with its reason, evidence and fixes. */
void text_finding(struct page *, const struct finding *);
/* Further subjects of the same unknown: "the same for: ...". */
void text_also(struct page *, const struct finding *first);
/* Was it told by text_also() of an earlier one? */
bool text_told(const struct report *, const struct finding *);

#endif
