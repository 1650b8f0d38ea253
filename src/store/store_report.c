/* store_report - reports on domains and on messages; see store.h. */
#include "store/query.h"

#define COLUMNS                                                                                    \
	"id, token, kind, state, domain, subject, created, finished, expires, critical, major, "   \
	"minor, passed, unknown, version, box"

static void take(const struct query *q, struct arena *a, struct store_report *out)
{
	*out = (struct store_report){ .id = query_int(q, 0),
		.kind = (enum store_kind)query_int(q, 2),
		.state = (enum store_state)query_int(q, 3),
		.domain = query_bytes(q, a, 4),
		.subject = query_bytes(q, a, 5),
		.created = query_int(q, 6),
		.finished = query_int(q, 7),
		.expires = query_int(q, 8),
		.counts = { (unsigned)query_int(q, 9), (unsigned)query_int(q, 10),
		    (unsigned)query_int(q, 11), (unsigned)query_int(q, 12),
		    (unsigned)query_int(q, 13) },
		.version = query_bytes(q, a, 14),
		.box = query_int(q, 15) };
	query_token(q, 1, &out->token);
}

static bool take_one(struct query *q, struct arena *a, struct store_report *out, struct error *e)
{
	if (query_row(q))
		take(q, a, out);
	return query_end_one(q, e);
}

static bool take_all(
    struct query *q, struct arena *a, struct store_report **out, size_t *count, struct error *e)
{
	*out = NULL;
	*count = 0;
	while (query_row(q)) {
		struct store_report r;

		take(q, a, &r);
		arena_push(a, *out, *count, struct store_report, r);
	}
	return query_end(q, e);
}

bool store_audit_new(struct store *s, struct str domain, int64_t now, int64_t lifetime,
    struct store_report *out, struct error *e)
{
	struct query q =
	    query_begin(s, "INSERT INTO report (token, kind, state, domain, created, expires) "
			   "VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	*out = (struct store_report){ .kind = STORE_AUDIT,
		.state = STORE_WAITING,
		.domain = domain,
		.created = now,
		.expires = now + lifetime };
	store_token_new(&out->token);
	query_set_text(&q, 1, str_of(out->token.text));
	query_set_int(&q, 2, STORE_AUDIT);
	query_set_int(&q, 3, STORE_WAITING);
	query_set_text(&q, 4, domain);
	query_set_int(&q, 5, now);
	query_set_int(&q, 6, out->expires);
	if (!query_end(&q, e))
		return false;
	out->id = sqlite3_last_insert_rowid(s->db);
	return true;
}

bool store_report_find(
    struct store *s, struct arena *a, struct str token, struct store_report *out, struct error *e)
{
	struct query q = query_begin(s, "SELECT " COLUMNS " FROM report WHERE token = ?1");

	query_set_text(&q, 1, token);
	return take_one(&q, a, out, e);
}

bool store_report_by_id(
    struct store *s, struct arena *a, int64_t id, struct store_report *out, struct error *e)
{
	struct query q = query_begin(s, "SELECT " COLUMNS " FROM report WHERE id = ?1");

	query_set_int(&q, 1, id);
	return take_one(&q, a, out, e);
}

bool store_report_part(struct store *s, struct arena *a, int64_t id, enum store_part part,
    struct str *out, struct error *e)
{
	static const char *const texts[] = {
		[STORE_EVIDENCE] = "SELECT evidence FROM report WHERE id = ?1",
		[STORE_JSON] = "SELECT json FROM report WHERE id = ?1",
		[STORE_PAGE] = "SELECT page FROM report WHERE id = ?1",
		[STORE_MARKS] = "SELECT marks FROM report WHERE id = ?1",
	};
	struct query q = query_begin(s, texts[part]);

	*out = (struct str){ 0 };
	query_set_int(&q, 1, id);
	if (query_row(&q))
		*out = query_bytes(&q, a, 0);
	return query_end_one(&q, e);
}

bool store_report_running(struct store *s, int64_t id, struct error *e)
{
	struct query q = query_begin(s, "UPDATE report SET state = ?2 WHERE id = ?1");

	query_set_int(&q, 1, id);
	query_set_int(&q, 2, STORE_RUNNING);
	return query_end_one(&q, e);
}

