/*
 * mta_sts - SMTP MTA Strict Transport Security, RFC 8461: the record, the policy, the match.
 *
 * Pure. What is wrong is a list of faults with sentences; `valid` says whether a sender could
 * use it all the same.
 */
#ifndef AUTH_MTA_STS_H
#define AUTH_MTA_STS_H

#include "base/arena.h"

#define STS_MAX_POLICY	 ((size_t)64 * 1024) /* section 3.3 advises a limit of 64 KiB */
#define STS_MAX_PATTERNS 100
#define STS_MAX_AGE	 31557600

struct sts_fault {
	size_t line; /* of the policy, from 1; 0 for the record */
	struct str says;
};

struct sts_record {
	bool valid; /* senders can use it */
	struct str id;
	bool id_good; /* 1 to 32 letters and digits; the faults are those of the rest */
	struct sts_fault *faults;
	size_t fault_count;
};

/* Does it begin with "v=STSv1" and a semicolon?  Others are discarded (section 3.1). */
bool sts_is_record(struct str text);
void sts_record_parse(struct arena *, struct str text, struct sts_record *out);

enum sts_mode { STS_ENFORCE, STS_TESTING, STS_NONE };

struct sts_policy {
	bool valid;
	enum sts_mode mode;
	uint64_t max_age;
	struct str *patterns; /* mx: "mail.example.com", "*.example.net" */
	size_t pattern_count;
	struct sts_fault *faults;
	size_t fault_count;
};

void sts_policy_parse(struct arena *, struct str text, struct sts_policy *out);
const char *sts_mode_name(enum sts_mode);

/* Section 4.1: equal, or one leading "*." that stands for exactly one label. */
bool sts_matches(struct str pattern, struct str host);
bool sts_covers(const struct sts_policy *, struct str host);

#endif
