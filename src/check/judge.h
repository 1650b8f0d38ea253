/*
 * judge - what a check's judge works with: facts to ask for, findings to give.
 *
 * Everything a judge asks goes into the evidence of its findings by itself:
 * what was asked before the first judge_subject() belongs to all of them, what was
 * asked after it to that subject's findings.
 */
#ifndef CHECK_JUDGE_H
#define CHECK_JUDGE_H

#include "check/check.h"

struct trial;

struct judge {
	struct frank_case *facts;
	struct arena *arena;
	struct str domain;
	const struct audit_options *options;
	const struct check *check;
	bool pending;	     /* some answer was NULL: findings will be thrown away */
	struct trial *trial; /* the audit's own book-keeping (audit.h) */
};

/* NULL: not there yet (judge->pending is set); go on with what does not need it. */
const struct dns_answer *judge_dns(struct judge *, struct str name, enum dns_type);
const struct dns_answer *judge_dns_at(struct judge *, const struct dns_question *);
const struct session *judge_session(struct judge *, const struct session_question *);
const struct https_reply *judge_https(struct judge *, struct str host, struct str path);
const struct host_answer *judge_host(struct judge *, struct str key);

/*
 * What is asked in between is no evidence: for thinking about fixes, which does not decide.
 * The end takes what the beginning gave.
 */
size_t judge_aside_begin(const struct judge *);
void judge_aside_end(struct judge *, size_t);

/* What the following findings are about. */
void judge_subject(struct judge *, struct str subject);
/* Record a finding with the check's severity; `says` is one plain sentence. */
struct finding *judge_say(struct judge *, enum verdict, const char *says, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a lower (or given) severity. */
struct finding *judge_say_at(struct judge *, enum verdict, enum severity, const char *says, ...)
    __attribute__((format(printf, 4, 5)));
/* Add the reason in full, and fixes, to a finding. */
void judge_why(struct judge *, struct finding *, const char *why, ...)
    __attribute__((format(printf, 3, 4)));
void judge_fix(struct judge *, struct finding *, struct fix);
/* The change of that record which an earlier finding of this run proposes, or NULL. */
const struct fix *judge_fix_of(const struct judge *, struct str name, struct str old);

/* ---- what many checks need of the world; all return false (pending set) while unknown ---- */

struct mail_host {
	struct str name;
	uint16_t preference;
	const struct dns_answer *a, *aaaa;
	struct ip *addresses; /* A then AAAA, those that may be connected to by -4/-6 */
	size_t address_count;
};

struct mail_hosts {
	const struct dns_answer *mx;
	bool null_mx;  /* exactly "0 ." */
	bool implicit; /* no MX: the domain itself, when it has an address (RFC 5321 section 5.1) */
	struct mail_host *hosts; /* sorted by preference, at most 20; never the null MX */
	size_t count;
};

bool judge_mail_hosts(struct judge *, struct mail_hosts *out);

struct sender {
	struct ip address;
	struct str host; /* mail host of that address, or {0} when given by --ip */
};
/* Addresses that mail may come from: those of the mail hosts, and --ip; no doubles. */
bool judge_senders(struct judge *, struct sender **out, size_t *count);

/* The ordinary visit to a service (GOAL_VISIT). */
struct endpoint {
	enum service_protocol protocol;
	uint16_t port;
	bool implicit_tls;
	struct str host;
	struct ip address;
};
const struct session *judge_visit(struct judge *, const struct endpoint *);
const struct session *judge_goal(struct judge *, const struct endpoint *, enum session_goal);

/*
 * The services for mail programs that are worth a visit: submission 587, submissions 465,
 * imap 143, imaps 993, pop3 110, pop3s 995 of the SRV targets (RFC 6186, 8314) and of the
 * mail hosts; each address once, at most 4 hosts.
 */
bool judge_services(struct judge *, struct endpoint **out, size_t *count);

/*
 * Port 25 is blocked here: every mail host (at least one address) was silent on 25 or
 * refused by our own network.  Checks that need port 25 then say UNKNOWN, once explained
 * by mx.reachable.
 */
bool judge_port25_blocked(struct judge *, bool *blocked);

/* ---- reading transcripts ---- */

/* Last reply to the client line that starts with `command` (any case), under TLS or not:
   its lines as texts (without CRLF); count 0 when never said or never answered. */
struct replies {
	const struct session_line *lines;
	size_t count;
};
struct replies session_reply(const struct session *, const char *command, bool tls);
/*
 * SMTP: the answers stand one command too late, for the server said one thing too many: QUIT
 * was answered twice, and not with 221 first.  session_reply() finds nothing in such a talk.
 */
bool session_shifted(const struct session *);
/* The greeting: the first server lines. */
struct replies session_greeting(const struct session *);
/* SMTP: code of a reply, 0 when there is none. */
int reply_code(struct replies);

/* The last line behind its code; the first word behind the code of the first line. */
struct str reply_text(struct replies);
struct str reply_name(struct replies);
/* Was the EHLO keyword offered?  Its parameters in *value (may be NULL). */
bool session_extension(const struct session *, const char *keyword, bool tls, struct str *value);

#endif
