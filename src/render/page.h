/*
 * page - the pages of the web, whole, as HTML: no script of their own inside, nothing from
 * elsewhere.
 *
 * Whatever came from outside passes escape_html() on its way.
 */
#ifndef RENDER_PAGE_H
#define RENDER_PAGE_H

#include "render/render.h"

/* Whose pages they are. */
struct page_site {
	struct str name;	/* shown in the head: "reflect.example" */
	struct str base_url;	/* "https://reflect.example", no final slash */
	struct str mail_domain; /* addresses are given out at it */
};

struct page_change {
	struct str check, subject, severity, says;
};

/* Against the report before of the same domain. */
struct page_since {
	struct str token;
	int64_t finished;
	const struct page_change *fixed, *broken;
	size_t fixed_count, broken_count, still;
};

/* A finished report; since: NULL without one before. */
void page_audit(const struct page_site *, struct str token, const struct report *,
    const struct page_since *, struct buf *out);
/* The same on a message: report->post is set. */
void page_message(const struct page_site *, struct str token, const struct report *,
    const struct page_since *, struct buf *out);

#endif
