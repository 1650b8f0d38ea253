/* spf_judges - the judges of the spf.* checks; their table is in check_spf.c. */
#ifndef CHECK_SPF_JUDGES_H
#define CHECK_SPF_JUDGES_H

#include "check/spf_map.h"

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
	struct spf_text text;
	const struct dns_record *record;
};
bool spf_own_or_say(struct judge *, struct spf_own *out);
/* The same for judges that need the map; a broken record is SKIP too. */
bool spf_map_or_say(struct judge *, struct spf_own *, struct spf_map *);

/* The record without (drop) or with other terms: keep(term, context) decides. */
struct str spf_without(struct arena *, const struct spf_text *,
    bool (*drop)(const struct spf_text *, size_t, const void *), const void *context);

#endif
