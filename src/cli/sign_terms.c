/* sign_terms - what was typed after `frank sign`, made sure of; see sign.h. */
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/sign.h"
#include "evidence/file.h"
#include "wire/domain.h"

static bool read_key(struct signing *s, struct str name, struct private_key **out)
{
	struct str bytes;
	struct stat file;

	if (stat(arena_str(s->run->arena, name).p, &file) == 0 && S_ISDIR(file.st_mode))
		return error_set(&s->error, STR_FMT ": a folder, not a key", STR_ARG(name));
	if (!source_read_file(s->run->arena, name, PRIVATE_KEY_MAX, &bytes, &s->error))
		return false;
	*out = private_key_read(bytes, &s->error);
	if (*out == NULL)
		return error_set(
		    &s->error, STR_FMT ": " STR_FMT, STR_ARG(name), STR_ARG(s->error.text));
	if (stat(arena_str(s->run->arena, name).p, &file) == 0 &&
	    (file.st_mode & (S_IRGRP | S_IROTH)))
		complain("%s: others can read this private key; \"chmod 600\" it",
		    arena_str(s->run->arena, name).p);
	return true;
}

static bool read_keys(struct signing *s)
{
	const struct sign_options *o = s->options;

	if (o->keys.count == 0 || o->selectors.count != o->keys.count)
		return error_set(&s->error,
		    "one --selector for each --key, please: frank sign --key "
		    "FILE --selector NAME --domain example.com");
	if (o->domains.count != 1 && o->domains.count != o->keys.count)
		return error_set(&s->error, "one --domain for all keys, or one for each, please");
	if (o->keys.count > DKIM_SIGN_KEYS)
		return error_set(&s->error, "more than %d keys", DKIM_SIGN_KEYS);
	for (size_t i = 0; i < o->keys.count; i++) {
		struct dkim_signer_key *k = &s->keys[s->key_count];

		k->selector = o->selectors.items[i];
		k->identity = o->identity;
		if (!domain_from_user(s->run->arena, o->domains.items[o->domains.count > 1 ? i : 0],
			&k->domain, &s->error) ||
		    !read_key(s, o->keys.items[i], &k->key))
			return false;
		s->key_count++;
	}
	return true;
}

/* "From+:Subject:To" */
static bool read_headers(struct signing *s)
{
	struct str rest = s->options->headers, name;
	struct dkim_cover *cover = NULL;

	while (rest.n > 0) {
		struct dkim_cover c = { 0 };

		name = str_trim(str_cut(&rest, ':'));
		c.over = str_ends(name, STR("+"));
		c.name = str_slice(name, 0, name.n - c.over);
		for (size_t i = 0; i < c.name.n; i++)
			if (!is_alnum(c.name.p[i]) && memchr("-_", c.name.p[i], 2) == NULL)
				c.name.n = 0;
		if (c.name.n == 0)
			return error_set(
			    &s->error, "--headers: \"" STR_FMT "\" names no field", STR_ARG(name));
		arena_push(s->run->arena, cover, s->terms.cover_count, struct dkim_cover, c);
	}
	s->terms.cover = cover;
	return true;
}

/* Seconds, or a number of m, h or d. */
static bool read_duration(struct str text, int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	int64_t factor = 1;
	uint64_t n;

	for (size_t i = 0; i < LENGTH(units) && text.n > 0; i++)
		if (text.p[text.n - 1] == units[i].unit) {
			factor = units[i].seconds;
			text.n--;
			break;
		}
	if (!str_uint(text, 1000000000, &n) || n == 0)
		return false;
	*out = (int64_t)n * factor;
	return true;
}

static bool read_times(struct signing *s)
{
	const struct sign_options *o = s->options;

	s->terms.has_time = !o->no_time;
	s->terms.time = (int64_t)time(NULL);
	if (o->at.n > 0 && !evidence_time_parse(o->at, &s->terms.time))
		return error_set(&s->error,
		    "--at " STR_FMT ": not a time such as 2026-11-23T08:00:00Z", STR_ARG(o->at));
	if (o->expire.n > 0 && !read_duration(o->expire, &s->terms.lifetime))
		return error_set(
		    &s->error, "--expire " STR_FMT ": not a time such as 14d", STR_ARG(o->expire));
	if (o->no_time && o->expire.n > 0)
		return error_set(
		    &s->error, "--expire needs the time of signing: not with --no-time");
	return true;
}

bool sign_terms_read(struct signing *s)
{
	struct run *run = s->run;

	s->terms.simple_header = s->options->canon >= 2;
	s->terms.simple_body = s->options->canon % 2 == 1;
	if (run->arg_count > 1)
		return error_set(&s->error, "one message at a time");
	if (run->arg_count == 0 && isatty(STDIN_FILENO) == 1)
		return error_set(&s->error, "which message? Give a file, or pipe it in");
	return read_headers(s) && read_times(s) && read_keys(s) &&
	       source_text_open(
		   &s->text, run->arena, run->arg_count == 1 ? run->args[0] : STR("-"), &s->error);
}
