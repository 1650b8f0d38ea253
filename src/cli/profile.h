/*
 * profile - a file of severities: one line "CHECK-ID SEVERITY [counts]" each, '#' begins a
 * comment. With "counts" a finding of that check that is only a warning or information fails.
 */
#ifndef CLI_PROFILE_H
#define CLI_PROFILE_H

#include "check/check.h"

/* Errors name the file and the line. */
bool profile_parse(
    struct arena *, struct str text, const char *name, struct audit_options *, struct error *);

#endif
