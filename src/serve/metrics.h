/*
 * metrics - counts of what the services do, for /metrics (Prometheus text format 0.0.4).
 *
 * Any thread counts, without locks. A row in the table of metrics.c says what each is.
 */
#ifndef SERVE_METRICS_H
#define SERVE_METRICS_H

#include <stdatomic.h>

#include "base/buf.h"

enum metric {
	METRIC_SMTP_CONNECTIONS,
	METRIC_SMTP_OPEN, /* gauge */
	METRIC_SMTP_REFUSED,
	METRIC_SMTP_TLS,
	METRIC_SMTP_ERRORS,
	METRIC_LETTERS,
	METRIC_LETTER_BYTES,
	METRIC_LETTERS_DEFERRED,
	METRIC_LETTERS_JUDGED,
	METRIC_LETTERS_UNREADABLE,
	METRIC_AUDITS,
	METRIC_AUDITS_RUNNING, /* gauge */
	METRIC_HTTP_REQUESTS,
	METRIC_HTTP_OPEN, /* gauge */
	METRIC_HTTP_LIMITED,
	METRIC_HTTP_ERRORS,
	METRIC_REPLIES,
	METRIC_REPLIES_WITHHELD,
	METRIC_OUTBOX_SENT,
	METRIC_OUTBOX_DEFERRED,
	METRIC_OUTBOX_FAILED,
	METRIC_OUTBOX_WAITING, /* gauge */
	METRIC_STORE_COMMITS,
	METRIC_COUNT
};

struct metrics {
	atomic_int_fast64_t counts[METRIC_COUNT];
};

static inline void metrics_add(struct metrics *m, enum metric which, int64_t n)
{
	if (m != NULL)
		atomic_fetch_add_explicit(&m->counts[which], n, memory_order_relaxed);
}

static inline void metrics_set(struct metrics *m, enum metric which, int64_t n)
{
	if (m != NULL)
		atomic_store_explicit(&m->counts[which], n, memory_order_relaxed);
}

int64_t metrics_get(const struct metrics *, enum metric);
void metrics_write(const struct metrics *, struct buf *out);

#endif
