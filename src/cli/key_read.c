/* key_read - keys and records wherever they are: files, texts, the command line; see key.h. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/key.h"
#include "wire/domain.h"

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

void key_take_record(struct showing *s, struct shown *item, enum place place, struct str text)
{
	item->place = place;
	item->record = text;
	dkim_key_parse(s->run->arena, text, &item->key);
}

static void take_private(struct showing *s, struct shown *item, struct private_key *key)
{
	key_take_record(s, item, PLACE_PRIVATE, private_key_record(s->run->arena, key));
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
		key_take_record(s, item, PLACE_PUBLIC, record);
	else if (str_find(bytes, STR("p=")) >= 0)
		key_take_record(s, item, PLACE_RECORD, unquote(a, bytes));
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

bool key_read_item(struct showing *s, struct shown *item)
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
		key_take_record(s, item, PLACE_RECORD, unquote(a, item->what));
		return true;
	}
	return read_file(s, item);
}
