/* spf_judges - the judges of the spf.* checks; their table is in check_spf.c. */
#ifndef CHECK_SPF_JUDGES_H
#define CHECK_SPF_JUDGES_H

#include "auth/spf.h"
#include "check/sending.h"

void judge_spf_present(struct judge *);
void judge_spf_syntax(struct judge *);
void judge_spf_case_bytes(struct judge *);
void judge_spf_length(struct judge *);
void judge_spf_type99(struct judge *);
void judge_spf_senderid(struct judge *);
void judge_spf_subdomains(struct judge *);
void judge_spf_lookups(struct judge *);
void judge_spf_void(struct judge *);
void judge_spf_mx_limit(struct judge *);
void judge_spf_includes(struct judge *);
void judge_spf_hosts(struct judge *);
void judge_spf_helo(struct judge *);
void judge_spf_all(struct judge *);
void judge_spf_wide(struct judge *);
void judge_spf_ptr(struct judge *);
void judge_spf_unreachable(struct judge *);
void judge_spf_macro(struct judge *);
void judge_spf_exp(struct judge *);

/* The domain's one record, parsed; without exactly one, that is said, and false returned. */
struct spf_own {
	struct spf_texts texts;
	struct spf_record text;
	const struct dns_record *record;
};
bool spf_own_or_say(struct judge *, struct spf_own *out);

/* The tree beneath a name; false while pending. */
bool spf_tree_of(struct judge *, struct str domain, struct spf_tree *out);
/* Both, for judges that need a sound record (a broken one is SKIP): own->text is the tree's. */
bool spf_tree_or_say(struct judge *, struct spf_own *own, struct spf_tree *);

/* The first term of that kind, or NULL. */
const struct spf_term *spf_find(const struct spf_record *, enum spf_kind);
/* Terms behind the first `all` are never reached; the index of it, or the count. */
size_t spf_end(const struct spf_record *);
/* Why a term has no effect, or NULL. */
const char *spf_idle_reason(const struct spf_record *, size_t which);
/* What such a term asked for, or NULL. */
const struct spf_target *spf_target_of(const struct spf_tree *, const struct spf_term *);
/* Why what an include or redirect leads to makes a permanent error, or NULL. */
const char *spf_branch_trouble(const struct spf_branch *);
/* The record that decides about everybody else: the own one, or the end of its redirects. */
const struct spf_branch *spf_last_record(const struct spf_branch *);
/* The strings of a record with the spaces that are missing between them; false: none is. */
bool spf_lost_spaces(struct arena *, const struct dns_record *, struct str *joined);

/* Mail of the domain from that address. */
struct spf_report spf_check_from(struct judge *, struct dns_source *, const struct sender *);
/*
 * Propose the record that mends everything found in the domain's: the same for each finding.
 * Where none can be sound, the finding's reason says so; so give the reason first.
 */
void spf_propose(struct judge *, struct finding *, const struct dns_record *published);
/* The same from another text, to be put in the place of that record. */
void spf_propose_from(
    struct judge *, struct finding *, struct str typed, const struct dns_record *published);

#endif
