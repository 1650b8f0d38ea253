/* file_fields - see file_fields.h. */
#include "evidence/file_fields.h"

#include "wire/base64.h"

/* ---- reading ---- */

/* What follows a string that begins behind `at`. */
static size_t behind_string(struct str text, size_t at)
{
	while (at < text.n && text.p[at] != '"')
		at += text.p[at] == '\\' ? 2 : 1;
	return at + 1;
}

/*
 * The line where an element of "answers" begins: jansson has read the text, and found nothing
 * wrong, but keeps no places.
 */
static size_t line_of_answer(struct str text, size_t index)
{
	static const char key[] = "answers";
	size_t line = 1, depth = 0, commas = 0;
	bool inside = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';

		line += c == '\n';
		if (inside && depth == 2 && commas == index && !blank && c != ',')
			break;
		if (c == '"') {
			size_t end = behind_string(text, i + 1);

			inside |= depth == 1 && str_eq(str_slice(text, i + 1, end - 1), STR(key));
			i = end - 1;
		}
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		commas += inside && depth == 2 && c == ',';
	}
	return line;
}

void file_fault(struct file_reader *r, const char *key, const char *what)
{
	if (r->failed)
		return;
	r->failed = true;
	if (r->answers)
		error_set(r->error, "%s:%zu: answers[%zu].%s: %s", r->file,
		    line_of_answer(r->text, r->index), r->index, key, what);
	else
		error_set(r->error, "%s: %s: %s", r->file, key, what);
}

static const char no_text[] = "expected a string, or {\"base64\": ...}";

static struct str string_of(const json_t *value)
{
	return (struct str){ json_string_value(value), json_string_length(value) };
}

static bool text_of(struct arena *a, const json_t *value, struct str *out)
{
	const json_t *coded = json_object_get(value, "base64");

	if (json_is_string(value)) {
		*out = arena_str(a, string_of(value));
		return true;
	}
	return json_is_string(coded) &&
	       base64_decode(a, string_of(coded), BASE64_WSP, out, NULL) == BASE64_OK;
}

struct str file_text(struct file_reader *r, const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);
	struct str out = { 0 };

	if (value != NULL && !text_of(r->arena, value, &out))
		file_fault(r, key, no_text);
	return out;
}

int64_t file_number(struct file_reader *r, const json_t *o, const char *key, int64_t absent)
{
	const json_t *value = json_object_get(o, key);

	if (value == NULL)
		return absent;
	if (!json_is_number(value) || json_number_value(value) < 0 ||
	    json_number_value(value) > 1e15) {
		file_fault(r, key, "expected a number that is not negative");
		return absent;
	}
	return (int64_t)json_number_value(value);
}

bool file_flag(struct file_reader *r, const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);

	if (value != NULL && !json_is_boolean(value))
		file_fault(r, key, "expected true or false");
	return json_is_true(value);
}

struct ip file_address(struct file_reader *r, const json_t *o, const char *key)
{
	struct str text = file_text(r, o, key);
	struct ip ip = { 0 };

	if (text.n > 0 && !ip_parse(text, &ip))
		file_fault(r, key, "not an address");
	return ip;
}

uint16_t file_port(struct file_reader *r, const json_t *o)
{
	int64_t port = file_number(r, o, "port", 0);

	if (port < 1 || port > UINT16_MAX)
		file_fault(r, "port", "expected a number from 1 to 65535");
	return (uint16_t)port;
}

struct str *file_texts(struct file_reader *r, const json_t *o, const char *key, size_t *count)
{
	const json_t *list = json_object_get(o, key);
	struct str *out;

	*count = json_array_size(list);
	if (list != NULL && !json_is_array(list))
		file_fault(r, key, "expected a list");
	out = arena_array(r->arena, struct str, *count);
	for (size_t i = 0; i < *count && !r->failed; i++) {
		if (!text_of(r->arena, json_array_get(list, i), &out[i]))
			file_fault(r, arena_fmt(r->arena, "%s[%zu]", key, i).p, no_text);
	}
	return out;
}

/* ---- writing ---- */

json_t *file_text_json(struct arena *a, struct str s)
{
	json_t *text = json_stringn(s.n > 0 ? s.p : "", s.n);

	if (text != NULL)
		return text;
	struct str coded = base64_encode(a, s);
	return json_pack("{s:s%}", "base64", coded.p, coded.n);
}

void file_set_text(struct arena *a, json_t *o, const char *key, struct str s)
{
	if (s.n > 0)
		json_object_set_new(o, key, file_text_json(a, s));
}

void file_set_flag(json_t *o, const char *key, bool value)
{
	if (value)
		json_object_set_new(o, key, json_true());
}

void file_set_number(json_t *o, const char *key, int64_t value)
{
	if (value >= 0)
		json_object_set_new(o, key, json_integer(value));
}

static json_t *texts_json(struct arena *a, const struct str *texts, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, file_text_json(a, texts[i]));
	return list;
}

void file_set_texts(struct arena *a, json_t *o, const char *key, const struct str *t, size_t n)
{
	if (n > 0)
		json_object_set_new(o, key, texts_json(a, t, n));
}
