/*
 * suite_arc_seal - ValiMail's ARC test suite: 17 messages to seal.
 *
 * The suite fixes the order of tags and folds nothing, so that the signatures can be compared too;
 * other white space is not compared. An empty ARC-Seal means that none may be made.
 */
#include "auth/arc_seal.h"
#include "suite_message.h"

struct pair {
	struct arc *arc;
	struct arc_sealer *sealer;
	const struct message *message;
};

static void take_header(void *to, const struct message *m)
{
	struct pair *p = to;

	p->message = m;
	arc_header(p->arc, m);
	arc_sealer_header(p->sealer, m);
}

static void take_body(void *to, struct str piece)
{
	struct pair *p = to;

	arc_body(p->arc, piece);
	arc_sealer_body(p->sealer, piece);
}

static struct str value(const json_t *test, const char *name)
{
	return suite_str(json_object_get(test, name));
}

/* Without white space. */
static struct str squeeze(struct arena *a, struct str text)
{
	char *out = arena_array(a, char, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (!is_wsp(text.p[i]) && text.p[i] != '\r' && text.p[i] != '\n')
			out[n++] = text.p[i];
	return (struct str){ out, n };
}

static bool differs(
    struct arena *a, const char *id, const char *what, struct str got, const json_t *test)
{
	struct str want = squeeze(a, value(json_object_get(test, "expect"), what));
	struct str mine =
	    squeeze(a, got.n > 0 ? str_skip(got, (size_t)str_chr(got, ':') + 1) : got);

	if (str_eq(mine, want))
		return false;
	printf("%s: %s is\n    " STR_FMT "\nnot " STR_FMT "\n", id, what, STR_ARG(mine),
	    STR_ARG(want));
	return true;
}

static void read_terms(struct arena *a, const json_t *test, struct arc_terms *out)
{
	struct str rest = value(test, "sig-headers"), name;
	struct dkim_cover *cover = NULL;
	struct error e = { .arena = a };

	*out = (struct arc_terms){ .has_time = true, .one_line = true };
	out->time = json_integer_value(json_object_get(test, "t"));
	out->key.domain = value(test, "domain");
	out->key.selector = value(test, "sel");
	out->key.key = private_key_read(suite_message(a, "arc-valimail", value(test, "key")), &e);
	while ((name = str_cut(&rest, ':')).n > 0)
		arena_push(a, cover, out->cover_count, struct dkim_cover,
		    ((struct dkim_cover){ name, false }));
	out->cover = cover;
}

static bool wrong(const json_t *test, struct crypto *crypto)
{
	const char *id = json_string_value(json_object_get(test, "id"));
	const json_t *zone = json_object_get(test, "zone");
	struct arena a = { 0 };
	struct error e = { .arena = &a };
	struct arc_terms terms;
	struct authres said;
	struct frank_case c;
	struct pair p;
	bool bad;

	read_terms(&a, test, &terms);
	p.arc = arc_new(&a, crypto, NULL);
	p.sealer = arc_sealer_new(&a, crypto, &terms);
	case_init(&c, &a, (struct str){ 0 }, terms.time);
	suite_pass(&a, suite_message(&a, "arc-valimail", value(test, "message")),
	    &(struct suite_listener){ &p, take_header, take_body });
	arc_end(p.arc);
	while (!arc_verify(p.arc, &c.source, terms.time))
		suite_turn(&c, zone);
	arc_gather(&a, p.message, value(test, "srv-id"), &said);
	arc_sealer_end(p.sealer, arc_verdict(p.arc), &said, &e);
	bad = differs(&a, id, "AAR", arc_sealer_field(p.sealer, 2), test);
	bad |= differs(&a, id, "AMS", arc_sealer_field(p.sealer, 1), test);
	bad |= differs(&a, id, "AS", arc_sealer_field(p.sealer, 0), test);
	arc_sealer_free(p.sealer);
	arc_free(p.arc);
	private_key_free(terms.key.key);
	arena_free(&a);
	return bad;
}

int main(void)
{
	FILE *file = suite_open("arc-valimail/sign.cases.jsonl");
	struct crypto *crypto = crypto_new();
	unsigned count = 0, failed = 0;
	json_t *test;

	for (; (test = suite_next(file)) != NULL; count++) {
		failed += wrong(test, crypto);
		json_decref(test);
	}
	fclose(file);
	crypto_free(crypto);
	printf("%u messages, %u sealed wrongly\n", count, failed);
	return failed > 0;
}
