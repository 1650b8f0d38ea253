/* escape - text from outside made harmless for a terminal or a page. */
#ifndef RENDER_ESCAPE_H
#define RENDER_ESCAPE_H

#include "base/buf.h"

/*
 * Valid UTF-8 stays; control characters (C0, DEL, C1), bytes that are no UTF-8, and characters
 * that turn the direction of text or are invisible come out as \xNN of their bytes. `newlines`
 * keeps LF.
 */
void escape_text(struct buf *, struct str, bool newlines);
/* The same, and & < > " ' as entities. */
void escape_html(struct buf *, struct str);

#endif
