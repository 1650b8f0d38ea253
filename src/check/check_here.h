/* check_here - judges of --here that live in files of their own. */
#ifndef CHECK_CHECK_HERE_H
#define CHECK_CHECK_HERE_H

#include "check/catalogue.h"
#include "check/here.h"

void judge_tls_files(struct judge *);
void judge_signers(struct judge *);

#endif
