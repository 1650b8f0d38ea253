/*
 * domain - names of the DNS in text (RFC 1034, 1035, 5890, 8616).
 *
 * Inside frank a name is A-labels without a final dot ("" is the root), in any
 * case; comparisons ignore the case of ASCII letters.
 */
#ifndef WIRE_DOMAIN_H
#define WIRE_DOMAIN_H

#include "base/error.h"

#define DOMAIN_MAX	 253 /* octets of a name in text, RFC 1035 section 3.1 */
#define DOMAIN_LABEL_MAX 63

/* Labels of 1..63 bytes, 253 in all, any byte but NUL and controls: fit to be asked for. */
bool domain_valid(struct str name);
/* Also letters, digits and inner hyphens only (RFC 1123 section 2.1): fit to be a host. */
bool domain_is_host(struct str name);
/* domain_is_host, at least two labels, the last not all digits. */
bool domain_is_fqdn(struct str name);

struct str domain_undot(struct str name);   /* without one final dot */
bool domain_eq(struct str a, struct str b); /* a final dot on either is ignored */
/* Is `name` equal to `ancestor` or beneath it? */
bool domain_under(struct str name, struct str ancestor);
size_t domain_labels(struct str name);
/* Without the leftmost label; {0} for the last one. */
struct str domain_parent(struct str name);
/* The rightmost n labels. */
struct str domain_last(struct str name, size_t n);

/*
 * U-labels become A-labels (IDNA 2008, UTS 46 non-transitional); ASCII stays as it is. False
 * when there is no such name.
 */
bool domain_to_ascii(struct arena *, struct str name, struct str *out);
/*
 * What a person typed for a domain: U-labels become A-labels, one final dot goes.  An address, URL
 * or mailbox is refused with a text that says what to type instead.
 */
bool domain_from_user(struct arena *, struct str typed, struct str *out, struct error *);
/* U-labels for people to read, or the name itself when it has none. */
struct str domain_to_unicode(struct arena *, struct str name);

#endif
