/* store_box - the addresses that were given out; see store.h. */
#include "store/query.h"

bool store_box_new(
    struct store *s, int64_t now, int64_t lifetime, struct store_box *out, struct error *e)
{
	struct query q = query_begin(
	    s, "INSERT INTO box (address, page, created, expires) VALUES (?1, ?2, ?3, ?4)");

	*out = (struct store_box){ .created = now, .expires = now + lifetime };
	store_token_new(&out->address);
	store_token_new(&out->page);
	query_set_text(&q, 1, str_of(out->address.text));
	query_set_text(&q, 2, str_of(out->page.text));
	query_set_int(&q, 3, now);
	query_set_int(&q, 4, out->expires);
	if (!query_end(&q, e))
		return false;
	out->id = sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool find(
    struct query *q, struct str token, int64_t now, struct store_box *out, struct error *e)
{
	query_set_text(q, 1, token);
	query_set_int(q, 2, now);
	if (query_row(q)) {
		out->id = query_int(q, 0);
		query_token(q, 1, &out->address);
		query_token(q, 2, &out->page);
		out->created = query_int(q, 3);
		out->expires = query_int(q, 4);
	}
	return query_end_one(q, e);
}

bool store_box_by_address(
    struct store *s, struct str address, int64_t now, struct store_box *out, struct error *e)
{
	struct query q = query_begin(s, "SELECT id, address, page, created, expires FROM box "
					"WHERE address = ?1 AND expires > ?2");

	return find(&q, address, now, out, e);
}

bool store_box_by_page(
    struct store *s, struct str page, int64_t now, struct store_box *out, struct error *e)
{
	struct query q = query_begin(s, "SELECT id, address, page, created, expires FROM box "
					"WHERE page = ?1 AND expires > ?2");

	return find(&q, page, now, out, e);
}
