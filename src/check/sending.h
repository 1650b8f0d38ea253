/*
 * sending - what the SPF, DKIM and DMARC judges share: the records a domain sends by.
 *
 * As everywhere in judges: false means pending, everything that could be asked was asked.
 */
#ifndef CHECK_SENDING_H
#define CHECK_SENDING_H

#include "auth/dmarc.h"
#include "check/judge.h"
#include "wire/dkim_key.h"

/* ---- SPF records as texts ---- */

struct spf_texts {
	const struct dns_answer *answer; /* TXT of the name */
	struct str *records;		 /* those that are v=spf1 (RFC 7208 section 4.5) */
	size_t *indices;		 /* their places in the answer */
	size_t count;
};

bool judge_spf_texts(struct judge *, struct str name, struct spf_texts *out);

/* ---- a domain without mail ---- */

/* A null MX, or no MX and exactly the SPF record "v=spf1 -all": it wants no mail at all. */
bool judge_parked(struct judge *, bool *parked);

/* Can mail be delivered to a domain?  Asked of the DNS alone; *why of TAKES_MAIL_NO. */
enum takes_mail { TAKES_MAIL_PENDING, TAKES_MAIL_YES, TAKES_MAIL_NO, TAKES_MAIL_UNKNOWN };

enum takes_mail judge_takes_mail(struct judge *, struct str domain, const char **why);

/* ---- DKIM keys ---- */

enum dkim_place_state {
	DKIM_PLACE_EMPTY,   /* nothing there, or text that is no key (wildcards) */
	DKIM_PLACE_DANGLES, /* a CNAME that leads to nothing */
	DKIM_PLACE_KEY,	    /* exactly one record, meant as a key; `key` is parsed */
	DKIM_PLACE_SEVERAL, /* more than one TXT record, at least one meant as a key */
	DKIM_PLACE_FAILED,  /* the DNS did not answer */
};

struct dkim_place {
	struct str selector, name; /* "s1", "s1._domainkey.example.com" */
	enum dkim_place_state state;
	const struct dns_answer *answer;
	const struct dns_record *record; /* of DKIM_PLACE_KEY */
	struct dkim_key key;
};

struct dkim_keys {
	bool given;		   /* by --selector; else common names were tried */
	bool wildcard;		   /* any selector answers, so that guessing proves nothing */
	struct dkim_place *places; /* given: all; guessed: those that are not EMPTY or FAILED */
	size_t count, asked, failed;
	size_t keys; /* of state KEY */
};

bool judge_dkim_keys(struct judge *, struct dkim_keys *out);

/* ---- DMARC ---- */

bool judge_dmarc(struct judge *, struct dmarc_policy *out);
/*
 * The same for judges that need a record; without one (SKIP) or without an answer
 * (UNKNOWN) that is said, and false returned.
 */
bool judge_dmarc_record(struct judge *, struct dmarc_policy *out);

/* The DNS record that the policy's record was read from. */
const struct dns_record *dmarc_dns_record(const struct dmarc_policy *);

/* ---- fixes ---- */

/* A TXT record with that text at that name, instead of `old` (NULL: added). */
struct fix fix_txt(struct judge *, struct str name, struct str text, const struct dns_record *old);
struct fix fix_remove_txt(struct str name, const struct dns_record *old);
/* A text from outside, cut to what a sentence can bear. */
struct str short_text(struct arena *, struct str text);

#endif
