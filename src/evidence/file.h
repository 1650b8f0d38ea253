/*
 * file - the evidence file: a case as JSON, format "evidence/1" (man 5 frank-evidence).
 */
#ifndef EVIDENCE_FILE_H
#define EVIDENCE_FILE_H

#include "base/buf.h"
#include "base/error.h"
#include "evidence/case.h"

/* The whole file as text, appended. */
void evidence_write(const struct frank_case *, struct buf *out);

/*
 * Parse; the facts become answered facts of the case, which must be fresh (case_init;
 * domain and now are set from the file when the caller left them empty / 0).
 * `name` is used in errors: "FILE:12: answers[3].rdata: ...", "FILE:12:7: ..." for bad JSON.
 * At most 64 MiB, 20,000 answers; nesting as deep as jansson takes it (2048).
 */
bool evidence_read(struct frank_case *, struct str text, const char *name, struct error *);

/* "2026-11-23T08:00:00Z", "2026-11-23T10:00:00+02:00" (RFC 3339), or seconds since 1970. */
bool evidence_time_parse(struct str, int64_t *out);
/* The first of these forms, in the arena. */
struct str evidence_time_write(struct arena *, int64_t);

/*
 * What a file's facts answer beyond their exact questions, by the replay rules of the
 * format: aliases, wildcards, ANY failures, no data against NXDOMAIN.  Fills in the fact;
 * questions of other kinds get case_put_nothing("not in the evidence file").
 */
void evidence_replay(struct frank_case *, struct fact *);

#endif
