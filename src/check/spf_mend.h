/*
 * spf_mend - what an SPF record was meant to say.
 *
 * spf_parse() tells what is wrong and where; here the whole record is set right, so that a
 * finding can show the text to publish.
 */
#ifndef CHECK_SPF_MEND_H
#define CHECK_SPF_MEND_H

#include "auth/spf.h"

/*
 * The record that was meant: known typing faults are set right, what cannot be understood
 * is left out.  Always parses without a fault.
 */
struct str spf_mend(struct arena *, struct str record);

/*
 * Why an unknown modifier is no deliberate one ("ip4=192.0.2.1", "redirct=..."), or {0}.
 * Receivers ignore it silently: no fault in the sense of the RFC, yet not what was meant.
 */
struct str spf_modifier_note(struct arena *, const struct spf_term *);

#endif
