/*
 * audit - the inside of an audit, for audit.c and judge.c only.
 *
 * A trial is one check being judged: what it used, what it found, whether it waits.
 */
#ifndef CHECK_AUDIT_H
#define CHECK_AUDIT_H

#include <assert.h>
#include <stdlib.h>

#include "check/judge.h"

struct trial {
	const struct check *check;
	bool done, ready; /* ready: something it waits for was answered since it ran */
	struct str subject;
	bool divided;  /* judge_subject() has been called */
	size_t common; /* of `used`, those from before the first subject */
	size_t *used;  /* indices of facts */
	size_t used_count;
	size_t *marks; /* by fact: the last finding that took it as evidence */
	size_t mark_count, mark;
	struct fact **waits; /* unanswered facts of the last run */
	size_t wait_count;
	struct finding **findings;
	size_t finding_count;
};

struct audit {
	struct frank_case *facts;
	const struct audit_options *options;
	struct trial *trials;
	size_t trial_count, pending;
	struct trial *running;
	struct finding *findings; /* gathered when all is done */
	size_t finding_count;
};

#endif
