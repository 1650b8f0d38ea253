/* pack - gzip (RFC 1952) in memory, for what the store keeps and the web sends. */
#ifndef SERVE_PACK_H
#define SERVE_PACK_H

#include "base/arena.h"

/* In the arena. */
struct str pack_gzip(struct arena *, struct str);
/* False when it is no gzip, or larger than `max` bytes when unpacked. */
bool pack_gunzip(struct arena *, struct str, size_t max, struct str *out);

#endif
