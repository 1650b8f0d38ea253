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
/* The record without the terms that `drop` names. */
struct str spf_without(struct arena *, const struct spf_record *,
    bool (*drop)(const struct spf_record *, size_t, const void *), const void *context);

#endif
