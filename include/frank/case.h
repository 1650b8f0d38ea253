/*
 * frank/case.h - a case: questions to the DNS that evaluations asked, and their answers.
 *
 * One case serves any number of evaluations, at once or one after the other: a fact is asked
 * for once and stays known as long as the case, records parsed. For a message that is one
 * case a message; a program that keeps one longer decides itself when its facts are too old
 * and begins a new one.
 *
 * What the records of strangers can make it ask is bounded: names that the DNS cannot carry
 * are answered by the library (as not existing), and after 5,000 questions each further one
 * is a temporary error.
 *
 * A case can be written as an evidence file and read back (frank-evidence(5)), so that a
 * verdict can be repeated elsewhere, later, and without a network.
 */
#ifndef FRANK_CASE_H
#define FRANK_CASE_H

#include <frank/str.h>

#ifdef __cplusplus
extern "C" {
#endif

struct frank_case;

/* Never NULL. Free it after every evaluation that was made on it. */
FRANK_API struct frank_case *frank_case_new(void);
FRANK_API void frank_case_free(struct frank_case *); /* NULL is allowed */

/*
 * The time of judgement, seconds since 1970. Signatures expire against it, and it is written
 * into evidence as "taken". 0 until it is set.
 */
FRANK_API void frank_case_set_time(struct frank_case *, int64_t now);

/* ---- keys that were seen ---- */

/*
 * The last 1,024 public keys that signatures were verified with, ready for use: to set one up
 * takes longer than to use it. It never changes a verdict, only the time it takes. A case has
 * its own; a program that makes a case for each message lets the cases of one thread share one.
 */
struct frank_keys;

/* Never NULL. Free it after the cases that use it. */
FRANK_API struct frank_keys *frank_keys_new(void);
FRANK_API void frank_keys_free(struct frank_keys *); /* NULL is allowed */
/* Before anything is made on the case. */
FRANK_API void frank_case_set_keys(struct frank_case *, struct frank_keys *);

/* ---- questions ---- */

struct frank_question {
	struct frank_str name; /* A-labels, no final dot; lives as long as the case */
	uint16_t type;	       /* as on the wire: 1 A, 12 PTR, 15 MX, 16 TXT, 28 AAAA, ... */
};

/* The next question that nobody was given yet; false: there is none (now). */
FRANK_API bool frank_case_next(struct frank_case *, struct frank_question *out);

/* ---- answers ---- */

enum frank_dns_status {
	FRANK_DNS_NOERROR,  /* also when there is no record of the type */
	FRANK_DNS_NXDOMAIN, /* the name does not exist */
	FRANK_DNS_SERVFAIL,
	FRANK_DNS_REFUSED,
	FRANK_DNS_TIMEOUT,
	FRANK_DNS_BOGUS, /* DNSSEC validation failed */
};

enum frank_dns_security {
	FRANK_DNS_INDETERMINATE, /* nobody validated */
	FRANK_DNS_SECURE,
	FRANK_DNS_INSECURE,
};

struct frank_answer {
	enum frank_dns_status status;
	enum frank_dns_security security;
	int64_t ttl; /* seconds, the smallest of the set; below 0: not known */
	/*
	 * Of the type that was asked for, CNAMEs followed, each in presentation format
	 * (RFC 1035 section 5.1): "192.0.2.1", "10 mail.example.org.", "\"v=spf1 -all\"".
	 * Types without a format of their own as "\# 4 C0000201" (RFC 3597). For TXT see
	 * frank_txt_write(). At most 1,000 are kept. One that does not parse is kept as
	 * text and counts as a record that nobody can use.
	 */
	const struct frank_str *records;
	size_t count;
};

/*
 * The answer to a question, in any order and at any time; everything is copied. False when
 * the name and type were never asked for, or are answered already: nothing is changed then.
 */
FRANK_API bool frank_case_answer(
    struct frank_case *, const struct frank_question *, const struct frank_answer *);

/*
 * The same, from a response as it came over the wire (RFC 1035 section 4): what res_query(),
 * c-ares and libunbound hand over. A chain of CNAMEs inside it is followed; AD says whether
 * it is secure, so the path to the resolver must be one to trust. Bytes that are no DNS
 * message become SERVFAIL. False, too, when it is no response to this question.
 */
FRANK_API bool frank_case_answer_message(
    struct frank_case *, const struct frank_question *, const void *message, size_t size);

/*
 * A TXT record in presentation format, from its character strings joined (as most resolver
 * libraries give it): quoted, in strings of at most 255 bytes. It lives as long as the case.
 */
FRANK_API struct frank_str frank_txt_write(struct frank_case *, struct frank_str text);

/* ---- evidence ---- */

/*
 * Read the facts of an evidence file into a case in which nothing was asked yet. `name` is
 * for the error, which names file, line or answer and lives as long as the case.
 */
FRANK_API bool frank_case_read(
    struct frank_case *, struct frank_str text, struct frank_str name, struct frank_str *error);
/*
 * Answer every question that is open by the rules of replay: what the evidence does not
 * hold does not exist. Use it instead of frank_case_next().
 */
FRANK_API void frank_case_replay(struct frank_case *);
/* The facts as an evidence file, JSON. It lives as long as the case. */
FRANK_API struct frank_str frank_case_write(struct frank_case *);

#ifdef __cplusplus
}
#endif

#endif
