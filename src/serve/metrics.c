/* metrics - their names, and how Prometheus reads them; see metrics.h. */
#include "serve/metrics.h"

static const struct row {
	const char *name, *help;
	bool gauge; /* goes up and down; others only up */
} rows[METRIC_COUNT] = {
	[METRIC_SMTP_CONNECTIONS] = { "smtp_connections_total", "SMTP connections taken" },
	[METRIC_SMTP_OPEN] = { "smtp_connections_open", "SMTP connections open now", true },
	[METRIC_SMTP_REFUSED] = { "smtp_refused_total", "connections and commands over a limit" },
	[METRIC_SMTP_TLS] = { "smtp_tls_total", "TLS handshakes completed on SMTP connections" },
	[METRIC_SMTP_ERRORS] = { "smtp_errors_total", "SMTP connections ended for errors or time" },
	[METRIC_LETTERS] = { "letters_total", "messages accepted and kept" },
	[METRIC_LETTER_BYTES] = { "letter_bytes_total", "bytes of messages accepted" },
	[METRIC_LETTERS_DEFERRED] = { "letters_deferred_total",
	    "messages that could not be kept (4xx)" },
	[METRIC_LETTERS_JUDGED] = { "letters_judged_total", "message reports finished" },
	[METRIC_LETTERS_UNREADABLE] = { "letters_unreadable_total",
	    "messages whose MIME structure the sandbox could not read" },
	[METRIC_AUDITS] = { "audits_total", "domain audits begun" },
	[METRIC_AUDITS_RUNNING] = { "audits_running", "audits and message reports under way",
	    true },
	[METRIC_HTTP_REQUESTS] = { "http_requests_total", "HTTP requests answered" },
	[METRIC_HTTP_OPEN] = { "http_connections_open", "HTTP connections open now", true },
	[METRIC_HTTP_LIMITED] = { "http_limited_total", "HTTP requests over a rate limit (429)" },
	[METRIC_HTTP_ERRORS] = { "http_errors_total", "HTTP requests answered with 5xx" },
	[METRIC_REPLIES] = { "replies_total", "reports put into the queue as mail" },
	[METRIC_REPLIES_WITHHELD] = { "replies_withheld_total",
	    "reports not sent: sender not proven, a list, an automatic reply, or too many" },
	[METRIC_OUTBOX_SENT] = { "outbox_sent_total", "mails handed over" },
	[METRIC_OUTBOX_DEFERRED] = { "outbox_deferred_total", "attempts that are tried again" },
	[METRIC_OUTBOX_FAILED] = { "outbox_failed_total", "mails given up" },
	[METRIC_OUTBOX_WAITING] = { "outbox_waiting", "mails in the queue", true },
	[METRIC_STORE_COMMITS] = { "store_commits_total", "transactions committed" },
};

int64_t metrics_get(const struct metrics *m, enum metric which)
{
	return atomic_load_explicit(&m->counts[which], memory_order_relaxed);
}

void metrics_write(const struct metrics *m, struct buf *out)
{
	for (size_t i = 0; i < METRIC_COUNT; i++) {
		buf_addf(out, "# HELP frank_%s %s\n", rows[i].name, rows[i].help);
		buf_addf(out, "# TYPE frank_%s %s\nfrank_%s %lld\n", rows[i].name,
		    rows[i].gauge ? "gauge" : "counter", rows[i].name,
		    (long long)metrics_get(m, (enum metric)i));
	}
}
