/*
 * frank/dmarc.h - DMARC (RFC 9989): records, the policy of a domain, and the verdict for programs
 * that have SPF and DKIM results of their own. frank/mail.h does all of it for a message.
 *
 *	struct frank_dmarc *dmarc = frank_dmarc_new(facts);
 *
 *	frank_dmarc_set_author(dmarc, frank_str("news.example.org"));
 *	frank_dmarc_set_spf(dmarc, frank_str("bounce.example.org"), FRANK_SPF_PASS);
 *	frank_dmarc_add_dkim(dmarc, frank_str("example.org"), FRANK_DKIM_FAIL);
 *	while (!frank_dmarc_run(dmarc))
 *		... answer the questions of the case
 *	frank_dmarc_verdict(dmarc)->result
 */
#ifndef FRANK_DMARC_H
#define FRANK_DMARC_H

#include <frank/case.h>
#include <frank/dkim.h>
#include <frank/spf.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- a record ---- */

enum frank_dmarc_policy {
	FRANK_DMARC_ABSENT,
	FRANK_DMARC_INVALID,
	FRANK_DMARC_NONE,
	FRANK_DMARC_QUARANTINE,
	FRANK_DMARC_REJECT,
};

/* "quarantine" */
FRANK_API const char *frank_dmarc_policy_name(enum frank_dmarc_policy);

/* Where reports go, as in rua and ruf. */
struct frank_dmarc_uri {
	struct frank_str text;		  /* as in the record, trimmed */
	struct frank_str mailbox, domain; /* of mailto: addresses */
	bool valid;
};

/*
 * What a record says. The library makes it; read it and keep no copy, as later versions may have
 * more members behind these.
 */
struct frank_dmarc_terms {
	struct frank_str text;		   /* the record */
	enum frank_dmarc_policy p, sp, np; /* as published */
	char psd;			   /* 'y', 'n' or 'u' */
	bool testing;			   /* t=y */
	bool strict_dkim, strict_spf;	   /* adkim=s, aspf=s */
	/* False: p, sp or np is not valid and there is nobody to tell: no DMARC at all. With a
	   valid rua such a record counts as p=none (RFC 9989 section 4.10.1). */
	bool usable;
	const struct frank_dmarc_uri *rua, *ruf; /* valid or not; at most 20 each */
	size_t rua_count, ruf_count;
};

struct frank_dmarc_record;

/* Read a record; it is copied. Never NULL. */
FRANK_API struct frank_dmarc_record *frank_dmarc_record_new(struct frank_str text);
FRANK_API void frank_dmarc_record_free(struct frank_dmarc_record *); /* NULL is allowed */
/* NULL: it does not begin with v=DMARC1, and is no DMARC record at all. */
FRANK_API const struct frank_dmarc_terms *frank_dmarc_record_terms(
    const struct frank_dmarc_record *);
/* What is wrong with it or strange, and how many such sentences there are. */
FRANK_API size_t frank_dmarc_record_faults(const struct frank_dmarc_record *);
/* The ith, and *at, which may be NULL, where. Absent: there are fewer. */
FRANK_API struct frank_str frank_dmarc_record_fault(
    const struct frank_dmarc_record *, size_t i, size_t *at);
/* A valid record that says the same; absent when it is none at all. */
FRANK_API struct frank_str frank_dmarc_record_write(struct frank_dmarc_record *);

/* ---- the verdict ---- */

enum frank_dmarc_result {
	FRANK_DMARC_RESULT_NONE, /* there is no record, or no single author */
	FRANK_DMARC_RESULT_PASS,
	FRANK_DMARC_RESULT_FAIL,
	FRANK_DMARC_RESULT_TEMPERROR, /* the DNS did not answer what could have let it pass */
	FRANK_DMARC_RESULT_PERMERROR, /* the record is of no use */
};

/* "permerror", as RFC 8601 writes it. */
FRANK_API const char *frank_dmarc_result_name(enum frank_dmarc_result);

/* Read it and keep no copy: see struct frank_dmarc_terms. */
struct frank_dmarc_verdict {
	enum frank_dmarc_result result;
	struct frank_str reason;		/* one sentence for people */
	bool spf_aligned, dkim_aligned;		/* and passed */
	struct frank_str record_domain;		/* where the record stands; absent: there is none */
	struct frank_str organizational;	/* the author's organizational domain, when known */
	const struct frank_dmarc_terms *record; /* NULL: there is none */
	enum frank_dmarc_policy published;	/* for this author, before t=y */
	enum frank_dmarc_policy applied;	/* after t=y; ABSENT without a record */
	/* What the domain asks for: applied when DMARC fails, else FRANK_DMARC_NONE. */
	enum frank_dmarc_policy disposition;
};

struct frank_dmarc;

/* Never NULL; free it before its case. */
FRANK_API struct frank_dmarc *frank_dmarc_new(struct frank_case *);
FRANK_API void frank_dmarc_free(struct frank_dmarc *); /* NULL is allowed */

/* ---- the question; what is set is copied, and setting anything begins anew ---- */

/* The domain of From, when there is exactly one author. Not set or no domain: result NONE. */
FRANK_API void frank_dmarc_set_author(struct frank_dmarc *, struct frank_str domain);
/* The domain that SPF judged, of MAIL FROM or of HELO when the sender is empty, and its result. */
FRANK_API void frank_dmarc_set_spf(
    struct frank_dmarc *, struct frank_str domain, enum frank_spf_result);
/* d= of one signature and its result; 100 at most, more are ignored. */
FRANK_API void frank_dmarc_add_dkim(
    struct frank_dmarc *, struct frank_str domain, enum frank_dkim_result);
/*
 * Where the DNS does not answer while the organizational domain is looked for, take it from the
 * public suffix list, as RFC 7489 had it. Not called: that is a temporary error.
 */
FRANK_API void frank_dmarc_set_by_psl(struct frank_dmarc *, bool by_psl);

/* ---- the answer ---- */

/* Call it until it is true. */
FRANK_API bool frank_dmarc_run(struct frank_dmarc *);
/* NULL before run was true. It lives until the next setting or the end of the object. */
FRANK_API const struct frank_dmarc_verdict *frank_dmarc_verdict(const struct frank_dmarc *);

#ifdef __cplusplus
}
#endif

#endif
