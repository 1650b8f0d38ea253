/*
 * bench_judge - judging a saved audit: the lab's domain, read from its evidence file and judged
 * by every check. Reading and judging apart; the goal for judging 120 answers is 2 ms of CPU
 * and 4 MB.
 *
 * usage: bench_judge EVIDENCE
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "check/check.h"
#include "evidence/file.h"

#define ROUNDS	     200
#define GOAL_ANSWERS 120
#define GOAL_MS	     2.0
#define GOAL_KIB     4096.0
#define MAX_BYTES    ((size_t)16 << 20)

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static struct str read_file(const char *path, char *bytes)
{
	FILE *file = fopen(path, "r");
	size_t n = file != NULL ? fread(bytes, 1, MAX_BYTES, file) : 0;

	if (file != NULL)
		fclose(file);
	return (struct str){ bytes, n };
}

struct sum {
	double read, judge;
	size_t read_kib, judge_kib, answers, findings;
};

/* One round; false when the file cannot be read. */
static bool judge_once(struct arena *job, struct str text, struct sum *sum)
{
	static const struct audit_options options;
	struct error e = { .arena = job };
	struct frank_case c;
	struct audit *audit;
	struct fact *f;
	double begun = cpu_ms();

	case_init(&c, job, (struct str){ 0 }, 0);
	c.private_ok = true;
	if (!evidence_read(&c, text, "bench", &e))
		return false;
	sum->read += cpu_ms() - begun;
	sum->read_kib = job->total / 1024;
	sum->answers = c.count;
	begun = cpu_ms();
	audit = audit_new(&c, &options);
	audit_step(audit);
	while (audit_pending(audit) > 0) {
		while ((f = case_next_open(&c)) != NULL) {
			evidence_replay(&c, f);
			case_answered(&c, f);
		}
		audit_step(audit);
	}
	audit_findings(audit, &sum->findings);
	sum->judge += cpu_ms() - begun;
	sum->judge_kib = job->total / 1024 - sum->read_kib;
	return true;
}

int main(int argc, char **argv)
{
	char *bytes = malloc(MAX_BYTES);
	struct arena job = { 0 };
	struct sum sum = { 0 };
	struct str text;

	if (argc != 2 || bytes == NULL || (text = read_file(argv[1], bytes)).n == 0)
		return 1;
	for (int i = 0; i < ROUNDS; i++) {
		if (!judge_once(&job, text, &sum))
			return 1;
		arena_free(&job);
	}
	double judge = sum.judge / ROUNDS, share = GOAL_ANSWERS / (double)sum.answers;

	printf("judge: %zu answers, %zu findings in %.2f ms of CPU and %zu KiB; for %d answers "
	       "%.2f of the goal (2 ms) and %.2f of that for memory (4 MiB); read in %.2f ms\n",
	    sum.answers, sum.findings, judge, sum.judge_kib, GOAL_ANSWERS, judge * share / GOAL_MS,
	    (double)sum.judge_kib * share / GOAL_KIB, sum.read / ROUNDS);
	free(bytes);
	return 0;
}
