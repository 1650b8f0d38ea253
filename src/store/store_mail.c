/* store_mail - mail that waits to be sent, and how often who was answered; see store.h. */
#include "store/query.h"

bool store_mail_add(struct store *s, const struct store_mail *m, struct error *e)
{
	struct query q =
	    query_begin(s, "INSERT INTO mail (sender, recipient, bytes, created, next) "
			   "VALUES (?1, ?2, ?3, ?4, ?5)");

	query_set_text(&q, 1, m->sender);
	query_set_text(&q, 2, m->recipient);
	query_set_blob(&q, 3, m->bytes);
	query_set_int(&q, 4, m->created);
	query_set_int(&q, 5, m->next);
	return query_end(&q, e);
}

bool store_mail_due(struct store *s, struct arena *a, int64_t now, size_t max,
    struct store_mail **out, size_t *count, struct error *e)
{
	struct query q = query_begin(s,
	    "SELECT id, sender, recipient, bytes, created, next, tries, trouble FROM mail "
	    "WHERE next <= ?1 ORDER BY next LIMIT ?2");

	*out = NULL;
	*count = 0;
	query_set_int(&q, 1, now);
	query_set_int(&q, 2, (int64_t)max);
	while (query_row(&q)) {
		struct store_mail m = { .id = query_int(&q, 0),
			.sender = query_bytes(&q, a, 1),
			.recipient = query_bytes(&q, a, 2),
			.bytes = query_bytes(&q, a, 3),
			.created = query_int(&q, 4),
			.next = query_int(&q, 5),
			.tries = (unsigned)query_int(&q, 6),
			.trouble = query_bytes(&q, a, 7) };

		arena_push(a, *out, *count, struct store_mail, m);
	}
	return query_end(&q, e);
}

bool store_mail_later(
    struct store *s, int64_t id, int64_t next, struct str trouble, struct error *e)
{
	struct query q = query_begin(
	    s, "UPDATE mail SET tries = tries + 1, next = ?2, trouble = ?3 WHERE id = ?1");

	query_set_int(&q, 1, id);
	query_set_int(&q, 2, next);
	query_set_text(&q, 3, trouble);
	return query_end_one(&q, e);
}

bool store_mail_remove(struct store *s, int64_t id, struct error *e)
{
	struct query q = query_begin(s, "DELETE FROM mail WHERE id = ?1");

	query_set_int(&q, 1, id);
	return query_end_one(&q, e);
}

bool store_mail_waiting(struct store *s, size_t *count, int64_t *next, struct error *e)
{
	struct query q = query_begin(s, "SELECT count(*), min(next) FROM mail");

	*count = 0;
	*next = INT64_MAX;
	if (query_row(&q)) {
		*count = (size_t)query_int(&q, 0);
		*next = *count > 0 ? query_int(&q, 1) : INT64_MAX;
	}
	return query_end(&q, e);
}

bool store_reply_allowed(struct store *s, struct str address, int64_t now, unsigned limit,
    bool *allowed, struct error *e)
{
	struct query q = query_begin(
	    s, "SELECT count(*) FROM reply WHERE address = lower(?1) AND at > ?2 - 3600");
	int64_t sent = 0;

	query_set_text(&q, 1, address);
	query_set_int(&q, 2, now);
	if (query_row(&q))
		sent = query_int(&q, 0);
	if (!query_end(&q, e))
		return false;
	*allowed = sent < (int64_t)limit;
	if (!*allowed)
		return true;
	q = query_begin(s, "INSERT INTO reply (address, at) VALUES (lower(?1), ?2)");
	query_set_text(&q, 1, address);
	query_set_int(&q, 2, now);
	return query_end(&q, e);
}
