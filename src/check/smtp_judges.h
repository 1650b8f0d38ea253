/* smtp_judges - the judges of the smtp.* checks; their table is in check_smtp.c. */
#ifndef CHECK_SMTP_JUDGES_H
#define CHECK_SMTP_JUDGES_H

#include "check/subject.h"

void judge_smtp_starttls(struct judge *);
void judge_smtp_submission(struct judge *);
void judge_smtp_no_plain_auth(struct judge *);
void judge_smtp_open_relay(struct judge *);
void judge_smtp_postmaster(struct judge *);
void judge_smtp_abuse(struct judge *);
void judge_smtp_null_sender(struct judge *);
void judge_smtp_literal(struct judge *);
void judge_smtp_unknown_rejected(struct judge *);
void judge_smtp_vrfy_expn(struct judge *);
void judge_smtp_size(struct judge *);
void judge_smtp_ehlo(struct judge *);
void judge_smtp_greylisting(struct judge *);
void judge_smtp_smuggling(struct judge *);
void judge_smtp_greeting(struct judge *);
void judge_smtp_reply_syntax(struct judge *);
void judge_smtp_time(struct judge *);
void judge_smtp_throttled(struct judge *);
void judge_tls_injection(struct judge *);

/* What a reply amounts to, by its first digit (RFC 5321 section 4.2.1). */
enum smtp_word {
	SMTP_UNHEARD, /* no reply, or one that is cut off */
	SMTP_YES,     /* 2xx */
	SMTP_LATER,   /* 4xx: greylisting, throttling, trouble that passes */
	SMTP_NO,      /* 5xx */
};
enum smtp_word smtp_word(struct replies);
/* Is a refusal aimed at us (a block list, our reverse DNS) and not at what was asked? */
bool smtp_refuses_us(struct replies);
/* The last line of a reply as it came, cut to what a sentence can bear. */
struct str smtp_quote(struct judge *, struct replies);

/* The EHLO reply outside or under TLS is whole and positive. */
bool smtp_ehlo_heard(const struct session *, bool tls);
/* What stands behind AUTH in the EHLO reply outside or under TLS; empty: no login. */
struct str smtp_mechanisms(const struct session *, bool tls);
/* The EHLO reply that counts: the one under TLS when TLS was reached. */
struct replies smtp_ehlo(const struct session *);

/*
 * Judge every address that greeted us on port 25, *good counting the sound ones. What keeps
 * from judging (nothing to visit, port 25 blocked, no welcome) is said here, as unknown.
 */
typedef void smtp_judge(struct judge *, const struct visit *, size_t *good);
void smtp_each(struct judge *, smtp_judge *, const char *all_good);

/* Fixes for the three ways to run a server. */
void smtp_fix_lines(struct judge *, struct finding *, const char *postfix, const char *exim);

#endif
