/* key_show - `frank key show`: reads keys wherever they are, and says whether they are the same. */
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "cli/key.h"
#include "render/escape.h"
#include "render/json_value.h"

static const char *const places[] = {
	[PLACE_PRIVATE] = "private key",
	[PLACE_PUBLIC] = "public key",
	[PLACE_RECORD] = "key record",
	[PLACE_DNS] = "key record in the DNS",
};
static const char *const place_ids[] = { "private", "public", "record", "dns" };

/* ---- the DNS ---- */

static void ask(void *context)
{
	struct showing *s = context;

	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].place == PLACE_DNS)
			dns_ask(&s->facts.source, s->items[i].what, DNS_TXT);
}

static void take_answer(struct showing *s, struct shown *item)
{
	const struct dns_answer *answer = dns_ask(&s->facts.source, item->what, DNS_TXT);
	size_t keys = 0;

	item->temporary = answer == NULL || dns_failed(answer);
	if (item->temporary) {
		item->trouble = arena_fmt(s->run->arena, "the DNS did not answer%s%s",
		    answer != NULL ? ": " : "",
		    answer != NULL ? dns_status_name(answer->status) : "");
		return;
	}
	for (size_t i = 0; i < answer->count; i++) {
		struct str text = answer->records[i].txt.joined;

		if (!answer->records[i].parsed || !dkim_key_meant(s->run->arena, text))
			continue;
		if (keys++ == 0)
			key_take_record(s, item, PLACE_DNS, text);
	}
	if (keys == 0)
		item->trouble = answer->status == DNS_NXDOMAIN
				    ? STR("there is no such name: nothing is published")
				    : STR("there is no key record");
	if (keys > 1)
		item->trouble =
		    STR("there are several key records; verifiers take any one of them");
}

static bool look_up(struct showing *s)
{
	struct arena arena = { 0 };
	struct job job = { .facts = &s->facts, .step = ask, .context = s };
	struct collect_options collect;
	struct collector *collector;
	bool any = false;

	for (size_t i = 0; i < s->count; i++)
		any |= s->items[i].place == PLACE_DNS;
	if (!any)
		return true;
	if ((s->options->source.evidence.n > 0 &&
		!source_read_evidence(&s->options->source, &s->facts, &s->error)) ||
	    !source_prepare(s->run, &s->options->source, &collect, &s->error))
		return false;
	collector = collect_new(&arena, &collect, &s->error);
	if (collector != NULL) {
		collect_run(collector, &job, 1);
		collect_free(collector);
		for (size_t i = 0; i < s->count; i++)
			if (s->items[i].place == PLACE_DNS)
				take_answer(s, &s->items[i]);
	}
	arena_free(&arena);
	return collector != NULL;
}

/* ---- judging ---- */

static bool same(const struct dkim_key *a, const struct dkim_key *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == DKIM_KEY_RSA)
		return a->modulus.n > 0 && str_eq(a->modulus, b->modulus) &&
		       str_eq(a->exponent, b->exponent);
	return a->data.n > 0 && str_eq(a->data, b->data);
}

static bool all_same(const struct showing *s)
{
	for (size_t i = 1; i < s->count; i++)
		if (!same(&s->items[0].key, &s->items[i].key))
			return false;
	return true;
}

static void judge(struct shown *item)
{
	if (item->trouble.n > 0) {
		item->failed = !item->temporary;
		return;
	}
	item->weak = item->key.usable ? (unsigned)dkim_weakness(&item->key) : DKIM_STRONG;
	item->failed = !item->key.usable ||
		       (item->weak != DKIM_STRONG && item->weak != DKIM_WEAK_EXPONENT_THREE) ||
		       (item->key.kind == DKIM_KEY_RSA && item->key.bits < CRYPTO_RSA_MIN);
}

static enum exit_status status_of(const struct showing *s, bool known)
{
	bool failed = known && s->count > 1 && !all_same(s), unjudged = false;

	for (size_t i = 0; i < s->count; i++) {
		failed |= s->items[i].failed;
		unjudged |= s->items[i].temporary;
	}
	return failed ? STATUS_FAILED : unjudged ? STATUS_UNJUDGED : STATUS_OK;
}

/* Is there anything to compare: was everything read? */
static bool all_known(const struct showing *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].trouble.n > 0)
			return false;
	return true;
}

/* ---- output ---- */

static void say(struct buf *out, const char *margin, struct str text)
{
	buf_addf(out, "%s", margin);
	escape_text(out, text, false);
	buf_addc(out, '\n');
}

