/* store_letter - the messages behind reports; see store.h. */
#include <stdlib.h>

#include "evidence/file_delivery.h"
#include "store/query.h"

static bool read_delivery(struct store *s, struct arena *a, struct str text, struct str bytes,
    struct delivery *out, struct error *e)
{
	json_error_t where;
	json_t *o = json_loadb(text.p, text.n, JSON_ALLOW_NUL, &where);
	bool ok;

	if (o == NULL)
		return error_set(e, STR_FMT ": letter: %s", STR_ARG(s->path), where.text);
	ok = delivery_from_json(a, o, s->path.p, out, e);
	json_decref(o);
	out->bytes = bytes;
	return ok;
}

bool store_letter(
    struct store *s, struct arena *a, int64_t report, struct delivery *out, struct error *e)
{
	struct query q = query_begin(s, "SELECT delivery, bytes FROM letter WHERE report = ?1");
	struct str text = { 0 }, bytes = { 0 };

	query_set_int(&q, 1, report);
	if (query_row(&q)) {
		text = query_bytes(&q, a, 0);
		bytes = query_bytes(&q, a, 1);
	}
	return query_end_one(&q, e) && read_delivery(s, a, text, bytes, out, e);
}

bool store_letter_update(struct store *s, int64_t report, const struct delivery *d, struct error *e)
{
	struct arena scratch = { 0 };
	json_t *o = delivery_json(&scratch, d, false);
	char *text = json_dumps(o, JSON_COMPACT);
	struct query q = query_begin(s, "UPDATE letter SET delivery = ?2 WHERE report = ?1");
	bool ok;

	query_set_int(&q, 1, report);
	query_set_text(&q, 2, str_of(text));
	ok = query_end_one(&q, e);
	free(text);
	json_decref(o);
	arena_free(&scratch);
	return ok;
}
