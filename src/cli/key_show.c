/* key_show - `frank key show`: reads keys wherever they are, and says whether they are the same. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/key.h"
#include "render/escape.h"
#include "render/json_value.h"
#include "wire/base64.h"
#include "wire/dkim_weak.h"
#include "wire/domain.h"

enum place { PLACE_PRIVATE, PLACE_PUBLIC, PLACE_RECORD, PLACE_DNS };

static const char *const places[] = {
	[PLACE_PRIVATE] = "private key",
	[PLACE_PUBLIC] = "public key",
	[PLACE_RECORD] = "key record",
	[PLACE_DNS] = "key record in the DNS",
};
static const char *const place_ids[] = { "private", "public", "record", "dns" };

/* One thing to look at. */
struct shown {
	struct str what; /* as given */
	enum place place;
	struct str record;   /* what it says, or what it should be published as */
	struct dkim_key key; /* of the record */
	struct str trouble;  /* why nothing is known of it; {0}: it was read */
	bool temporary;	     /* the DNS did not answer */
	unsigned weak;	     /* enum dkim_weakness */
	bool failed;
};

struct showing {
	struct run *run;
	struct key_options *options;
	struct error error;
	struct frank_case facts;
	struct shown *items;
	size_t count;
};

/* ---- files and texts ---- */

static bool looks_like_record(struct str text)
{
	return str_istarts(text, STR("v=DKIM1")) ||
	       (str_find(text, STR("p=")) >= 0 && str_chr(text, '/') != 0 &&
		   str_find(text, STR(";")) > 0);
}

/* The strings of a record as a zone file writes it, joined; the text itself without quotes. */
static struct str unquote(struct arena *a, struct str text)
{
	char *out = arena_array(a, char, text.n + 1);
	bool inside = false;
	size_t n = 0;

	if (str_chr(text, '"') < 0)
		return str_trim(text);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			inside = !inside;
		else if (inside)
			out[n++] = text.p[i] == '\\' && i + 1 < text.n ? text.p[++i] : text.p[i];
	}
	return (struct str){ out, n };
}

static void take_record(struct showing *s, struct shown *item, enum place place, struct str text)
{
	item->place = place;
	item->record = text;
	dkim_key_parse(s->run->arena, text, &item->key);
}

static void take_private(struct showing *s, struct shown *item, struct private_key *key)
{
	take_record(s, item, PLACE_PRIVATE, private_key_record(s->run->arena, key));
	private_key_free(key);
}

/* A private key, a public key, or a record, in whatever file. */
static void read_bytes(struct showing *s, struct shown *item, struct str bytes)
{
	struct arena *a = s->run->arena;
	struct error e = { .arena = a };
	struct private_key *key = private_key_read(bytes, &e);
	struct str record;

	if (key != NULL) {
		take_private(s, item, key);
		return;
	}
	record = public_key_record(a, bytes);
	if (record.n > 0)
		take_record(s, item, PLACE_PUBLIC, record);
	else if (str_find(bytes, STR("p=")) >= 0)
		take_record(s, item, PLACE_RECORD, unquote(a, bytes));
	else
		item->trouble = e.text;
}

/* Somebody else than the owner can read it: he can sign in the domain's name. */
static void judge_mode(struct showing *s, const struct shown *item, const struct stat *file)
{
	if (item->place == PLACE_PRIVATE && (file->st_mode & (S_IRGRP | S_IROTH)) != 0)
		complain(
		    "%s: others can read this private key; \"chmod 600\" it, and let it belong "
		    "to the user who signs",
		    arena_str(s->run->arena, item->what).p);
}

static bool read_file(struct showing *s, struct shown *item)
{
	struct arena *a = s->run->arena;
	struct str bytes, path = arena_str(a, item->what);
	struct stat file;

	if (!str_eq(path, STR("-")) && stat(path.p, &file) != 0)
		return error_set(&s->error, "%s: %s", path.p, strerror(errno));
	if (!str_eq(path, STR("-")) && S_ISDIR(file.st_mode))
		return error_set(
		    &s->error, "%s: a folder, where a file with a key belongs", path.p);
	if (!source_read_file(a, path, PRIVATE_KEY_MAX, &bytes, &s->error))
		return false;
	read_bytes(s, item, bytes);
	if (item->trouble.n > 0)
		return error_set(&s->error, "%s: " STR_FMT, path.p, STR_ARG(item->trouble));
	if (!str_eq(path, STR("-")))
		judge_mode(s, item, &file);
	return true;
}

static bool is_file(struct arena *a, struct str what)
{
	struct stat s;

	return str_eq(what, STR("-")) || stat(arena_str(a, what).p, &s) == 0;
}

static bool read_item(struct showing *s, struct shown *item)
{
	struct arena *a = s->run->arena;

	if (is_file(a, item->what))
		return read_file(s, item);
	if (str_ifind(item->what, STR("._domainkey.")) > 0 && str_chr(item->what, '=') < 0 &&
	    str_chr(item->what, '/') < 0) {
		item->place = PLACE_DNS;
		return domain_from_user(a, item->what, &item->what, &s->error);
	}
	if (looks_like_record(item->what)) {
		take_record(s, item, PLACE_RECORD, unquote(a, item->what));
		return true;
	}
	return read_file(s, item);
}

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
			take_record(s, item, PLACE_DNS, text);
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
		if (!read_item(s, &s->items[i]))
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
