/*
 * check - the audit's catalogue and what a judgement yields.
 *
 * One feature, one row, one file: each topic has a file check_TOPIC.c with its
 * judges and one constant table of struct check; catalogue.c lists the tables.
 * A judge is straight-line code over a struct judge (judge.h): it asks for facts
 * and records findings; when a fact is not there yet it goes on as far as it can
 * (so that everything needed is asked at once) and returns; what it recorded is
 * thrown away and it is run again from the start when answers have come.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "base/error.h"
#include "evidence/case.h"

enum severity { SEVERITY_INFO, SEVERITY_MINOR, SEVERITY_MAJOR, SEVERITY_CRITICAL };

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_WARN,	 /* not wrong yet, or wrong only for some: never counts as failed */
	VERDICT_INFO,	 /* worth knowing */
	VERDICT_UNKNOWN, /* could not be seen; `why` says why and how to see it; never a fault */
	VERDICT_SKIP,	 /* does not apply to this domain */
};

enum fix_kind {
	FIX_ADD,     /* add the record */
	FIX_REPLACE, /* the record `old` becomes `value` */
	FIX_REMOVE,  /* take the record `old` away */
	FIX_LINE,    /* a line to type or to put into a configuration file (`name`: which) */
	FIX_ASK,     /* something to ask of somebody else (the hosting company): a sentence */
};

struct fix {
	enum fix_kind kind;
	struct str name;       /* owner, absolute without final dot; or the file for FIX_LINE */
	struct str type;       /* "TXT" */
	struct str value, old; /* rdata in presentation format; or the line or sentence */
	struct fix *next;
};

struct judge;

struct check {
	const char *id;		/* stable: "name.fcrdns" */
	enum severity severity; /* worst case */
	const char *title;	/* a few words that name what is judged */
	const char *what;	/* what is judged, one or two sentences */
	const char *why;	/* why it matters */
	const char *how;	/* how to mend it: Postfix, Exim, hosting panel; lines start with a
				   name and a colon; may hold newlines */
	const char *references; /* "RFC 8601 section 3; RFC 1912 section 2.1", parted by "; " */
	const char *alias; /* what other tools call it ("SMTP Reverse DNS Mismatch"), or NULL */
	bool here;	   /* needs --here */
	void (*judge)(struct judge *);
	bool message; /* needs a message that was received */
};

struct finding {
	const struct check *check;
	enum verdict verdict;
	enum severity severity;
	struct str subject; /* "mx1.example.com (192.0.2.1)"; the domain when empty */
	struct str says;    /* one sentence for a hurried person */
	struct str why;	    /* the reason in full */
	struct fix *fixes;
	size_t *evidence; /* indices of facts, no doubles; what decided first */
	size_t evidence_count;
	size_t evidence_own; /* of them, those asked for this very subject */
};

struct post;

struct audit_options {
	struct post *post;     /* the message of this audit; NULL: there is none */
	struct str *selectors; /* --selector */
	size_t selector_count;
	struct ip *addresses; /* --ip */
	size_t address_count;
	struct str *only, *skip; /* check ids or topics ("tls", "tls.chain") */
	size_t only_count, skip_count;
	bool here, intrusive;
	bool no_ipv4, no_ipv6; /* -6, -4: do not connect by the other one */
	/* The profile's severities: id -> severity; NULL-terminated by count. */
	struct severity_rule {
		struct str id;
		enum severity severity;
		bool counts;
	} * rules;
	size_t rule_count;
};

struct check_table {
	const struct check *checks;
	size_t count;
};

/* All of the catalogue in order of display, topic by topic. */
extern const struct check_table *const check_tables[];
extern const size_t check_table_count;
const struct check *check_find(struct str id);
/* "tls" of "tls.chain" */
struct str check_topic(const struct check *);
const char *check_topic_title(struct str topic);

const char *severity_name(enum severity);
bool severity_parse(struct str, enum severity *out);
const char *verdict_name(enum verdict);

/*
 * One audit: all judges of a case.  audit_step() runs the judges that wait for
 * nothing unanswered; afterwards case->open questions (if any) are to be answered.
 * Done when audit_pending() is 0.
 */
struct audit;
/* Is the check part of an audit with these options (only, skip, here)? */
bool audit_wants(const struct check *, const struct audit_options *);
struct audit *audit_new(struct frank_case *, const struct audit_options *);
void audit_step(struct audit *);
size_t audit_pending(const struct audit *);
/* Time is up: open questions are answered with nothing, judges run to their end. */
void audit_finish(struct audit *);
/* The findings in catalogue order; valid when nothing is pending. */
const struct finding *audit_findings(const struct audit *, size_t *count);

struct audit_summary {
	unsigned critical, major, minor, passed, unknown;
};
struct audit_summary audit_summary(const struct audit *);

#endif
