/* json_value - values that several JSON outputs have: text from anywhere, an evaluation of SPF. */
#ifndef RENDER_JSON_VALUE_H
#define RENDER_JSON_VALUE_H

#include <jansson.h>

#include "auth/spf.h"

/* Text as it is; where it is no UTF-8 its dangerous bytes become \xNN first. */
json_t *json_text(struct str);
/* The members of docs/spf-output.schema.json. */
json_t *json_spf(const struct spf_report *);

#endif
