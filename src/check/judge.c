/* judge - asking and saying; see judge.h.  The world helpers are in world.c. */
#include "check/audit.h"

static void *answered_or_pending(struct judge *j, const void *answer)
{
	if (answer == NULL)
		j->pending = true;
	return (void *)(uintptr_t)answer;
}

const struct dns_answer *judge_dns(struct judge *j, struct str name, enum dns_type type)
{
	return answered_or_pending(j, case_dns(j->facts, name, type));
}

const struct dns_answer *judge_dns_at(struct judge *j, const struct dns_question *q)
{
	return answered_or_pending(j, case_dns_at(j->facts, q));
}

const struct session *judge_session(struct judge *j, const struct session_question *q)
{
	return answered_or_pending(j, case_session(j->facts, q));
}

const struct host_answer *judge_host(struct judge *j, struct str key)
{
	return answered_or_pending(j, case_host(j->facts, key));
}

size_t judge_aside_begin(const struct judge *j)
{
	return j->trial->used_count;
}

void judge_aside_end(struct judge *j, size_t begun)
{
	j->trial->used_count = begun;
}

void judge_subject(struct judge *j, struct str subject)
{
	struct trial *t = j->trial;

	if (!t->divided) {
		t->divided = true;
		t->common = t->used_count;
	}
	t->used_count = t->common;
	t->subject = subject;
}

/* A mark for each fact: the number of the finding that holds it. */
static void make_marks(struct judge *j)
{
	struct trial *t = j->trial;

	if (t->mark_count < j->facts->count) {
		t->mark_count = 2 * j->facts->count;
		t->marks = arena_array(j->arena, size_t, t->mark_count);
	}
	t->mark++;
}

/* Add those not there yet, the latest first: it decided. */
static void add_evidence(struct trial *t, struct finding *f, const size_t *used, size_t count)
{
	for (size_t i = count; i-- > 0;) {
		if (t->marks[used[i]] == t->mark)
			continue;
		t->marks[used[i]] = t->mark;
		f->evidence[f->evidence_count++] = used[i];
	}
}

/* What was asked for this subject stands before what all subjects share. */
static void attach_evidence(struct judge *j, struct finding *f)
{
	struct trial *t = j->trial;

	if (t->used_count == 0)
		return;
	f->evidence = arena_array(j->arena, size_t, t->used_count);
	make_marks(j);
	add_evidence(t, f, t->used + t->common, t->used_count - t->common);
	f->evidence_own = f->evidence_count;
	add_evidence(t, f, t->used, t->common);
}

static struct finding *record(struct judge *j, enum verdict verdict, enum severity severity)
{
	struct finding *f = arena_new(j->arena, struct finding);

	*f = (struct finding){ .check = j->check,
		.verdict = verdict,
		.severity = severity,
		.subject = j->trial->subject.n > 0 ? j->trial->subject : j->domain };
	attach_evidence(j, f);
	arena_push(j->arena, j->trial->findings, j->trial->finding_count, struct finding *, f);
	return f;
}

struct finding *judge_say(struct judge *j, enum verdict verdict, const char *says, ...)
{
	struct finding *f = record(j, verdict, j->check->severity);
	va_list args;

	va_start(args, says);
	f->says = arena_vfmt(j->arena, says, args);
	va_end(args);
	return f;
}

struct finding *judge_say_at(
    struct judge *j, enum verdict verdict, enum severity severity, const char *says, ...)
{
	struct finding *f = record(j, verdict, severity);
	va_list args;

	va_start(args, says);
	f->says = arena_vfmt(j->arena, says, args);
	va_end(args);
	return f;
}

void judge_why(struct judge *j, struct finding *f, const char *why, ...)
{
	va_list args;

	va_start(args, why);
	f->why = arena_vfmt(j->arena, why, args);
	va_end(args);
}

void judge_fix(struct judge *j, struct finding *f, struct fix fix)
{
	struct fix **end = &f->fixes;

	while (*end != NULL)
		end = &(*end)->next;
	*end = arena_new(j->arena, struct fix);
	**end = fix;
	(*end)->next = NULL;
}

const struct fix *judge_fix_of(const struct judge *j, struct str name, struct str old)
{
	for (size_t i = 0; i < j->trial->finding_count; i++)
		for (const struct fix *x = j->trial->findings[i]->fixes; x != NULL; x = x->next)
			if (x->kind == FIX_REPLACE && str_eq(x->name, name) && str_eq(x->old, old))
				return x;
	return NULL;
}
