/* suggest - what was probably meant, when a check or topic is not known. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include "base/error.h"

/* Is it the id of a check, or a topic that has checks? */
bool is_check_or_topic(struct str word);
/* Sets the error, with the nearest ids or topics when there are any; returns false. */
bool suggest_check(struct error *, struct str word);

#endif
