/*
 * case - the facts of one audit: what was asked, what was answered, what is open.
 *
 * Judges ask; collectors answer.  A question that was never asked becomes an
 * open fact; the driver hands open facts to the collectors and runs the judges
 * again.  Nothing else may influence a verdict, the time included (`now`).
 * A case owns nothing: all its memory is in the arena it was given.
 *
 * What a stranger's record can make us ask is bounded: a name that is not a valid
 * domain name is answered at once with NXDOMAIN, and beyond CASE_MAX_FACTS every
 * further question is answered with SERVFAIL / SESSION_UNREACHABLE.
 */
#ifndef EVIDENCE_CASE_H
#define EVIDENCE_CASE_H

#include "base/table.h"
#include "evidence/session.h"

#define CASE_MAX_FACTS 5000

enum ask { ASK_DNS, ASK_SESSION, ASK_HTTPS, ASK_HOST };

enum dns_transport { DNS_UDP, DNS_TCP };

struct dns_question {
	struct str name; /* no final dot */
	enum dns_type type;
	/* Without a server (family IP_NONE): the resolver, with validation.  With one: that
	   authoritative server itself, RD clear, EDNS 1232, over the given transport. */
	struct ip server;
	enum dns_transport transport;
};

struct https_question {
	struct str host;   /* also SNI, Host and the name the certificate must match */
	struct str path;   /* with the leading slash */
	struct ip address; /* where to go; whoever asks has looked it up, so it is evidence too */
};

struct header {
	struct str name, value;
};

struct https_reply {
	enum session_status status; /* SESSION_OK when an HTTP response came */
	struct str error;
	struct ip address;			 /* that was talked to */
	int code;				 /* 200; redirects are never followed */
	struct str content_type, location, body; /* body at most 64 KiB (512 KiB for images) */
	bool body_cut;
	int64_t ms;
	struct session_tls tls;
};

/* This machine's own settings, by key: "hostname", "file:/etc/hosts", "postconf", ... */
struct host_answer {
	bool found;
	struct str text;  /* contents or output, at most 256 KiB */
	struct str error; /* why not found */
	unsigned mode;	  /* of a file: permission bits, 0 when not a file */
};

struct question {
	enum ask ask;
	union {
		struct dns_question dns;
		struct session_question session;
		struct https_question https;
		struct str host; /* the key */
	};
};

enum fact_state { FACT_OPEN, FACT_ASKED, FACT_ANSWERED };

struct delivery;

struct fact {
	struct question question;
	enum fact_state state;
	size_t index; /* place in the case, and in "answers" of the evidence file */
	union {
		struct dns_answer dns;
		struct session session;
		struct https_reply https;
		struct host_answer host;
	};
	struct str from; /* DNS: who answered, "127.0.0.1:53"; "zone example.com", "evidence" */
	/* For --timing, in ms since the start: noted, answered, and the fact whose answer led to
	   the question (SIZE_MAX: none), so that the critical path can be walked back. */
	int64_t asked_ms, answered_ms;
	size_t after;
	/* Facts whose alias led to this one and that take its answer (the driver's own). */
	struct fact *followers, *next_follower, *leader;
	bool replayed; /* follows from the rules of replay, stands not in the file itself */
	void *derived; /* costly values that judges computed from it; owned by the arena */
};

/* What the user said beside the domain. Verdicts follow from it, so the evidence keeps it. */
struct case_terms {
	struct str domain;		   /* of an evidence file that was read */
	struct str *selectors, *addresses; /* --selector, --ip */
	size_t selector_count, address_count;
	struct str profile; /* text of the profile in force; empty: none */
};

struct frank_case {
	struct dns_source source; /* first member: evaluators get &case->source */
	struct arena *arena;
	struct str domain; /* the subject */
	int64_t now;	   /* time of judgement, seconds since 1970 */
	struct case_terms terms;
	const struct delivery *delivery; /* the message that it is about; NULL: none */
	bool private_ok; /* reserved addresses are meant: the lab, --allow-private */
	struct fact **facts;
	size_t count;
	size_t open;	   /* facts in FACT_OPEN */
	size_t first_open; /* none before it is open */
	size_t limit;	   /* of the facts: CASE_MAX_FACTS, and what a file brought along */
	struct table index;
	/* Called for each fact that somebody asked for, answered or not; may be NULL. */
	void (*on_ask)(void *context, struct fact *);
	void *context;
	size_t after; /* what new questions are charged to, set by the driver */
};

void case_init(struct frank_case *, struct arena *, struct str domain, int64_t now);

/*
 * The answer, or NULL after noting the question.  The strings of the question are
 * copied when it is new.  The returned memory lives as long as the case.
 */
const struct dns_answer *case_dns(struct frank_case *, struct str name, enum dns_type);
const struct dns_answer *case_dns_at(struct frank_case *, const struct dns_question *);
const struct session *case_session(struct frank_case *, const struct session_question *);
const struct https_reply *case_https(struct frank_case *, const struct https_question *);
const struct host_answer *case_host(struct frank_case *, struct str key);

/* The fact of a question, made (FACT_OPEN) when it is not there yet. */
struct fact *case_fact(struct frank_case *, const struct question *);
/* The same, or NULL. */
struct fact *case_find(const struct frank_case *, const struct question *);
/* The fact that holds an answer which one of the functions above returned. */
const struct fact *case_fact_of_dns(const struct dns_answer *);
struct fact *case_fact_of_session(const struct session *);
struct fact *case_fact_of_https(const struct https_reply *);

/* Next open fact, now FACT_ASKED, or NULL: for the driver. */
struct fact *case_next_open(struct frank_case *);
/* The answer has been put into the fact's dns/session/https/host member. */
void case_answered(struct frank_case *, struct fact *);

/*
 * For collectors: fill in a DNS fact, forgetting what it held.  Texts are presentation format; they
 * are copied and parsed.  At most 1,000 records are kept of one answer.
 */
void case_put_dns(
    struct frank_case *, struct fact *, enum dns_status, const struct str *texts, size_t count);
/* Fill in what is known when nobody answered, by kind: TIMEOUT, SESSION_TIMEOUT, ... */
void case_put_nothing(struct frank_case *, struct fact *, struct str why);

#endif
