/* transcript - finding replies in a kept dialogue; see judge.h. */
#include "check/judge.h"

static size_t skip_notes(const struct session *s, size_t i)
{
	while (i < s->line_count && s->lines[i].who == SPEAKER_NOTE)
		i++;
	return i;
}

static struct replies server_lines_from(const struct session *s, size_t i)
{
	size_t end;

	i = skip_notes(s, i);
	for (end = i; end < s->line_count && s->lines[end].who == SPEAKER_SERVER;)
		end++;
	return (struct replies){ end > i ? &s->lines[i] : NULL, end - i };
}

struct replies session_greeting(const struct session *s)
{
	return server_lines_from(s, 0);
}

/* IMAP commands carry a tag, which is no part of what was asked for. */
static bool says(struct str line, struct str command)
{
	struct str rest = line;

	if (str_istarts(line, command))
		return true;
	str_cut(&rest, ' ');
	return str_istarts(rest, command);
}

bool session_shifted(const struct session *s)
{
	struct replies after = { 0 };

	for (size_t i = 0; i < s->line_count; i++)
		if (s->lines[i].who == SPEAKER_CLIENT && str_eq(s->lines[i].text, STR("QUIT")))
			after = server_lines_from(s, i + 1);
	return after.count > 1 && reply_code(after) == 221 &&
	       !str_starts(after.lines[0].text, STR("221"));
}

struct replies session_reply(const struct session *s, const char *command, bool tls)
{
	struct replies found = { 0 };

	if (session_shifted(s))
		return found;
	for (size_t i = 0; i < s->line_count; i++) {
		const struct session_line *l = &s->lines[i];

		if (l->who == SPEAKER_CLIENT && l->tls == tls && says(l->text, str_of(command)))
			found = server_lines_from(s, i + 1);
	}
	return found;
}

int reply_code(struct replies r)
{
	uint64_t code;

	if (r.count == 0 || !str_uint(str_slice(r.lines[r.count - 1].text, 0, 3), 999, &code))
		return 0;
	return (int)code;
}

struct str reply_text(struct replies r)
{
	return r.count == 0 ? (struct str){ 0 } : str_skip(r.lines[r.count - 1].text, 4);
}

/* The name that stands first in a greeting or an EHLO reply, behind the code. */
struct str reply_name(struct replies r)
{
	struct str rest;

	if (r.count == 0)
		return (struct str){ 0 };
	rest = str_skip(r.lines[0].text, 4);
	return str_cut_word(&rest);
}

bool session_extension(const struct session *s, const char *keyword, bool tls, struct str *value)
{
	struct replies r = session_reply(s, "EHLO", tls);

	for (size_t i = 1; i < r.count; i++) {
		struct str rest = str_skip(r.lines[i].text, 4);

		if (!str_ieq(str_cut_word(&rest), str_of(keyword)))
			continue;
		if (value != NULL)
			*value = str_trim(rest);
		return true;
	}
	return false;
}
