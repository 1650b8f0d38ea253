/* settings - see settings.h. */
#include "check/settings.h"

#include "base/buf.h"

#define MAX_DEPTH 10
#define MAX_VALUE 4096

/* Cuts lines off *text until one sets the name outside of braces. */
static bool find_line(struct str text, const char *name, struct str *value)
{
	int depth = 0;

	while (text.n > 0) {
		struct str line = str_trim(str_cut_line(&text)), head;

		if (depth == 0) {
			*value = line;
			head = str_trim(str_cut(value, '='));
			if (str_eq(head, str_of(name)) && head.n < line.n) {
				*value = str_trim(*value);
				return true;
			}
		}
		if (str_ends(line, STR("{")))
			depth++;
		else if (str_eq(line, STR("}")) && depth > 0)
			depth--;
	}
	return false;
}

struct str settings_value(struct str text, const char *name)
{
	struct str value;

	return find_line(text, name, &value) ? value : (struct str){ 0 };
}

bool settings_has(struct str text, const char *name)
{
	struct str value;

	return find_line(text, name, &value);
}

static size_t name_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && (is_alnum(s.p[n]) || s.p[n] == '_'))
		n++;
	return n;
}

/* The variable at the start of *rest, just behind the '$'; it is cut off. */
static struct str cut_variable(struct str *rest)
{
	bool braced = rest->n > 0 && (rest->p[0] == '{' || rest->p[0] == '(');

	if (braced)
		*rest = str_skip(*rest, 1);
	size_t n = name_length(*rest);
	struct str name = str_slice(*rest, 0, n);
	*rest = str_skip(*rest, n);
	if (braced && rest->n > 0 && (rest->p[0] == '}' || rest->p[0] == ')'))
		*rest = str_skip(*rest, 1);
	return name;
}

static void expand(struct arena *a, struct str text, struct str value, int depth, struct buf *out)
{
	while (value.n > 0 && !buf_failed(out)) {
		buf_add(out, str_cut(&value, '$'));
		if (value.n == 0)
			return;
		if (value.p[0] == '$') {
			buf_addc(out, '$');
			value = str_skip(value, 1);
			continue;
		}
		struct str name = arena_str(a, cut_variable(&value));
		if (depth < MAX_DEPTH)
			expand(a, text, settings_value(text, name.p), depth + 1, out);
	}
}

struct str settings_postfix(struct arena *a, struct str text, const char *name)
{
	struct buf out;

	buf_init(&out, MAX_VALUE);
	expand(a, text, settings_value(text, name), 0, &out);
	struct str value = arena_str(a, buf_str(&out));
	buf_free(&out);
	return value;
}

static bool is_host_variable(struct str name)
{
	return str_eq(name, STR("primary_hostname")) || str_eq(name, STR("smtp_active_hostname"));
}

struct str settings_exim(struct arena *a, struct str value, struct str primary_hostname)
{
	struct buf out;
	bool known = true;

	buf_init(&out, MAX_VALUE);
	while (value.n > 0 && known) {
		/* Only the host's name decides; what follows the first word may be anything. */
		buf_add(&out, str_cut(&value, '$'));
		if (str_chr(buf_str(&out), ' ') >= 0 || value.n == 0)
			break;
		known = is_host_variable(cut_variable(&value));
		buf_add(&out, primary_hostname);
	}
	struct str result = known ? arena_str(a, buf_str(&out)) : (struct str){ 0 };
	buf_free(&out);
	return result;
}

struct str settings_hosts_name(struct str hosts, struct str address)
{
	while (hosts.n > 0) {
		struct str line = str_cut_line(&hosts), rest = str_cut(&line, '#');

		if (str_eq(str_cut_word(&rest), address))
			return str_cut_word(&rest);
	}
	return (struct str){ 0 };
}
