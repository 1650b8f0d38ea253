/*
 * name_judges - the judges of name.*: reverse DNS, what port 25 says, what IMAP and POP3 say.
 */
#ifndef CHECK_NAME_JUDGES_H
#define CHECK_NAME_JUDGES_H

#include "check/subject.h"

/* Does the name have this address?  False, too, while that is pending; *failed: not answered. */
bool name_leads_back(struct judge *, struct str name, struct ip, bool *failed);
bool name_in_ptr(const struct dns_answer *ptr, struct str name);
/* localhost, .local, .lan and the like: no name that anybody else could look up. */
bool name_is_local(struct str name);

/* name_reverse.c */
void judge_name_ptr(struct judge *);
void judge_name_fcrdns(struct judge *);
void judge_name_generic(struct judge *);
void judge_name_ptr_one(struct judge *);
/* name_greeting.c */
void judge_name_banner(struct judge *);
void judge_name_not_localhost(struct judge *);
void judge_name_matches(struct judge *);
void judge_name_ehlo_resolves(struct judge *);
/* name_services.c */
void judge_name_imap(struct judge *);
void judge_name_pop3(struct judge *);

#endif
