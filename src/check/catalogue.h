/* catalogue - one table for each topic; each is defined in table_TOPIC.c or check_TOPIC.c. */
#ifndef CHECK_CATALOGUE_H
#define CHECK_CATALOGUE_H

#include "check/check.h"

extern const struct check_table checks_dns, checks_mailbox, checks_mx, checks_name, checks_smtp,
    checks_tls, checks_spf, checks_dkim, checks_dmarc, checks_sts, checks_dane, checks_list,
    checks_caa, checks_bimi, checks_srv, checks_autoconfig, checks_web, checks_here, checks_auth;

#endif