bool store_report_finish(struct store *s, int64_t id, const struct store_result *r, struct error *e)
{
	const unsigned counts[] = { r->counts.critical, r->counts.major, r->counts.minor,
		r->counts.passed, r->counts.unknown };
	struct query q = query_begin(s,
	    "UPDATE report SET state = ?2, domain = ?3, subject = ?4, finished = ?5, evidence = "
	    "?6, "
	    "json = ?7, page = ?8, marks = ?9, version = ?10, critical = ?11, major = ?12, "
	    "minor = ?13, passed = ?14, unknown = ?15 WHERE id = ?1");

	query_set_int(&q, 1, id);
	query_set_int(&q, 2, r->state);
	query_set_text(&q, 3, r->domain);
	query_set_text(&q, 4, r->subject);
	query_set_int(&q, 5, r->finished);
	query_set_blob(&q, 6, r->evidence);
	query_set_blob(&q, 7, r->json);
	query_set_blob(&q, 8, r->page);
	query_set_blob(&q, 9, r->marks);
	query_set_text(&q, 10, r->version);
	for (size_t i = 0; i < LENGTH(counts); i++)
		query_set_int(&q, (int)(11 + i), counts[i]);
	return query_end_one(&q, e);
}

bool store_report_delete(struct store *s, struct str token, struct error *e)
{
	struct query q = query_begin(s, "DELETE FROM report WHERE token = ?1");

	query_set_text(&q, 1, token);
	return query_end_one(&q, e);
}

bool store_box_reports(struct store *s, struct arena *a, int64_t box, size_t max,
    struct store_report **out, size_t *count, struct error *e)
{
	struct query q = query_begin(
	    s, "SELECT " COLUMNS " FROM report WHERE box = ?1 ORDER BY id DESC LIMIT ?2");

	query_set_int(&q, 1, box);
	query_set_int(&q, 2, (int64_t)max);
	return take_all(&q, a, out, count, e);
}

bool store_unfinished(struct store *s, struct arena *a, size_t max, struct store_report **out,
    size_t *count, struct error *e)
{
	struct query q =
	    query_begin(s, "SELECT " COLUMNS " FROM report WHERE state < 2 ORDER BY id LIMIT ?1");

	query_set_int(&q, 1, (int64_t)max);
	return take_all(&q, a, out, count, e);
}

bool store_report_before(struct store *s, struct arena *a, const struct store_report *report,
    struct store_report *out, struct error *e)
{
	struct query q = query_begin(s,
	    "SELECT " COLUMNS " FROM report WHERE kind = ?1 AND domain = ?2 AND id < ?3 "
	    "AND state = 2 ORDER BY id DESC LIMIT 1");

	query_set_int(&q, 1, report->kind);
	query_set_text(&q, 2, report->domain);
	query_set_int(&q, 3, report->id);
	return take_one(&q, a, out, e);
}

bool store_audit_since(struct store *s, struct arena *a, struct str domain, int64_t since,
    struct store_report *out, struct error *e)
{
	struct query q = query_begin(s,
	    "SELECT " COLUMNS " FROM report WHERE kind = 0 AND domain = ?1 AND created >= ?2 "
	    "AND state < 3 ORDER BY id DESC LIMIT 1");

	query_set_text(&q, 1, domain);
	query_set_int(&q, 2, since);
	return take_one(&q, a, out, e);
}

bool store_expire(struct store *s, int64_t now, size_t *count, struct error *e)
{
	static const char *const texts[] = {
		"DELETE FROM report WHERE expires <= ?1",
		"DELETE FROM box WHERE expires <= ?1",
		"DELETE FROM reply WHERE at <= ?1 - 3600",
	};

	*count = 0;
	for (size_t i = 0; i < LENGTH(texts); i++) {
		struct query q = query_begin(s, texts[i]);

		query_set_int(&q, 1, now);
		if (!query_end(&q, e))
			return false;
		*count += (size_t)sqlite3_changes(s->db);
	}
	return true;
}
