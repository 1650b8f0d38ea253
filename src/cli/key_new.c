/* key_new - `frank key new`: makes keys and says what to publish. */
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/key.h"
#include "wire/domain.h"

/* A key that was made, and where it goes. */
struct made {
	struct private_key *key;
	struct str selector, name, record, file;
};

struct making {
	struct run *run;
	const struct key_options *options;
	struct str domain;
	struct made made[2];
	size_t count;
	struct error error;
};

/* "frank20261123"; Ed25519 keys need a name of their own: "frank20261123e". */
static struct str selector_of(const struct making *m, enum dkim_key_kind kind)
{
	const struct key_options *o = m->options;
	const char *more = o->type == KEY_BOTH && kind == DKIM_KEY_ED25519 ? "e" : "";
	time_t now = time(NULL);
	struct tm day;
	char text[20];

	if (o->selector.n > 0)
		return arena_fmt(m->run->arena, STR_FMT "%s", STR_ARG(o->selector), more);
	gmtime_r(&now, &day);
	strftime(text, sizeof(text), "%Y%m%d", &day);
	return arena_fmt(m->run->arena, "frank%s%s", text, kind == DKIM_KEY_ED25519 ? "e" : "");
}

static bool is_folder(struct arena *a, struct str path)
{
	struct stat s;

	return path.n > 0 && stat(arena_str(a, path).p, &s) == 0 && S_ISDIR(s.st_mode);
}

static struct str file_of(const struct making *m, struct str selector)
{
	struct arena *a = m->run->arena;
	struct str out = m->options->out;

	if (out.n > 0 && !is_folder(a, out))
		return out;
	return arena_fmt(a, STR_FMT "%s" STR_FMT "." STR_FMT ".pem", STR_ARG(out),
	    out.n > 0 && !str_ends(out, STR("/")) ? "/" : "", STR_ARG(selector),
	    STR_ARG(m->domain));
}

static bool make(struct making *m, enum dkim_key_kind kind)
{
	struct arena *a = m->run->arena;
	struct made *k = &m->made[m->count++];

	k->selector = selector_of(m, kind);
	k->name = key_name(a, k->selector, m->domain);
	k->file = file_of(m, k->selector);
	if (!domain_valid(k->name))
		return error_set(
		    &m->error, "\"" STR_FMT "\" is no name for a key", STR_ARG(k->name));
	k->key = private_key_make(kind, (unsigned)m->options->bits, &m->error);
	if (k->key == NULL)
		return false;
	k->record = private_key_record(a, k->key);
	return key_file_write(k->file, private_key_pem(a, k->key), m->options->force, &m->error);
}

/* ---- output ---- */

static void print_text(const struct making *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct made *k = &m->made[i];

		printf("%s: a new %s key of %u bits, which only you can read.\n\n"
		       "Publish this TXT record. In a web panel:\n\n"
		       "  name   %s\n  value  %s\n\nIn a zone file:\n\n%s\n\n",
		    k->file.p, key_kind_name(private_key_kind(k->key)), private_key_bits(k->key),
		    k->name.p, k->record.p, key_zone_line(m->run->arena, k->name, k->record).p);
	}
	puts("Sign with it when all name servers have the record. This says whether they do:\n");
	for (size_t i = 0; i < m->count; i++)
		printf("  frank key show %s %s\n", m->made[i].file.p, m->made[i].name.p);
}

static void print_json(const struct making *m)
{
	json_t *keys = json_array();
	char *text;

	for (size_t i = 0; i < m->count; i++) {
		const struct made *k = &m->made[i];
		json_t *strings = json_array();

		for (size_t at = 0; at < k->record.n; at += 255) {
			struct str piece = str_slice(k->record, at, at + 255);

			json_array_append_new(strings, json_stringn(piece.p, piece.n));
		}
		json_array_append_new(keys,
		    json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:o, s:s}", "file", k->file.p,
			"type", private_key_kind(k->key) == DKIM_KEY_RSA ? "rsa" : "ed25519",
			"bits", (int)private_key_bits(k->key), "domain", m->domain.p, "selector",
			k->selector.p, "name", k->name.p, "record", k->record.p, "strings", strings,
			"zone", key_zone_line(m->run->arena, k->name, k->record).p));
	}
	keys = json_pack("{s:o}", "keys", keys);
	text = json_dumps(keys, JSON_INDENT(1));
	puts(text);
	free(text);
	json_decref(keys);
}

static void print(const struct making *m)
{
	int format = key_format(m->options);

	if (format == KEY_TEXT)
		print_text(m);
	else if (format == KEY_JSON)
		print_json(m);
	for (size_t i = 0; i < m->count && format == KEY_ZONE; i++)
		puts(key_zone_line(m->run->arena, m->made[i].name, m->made[i].record).p);
	for (size_t i = 0; i < m->count && format == KEY_PANEL; i++)
		printf("%s\n%s\n", m->made[i].name.p, m->made[i].record.p);
}

/* ---- the run ---- */

static bool read_terms(struct making *m, struct str *args, size_t count)
{
	const struct key_options *o = m->options;
	struct str domain = count == 1 ? args[0] : o->domain;

	if (count > 1 || domain.n == 0 || (count == 1 && o->domain.n > 0))
		return error_set(&m->error, "for which domain? For instance: frank key new "
					    "example.com");
	if (o->type == KEY_BOTH && o->out.n > 0 && !is_folder(m->run->arena, o->out))
		return error_set(
		    &m->error, "two keys do not go into one file: --out names a folder, please");
	if (o->bits != 2048 && o->bits != 3072 && o->bits != 4096)
		return error_set(&m->error, "--bits is 2048, 3072 or 4096, not %ld", o->bits);
	if (!domain_from_user(m->run->arena, domain, &m->domain, &m->error))
		return false;
	m->domain = arena_str(m->run->arena, m->domain);
	for (size_t i = 0; i < o->selector.n; i++)
		if (!is_alnum(o->selector.p[i]) && memchr("-_.", o->selector.p[i], 3) == NULL)
			return error_set(&m->error,
			    "--selector " STR_FMT ": letters, digits and hyphens, please",
			    STR_ARG(o->selector));
	return true;
}

static bool make_all(struct making *m)
{
	int type = m->options->type;

	return (type == KEY_ED25519 || make(m, DKIM_KEY_RSA)) &&
	       (type == KEY_RSA || make(m, DKIM_KEY_ED25519));
}

enum exit_status key_new(struct run *run, struct str *args, size_t count)
{
	struct making m = { .run = run, .options = run->options, .error.arena = run->arena };
	enum exit_status status = STATUS_USAGE;

	if (read_terms(&m, args, count)) {
		if (make_all(&m)) {
			print(&m);
			status = STATUS_OK;
		}
	}
	if (status != STATUS_OK)
		complain(STR_FMT, STR_ARG(m.error.text));
	for (size_t i = 0; i < m.count; i++)
		private_key_free(m.made[i].key);
	return status;
}
