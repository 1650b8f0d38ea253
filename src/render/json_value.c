/* json_value - see json_value.h. */
#include "render/json_value.h"

#include "render/escape.h"

json_t *json_text(struct str s)
{
	json_t *plain = json_stringn(s.n > 0 ? s.p : "", s.n);
	struct buf escaped;

	if (plain != NULL)
		return plain;
	buf_init(&escaped, s.n * 4 + 1);
	escape_text(&escaped, s, true);
	plain = json_stringn(escaped.p, escaped.n);
	buf_free(&escaped);
	return plain;
}

static json_t *nodes(const struct spf_node *n);

static json_t *node(const struct spf_node *n)
{
	static const char *const outcomes[] = {
		[SPF_NO_MATCH] = "no match",
		[SPF_MATCHED] = "match",
		[SPF_STOPPED] = "ends here",
		[SPF_NOT_REACHED] = "not reached",
	};

	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:i, s:i, s:b, s:o}", "term",
	    json_text(n->term->text), "domain", json_text(n->domain), "target",
	    json_text(n->target), "outcome", outcomes[n->outcome], "note", json_text(n->note),
	    "lookups", (int)n->lookups, "lookups_so_far", (int)n->lookups_so_far, "void",
	    n->is_void, "trace", nodes(n->children));
}

static json_t *nodes(const struct spf_node *n)
{
	json_t *list = json_array();

	for (; n != NULL; n = n->next)
		json_array_append_new(list, node(n));
	return list;
}

json_t *json_spf(const struct spf_report *r)
{
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:o}", "result",
	    spf_result_name(r->result), "domain", json_text(r->domain), "record",
	    json_text(r->record), "explanation", json_text(r->explanation), "reason",
	    json_text(r->reason), "matched", json_text(r->matched), "matched_in",
	    json_text(r->matched_in), "lookups", (int)r->lookups, "void_lookups", (int)r->voids,
	    "trace", nodes(r->trace));
}
