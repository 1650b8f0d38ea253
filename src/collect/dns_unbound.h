/* dns_unbound - the embedded, validating resolver; see dns_unbound.c. */
#ifndef COLLECT_DNS_UNBOUND_H
#define COLLECT_DNS_UNBOUND_H

#include "base/buf.h"
#include "collect/collect.h"

struct unbound;

/* NULL with an error when it cannot be set up. */
struct unbound *unbound_new(struct collector *, struct arena *, struct error *);
void unbound_ask(struct unbound *, struct job *, struct fact *);
void unbound_cancel(struct unbound *);
void unbound_free(struct unbound *);

#endif
