/* query - see query.h. */
#include "store/query.h"

struct query query_begin(struct store *s, const char *text)
{
	struct query q = { .store = s, .status = SQLITE_OK };

	for (size_t i = 0; i < s->count; i++)
		if (s->statements[i].text == text) {
			q.statement = s->statements[i].statement;
			return q;
		}
	q.status =
	    sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &q.statement, NULL);
	if (q.status == SQLITE_OK && s->count < STORE_MAX_STATEMENTS) {
		s->statements[s->count].text = text;
		s->statements[s->count++].statement = q.statement;
	}
	return q;
}

static void note(struct query *q, int status)
{
	if (q->status == SQLITE_OK)
		q->status = status;
}

void query_set_text(struct query *q, int at, struct str s)
{
	if (q->statement != NULL)
		note(q, sqlite3_bind_text64(
			    q->statement, at, s.n > 0 ? s.p : "", s.n, SQLITE_STATIC, SQLITE_UTF8));
}

void query_set_blob(struct query *q, int at, struct str s)
{
	if (q->statement != NULL)
		note(q,
		    sqlite3_bind_blob64(q->statement, at, s.n > 0 ? s.p : "", s.n, SQLITE_STATIC));
}

void query_set_int(struct query *q, int at, int64_t value)
{
	if (q->statement != NULL)
		note(q, sqlite3_bind_int64(q->statement, at, value));
}

bool query_row(struct query *q)
{
	int status;

	if (q->status != SQLITE_OK)
		return false;
	status = sqlite3_step(q->statement);
	if (status == SQLITE_ROW) {
		q->rows++;
		return true;
	}
	if (status != SQLITE_DONE)
		q->status = status;
	return false;
}

int64_t query_int(const struct query *q, int column)
{
	return sqlite3_column_int64(q->statement, column);
}

struct str query_bytes(const struct query *q, struct arena *a, int column)
{
	const void *p = sqlite3_column_blob(q->statement, column);
	int n = sqlite3_column_bytes(q->statement, column);

	return arena_str(a, (struct str){ p, p == NULL ? 0 : (size_t)n });
}

void query_token(const struct query *q, int column, struct store_token *out)
{
	int n = sqlite3_column_bytes(q->statement, column);
	const void *p = sqlite3_column_blob(q->statement, column);

	*out = (struct store_token){ 0 };
	if (n == STORE_TOKEN)
		memcpy(out->text, p, STORE_TOKEN);
}

static bool is_kept(const struct query *q)
{
	for (size_t i = 0; i < q->store->count; i++)
		if (q->store->statements[i].statement == q->statement)
			return true;
	return false;
}

bool query_end(struct query *q, struct error *e)
{
	struct store *s = q->store;

	while (query_row(q))
		;
	if (q->status != SQLITE_OK)
		error_set(e, STR_FMT ": %s", STR_ARG(s->path), sqlite3_errmsg(s->db));
	if (q->statement != NULL && is_kept(q)) {
		sqlite3_reset(q->statement);
		sqlite3_clear_bindings(q->statement);
	} else {
		sqlite3_finalize(q->statement);
	}
	return q->status == SQLITE_OK;
}

bool query_end_one(struct query *q, struct error *e)
{
	bool reads = q->statement != NULL && sqlite3_column_count(q->statement) > 0;
	struct store *s = q->store;

	if (!query_end(q, e))
		return false;
	return reads ? q->rows > 0 : sqlite3_changes(s->db) > 0;
}

bool query_run(struct store *s, const char *text, struct error *e)
{
	struct query q = query_begin(s, text);

	return query_end(&q, e);
}
