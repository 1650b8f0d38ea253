/* trust_anchor - the keys of the DNS root (IANA, root-anchors.xml). */
#ifndef COLLECT_TRUST_ANCHOR_H
#define COLLECT_TRUST_ANCHOR_H

#include <stddef.h>

extern const char *const trust_anchors_of_root[];
extern const size_t trust_anchor_count;

#endif
