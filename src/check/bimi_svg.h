/*
 * bimi_svg - is an image what BIMI asks for: SVG Tiny Portable/Secure
 * (draft-svg-tiny-ps-abrotman)?  Pure.
 */
#ifndef CHECK_BIMI_SVG_H
#define CHECK_BIMI_SVG_H

#include "base/arena.h"

#define BIMI_SVG_ADVISED ((size_t)32 * 1024)

struct bimi_svg {
	struct str *faults; /* receivers refuse the image */
	size_t fault_count;
	struct str *notes; /* advised otherwise */
	size_t note_count;
};

void bimi_svg_check(struct arena *, struct str text, struct bimi_svg *out);

#endif
