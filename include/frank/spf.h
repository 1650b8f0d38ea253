/*
 * frank/spf.h - Sender Policy Framework: check_host() of RFC 7208 for one client.
 *
 * Names may be U-labels or A-labels (RFC 8616). The limits of RFC 7208 section 4.6.4 hold:
 * 10 terms that ask the DNS, 2 of them without an answer, 10 names of one MX or PTR.
 */
#ifndef FRANK_SPF_H
#define FRANK_SPF_H

#include <frank/case.h>

#ifdef __cplusplus
extern "C" {
#endif

struct frank_spf;

enum frank_spf_result {
	FRANK_SPF_PENDING, /* answer the case's questions and run it again */
	FRANK_SPF_NONE,
	FRANK_SPF_NEUTRAL,
	FRANK_SPF_PASS,
	FRANK_SPF_FAIL,
	FRANK_SPF_SOFTFAIL,
	FRANK_SPF_TEMPERROR,
	FRANK_SPF_PERMERROR,
};

/* "softfail", as RFC 8601 section 2.7.2 writes it. */
FRANK_API const char *frank_spf_result_name(enum frank_spf_result);

/* Never NULL. It must be freed before its case. */
FRANK_API struct frank_spf *frank_spf_new(struct frank_case *);
FRANK_API void frank_spf_free(struct frank_spf *); /* NULL is allowed */

/* ---- the question; what is set is copied, and setting anything begins anew ---- */

/* The client: "192.0.2.1", "2001:db8::1"; IPv4-mapped IPv6 is IPv4. False: no address. */
FRANK_API bool frank_spf_set_ip(struct frank_spf *, struct frank_str ip);
/* What the client said in HELO or EHLO. */
FRANK_API void frank_spf_set_helo(struct frank_spf *, struct frank_str name);
/* The envelope sender without <>. Not set or empty: postmaster@HELO (section 2.4). */
FRANK_API void frank_spf_set_mail_from(struct frank_spf *, struct frank_str address);
/* Whose policy, where that is not the domain of the sender. */
FRANK_API void frank_spf_set_domain(struct frank_spf *, struct frank_str domain);
/* The receiving host's name for the macro %{r}. Not set: "unknown". */
FRANK_API void frank_spf_set_receiver(struct frank_spf *, struct frank_str name);

/* ---- the answer ---- */

/* Call it until it is not PENDING; then it says the same again. PERMERROR without an address. */
FRANK_API enum frank_spf_result frank_spf_run(struct frank_spf *);

/* Of the last run; all live until the next run, the next setting, or frank_spf_free(). */

/* One sentence for people, naming the section of the RFC. */
FRANK_API struct frank_str frank_spf_reason(struct frank_spf *);
/* The domain whose policy was evaluated. */
FRANK_API struct frank_str frank_spf_domain(const struct frank_spf *);
/* The term that decided, as written, and the domain whose record holds it; absent: none did. */
FRANK_API struct frank_str frank_spf_matched(const struct frank_spf *);
FRANK_API struct frank_str frank_spf_matched_in(const struct frank_spf *);
/* The domain's own explanation of a fail (exp=), expanded: a stranger's words. */
FRANK_API struct frank_str frank_spf_explanation(const struct frank_spf *);
/* The text of the first record. */
FRANK_API struct frank_str frank_spf_record(const struct frank_spf *);
/* Terms that asked the DNS, and those among them that found nothing. */
FRANK_API unsigned frank_spf_lookups(const struct frank_spf *);
FRANK_API unsigned frank_spf_void_lookups(const struct frank_spf *);

#ifdef __cplusplus
}
#endif

#endif