static void add_faults(struct buf *out, const struct shown *item)
{
	if (item->key.revoked)
		say(out, "  ", STR("the key is revoked: p= is empty"));
	for (size_t i = 0; i < item->key.fault_count; i++)
		say(out, "  ", item->key.faults[i].text);
	if (item->weak != DKIM_STRONG)
		say(out, "  ", str_of(dkim_weakness_text((enum dkim_weakness)item->weak)));
	if (item->key.kind == DKIM_KEY_RSA && item->key.bits > 0 && item->key.bits < 2048)
		say(out, "  ",
		    item->key.bits < CRYPTO_RSA_MIN
			? STR("under 1024 bits nobody accepts it (RFC 8301)")
			: STR("2048 bits or more are advised (RFC 8301)"));
	if (item->key.testing)
		say(out, "  ", STR("t=y: published as a test; take it off when all is well"));
}

static void add_item(struct buf *out, const struct shown *item)
{
	escape_text(out, item->what, false);
	if (item->trouble.n > 0) {
		say(out, ": ", item->trouble);
		return;
	}
	buf_addf(out, ": %s", places[item->place]);
	if (item->key.bits > 0)
		buf_addf(out, ", %s, %u bits", key_kind_name(item->key.kind), item->key.bits);
	buf_addc(out, '\n');
	add_faults(out, item);
	if (item->place == PLACE_PRIVATE || item->place == PLACE_PUBLIC)
		say(out, "  its record: ", item->record);
}

static void add_end(struct buf *out, const struct showing *s)
{
	if (s->count < 2 || !all_known(s))
		return;
	if (all_same(s))
		buf_addf(out, "\nThey belong together.\n");
	else
		buf_addf(out, "\nThey do NOT belong together: what is signed with the one does not "
			      "verify with the other.\n");
}

static void print_text(const struct showing *s)
{
	struct buf out;

	buf_init(&out, 1 << 22);
	for (size_t i = 0; i < s->count; i++)
		add_item(&out, &s->items[i]);
	add_end(&out, s);
	fwrite(out.p, 1, out.n, stdout);
	buf_free(&out);
}

static json_t *json_item(const struct shown *item)
{
	json_t *o = json_object(), *faults = json_array();

	for (size_t i = 0; i < item->key.fault_count; i++)
		json_array_append_new(faults, json_text(item->key.faults[i].text));
	if (item->weak != DKIM_STRONG)
		json_array_append_new(
		    faults, json_string(dkim_weakness_text((enum dkim_weakness)item->weak)));
	json_object_set_new(o, "what", json_text(item->what));
	json_object_set_new(o, "place", json_string(place_ids[item->place]));
	json_object_set_new(
	    o, "type", json_string(item->key.kind == DKIM_KEY_ED25519 ? "ed25519" : "rsa"));
	json_object_set_new(o, "bits", json_integer(item->key.bits));
	json_object_set_new(o, "usable", json_boolean(item->trouble.n == 0 && !item->failed));
	json_object_set_new(o, "revoked", json_boolean(item->key.revoked));
	json_object_set_new(o, "record", json_text(item->record));
	json_object_set_new(o, "trouble", json_text(item->trouble));
	json_object_set_new(o, "faults", faults);
	return o;
}

static void print_json(const struct showing *s)
{
	json_t *o = json_object(), *items = json_array();
	char *text;

	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(items, json_item(&s->items[i]));
	json_object_set_new(o, "items", items);
	json_object_set_new(
	    o, "match", s->count < 2 || !all_known(s) ? json_null() : json_boolean(all_same(s)));
	text = json_dumps(o, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	puts(text);
	free(text);
	json_decref(o);
}

/* ---- the run ---- */

static bool read_all(struct showing *s, struct str *args, size_t count)
{
	const struct key_options *o = s->options;

	if (count == 0)
		return error_set(&s->error, "which key? A file, a record, or a name such as "
					    "selector._domainkey.example.com");
	if ((o->selector.n > 0) != (o->domain.n > 0))
		return error_set(&s->error, "--selector and --domain go together");
	s->items = arena_array(s->run->arena, struct shown, count + 1);
	for (; s->count < count; s->count++)
		s->items[s->count].what = args[s->count];
	if (o->selector.n > 0)
		s->items[s->count++].what = key_name(s->run->arena, o->selector, o->domain);
	for (size_t i = 0; i < s->count; i++)
		if (!key_read_item(s, &s->items[i]))
			return false;
	return look_up(s);
}

enum exit_status key_show(struct run *run, struct str *args, size_t count)
{
	struct showing s = { .run = run, .options = run->options, .error.arena = run->arena };
	bool good;

	case_init(&s.facts, run->arena, STR("key"), (int64_t)time(NULL));
	s.facts.private_ok = s.options->source.allow_private || s.options->source.lab.n > 0;
	good = read_all(&s, args, count);
	source_finish(&s.options->source);
	if (!good) {
		complain(STR_FMT, STR_ARG(s.error.text));
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < s.count; i++)
		judge(&s.items[i]);
	if (key_format(s.options) == KEY_JSON)
		print_json(&s);
	else
		print_text(&s);
	return status_of(&s, all_known(&s));
}
