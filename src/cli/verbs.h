/* verbs - each is defined in verb_NAME.c. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "cli/verb.h"

extern const struct verb verb_compare, verb_lab, verb_check, verb_completion, verb_explain,
    verb_key, verb_sign, verb_spf, verb_verify;

#endif
