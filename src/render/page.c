/* page - see page.h. */
#include "render/page.h"

void page_audit(const struct page_site *site, struct str token, const struct report *r,
    const struct page_since *since, struct buf *out)
{
	static const struct render_style style = { 0 };

	(void)site, (void)token, (void)since;
	render_html(r, 1, &style, out);
}

void page_message(const struct page_site *site, struct str token, const struct report *r,
    const struct page_since *since, struct buf *out)
{
	page_audit(site, token, r, since, out);
}
