/*
 * mta_sts - see mta_sts.h.
 *
 *   sts-text-record = "v=STSv1" 1*( *WSP ";" *WSP field ) [ *WSP ";" ]      section 3.1
 *   policy          = lines "key: value", each ended by LF or CRLF           section 3.2
 */
#include "auth/mta_sts.h"

#include "wire/domain.h"
#include "wire/tags.h"

#define VERSION "STSv1"

bool sts_is_record(struct str text)
{
	struct str rest = text;

	return str_eq(str_trim(str_cut(&rest, ';')), STR("v=" VERSION)) && rest.p != NULL &&
	       str_starts(text, STR("v"));
}

static bool is_id(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!is_alnum(id.p[i]))
			return false;
	return id.n >= 1 && id.n <= 32;
}

static void record_fault(struct arena *a, struct sts_record *r, struct str says)
{
	struct sts_fault f = { 0, says };

	arena_push(a, r->faults, r->fault_count, struct sts_fault, f);
	r->valid = false;
}

void sts_record_parse(struct arena *a, struct str text, struct sts_record *out)
{
	struct tags tags;

	*out = (struct sts_record){ .valid = true };
	tags_parse(a, text, &tags);
	if (!sts_is_record(text))
		record_fault(a, out, STR("it does not begin with \"v=STSv1;\""));
	for (size_t i = 0; i < tags.fault_count; i++)
		if (tags.faults[i].kind != TAG_EMPTY)
			record_fault(a, out, tag_fault_write(a, &tags.faults[i]));
	/* The grammar has no space around "=". */
	for (size_t i = 0; i < tags.count; i++)
		if (tags.items[i].value_at != tags.items[i].name_at + tags.items[i].name.n + 1)
			record_fault(a, out,
			    arena_fmt(a, "there is a space beside the \"=\" of " STR_FMT,
				STR_ARG(tags.items[i].name)));
	out->id = tags_value(&tags, "id");
	out->id_good = is_id(out->id);
	out->valid &= out->id_good;
}

/* ---- the policy ---- */

struct policy_reader {
	struct arena *arena;
	struct sts_policy *out;
	size_t line;
	bool version, mode, age;
};

static void policy_fault(struct policy_reader *r, struct str says)
{
	struct sts_fault f = { r->line, says };

	arena_push(r->arena, r->out->faults, r->out->fault_count, struct sts_fault, f);
	r->out->valid = false;
}

static void read_version(struct policy_reader *r, struct str value)
{
	if (!r->version && !str_eq(value, STR(VERSION)))
		policy_fault(r, STR("the version is not STSv1"));
	r->version = true;
}

static void read_mode(struct policy_reader *r, struct str value)
{
	static const char *const modes[] = {
		[STS_ENFORCE] = "enforce",
		[STS_TESTING] = "testing",
		[STS_NONE] = "none",
	};

	if (r->mode)
		return; /* section 3.2: the first counts */
	r->mode = true;
	for (size_t i = 0; i < LENGTH(modes); i++)
		if (str_eq(value, str_of(modes[i]))) {
			r->out->mode = (enum sts_mode)i;
			return;
		}
	policy_fault(r, STR("the mode is none of enforce, testing, none"));
}

static void read_age(struct policy_reader *r, struct str value)
{
	if (r->age)
		return;
	r->age = true;
	if (!str_uint(value, 9999999999, &r->out->max_age))
		policy_fault(r, STR("max_age is not a number of at most 10 digits"));
}

static bool is_pattern(struct str value)
{
	if (str_starts(value, STR("*.")))
		value = str_skip(value, 2);
	return domain_is_host(domain_undot(value));
}

static void read_mx(struct policy_reader *r, struct str value)
{
	struct sts_policy *p = r->out;

	if (!is_pattern(value)) {
		policy_fault(r, arena_fmt(r->arena, "\"" STR_FMT "\" is no host name or *.domain",
				    STR_ARG(value)));
		return;
	}
	if (p->pattern_count < STS_MAX_PATTERNS)
		arena_push(r->arena, p->patterns, p->pattern_count, struct str, value);
}

static const struct {
	const char *key;
	void (*read)(struct policy_reader *, struct str value);
} fields[] = {
	{ "version", read_version },
	{ "mode", read_mode },
	{ "max_age", read_age },
	{ "mx", read_mx },
};

static bool is_key(struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (!is_alnum(key.p[i]) && key.p[i] != '_' && key.p[i] != '-' && key.p[i] != '.')
			return false;
	return key.n >= 1 && key.n <= 32 && is_alnum(key.p[0]);
}

static void read_line(struct policy_reader *r, struct str line)
{
	struct str value = line, key = str_cut(&value, ':');

	if (key.n == line.n || !is_key(key)) {
		policy_fault(r, STR("not a line \"key: value\""));
		return;
	}
	value = str_trim(value);
	for (size_t i = 0; i < LENGTH(fields); i++)
		if (str_eq(key, str_of(fields[i].key)))
			fields[i].read(r, value);
}

void sts_policy_parse(struct arena *a, struct str text, struct sts_policy *out)
{
	struct policy_reader r = { .arena = a, .out = out };

	*out = (struct sts_policy){ .valid = true };
	if (text.n > STS_MAX_POLICY)
		policy_fault(&r, STR("larger than 64 KiB"));
	while (text.n > 0 && out->fault_count < 20) {
		struct str line = str_cut_line(&text);

		r.line++;
		if (line.n > 0 || text.n > 0)
			read_line(&r, line);
	}
	r.line = 0;
	if (!r.version)
		policy_fault(&r, STR("the line \"version: STSv1\" is missing"));
	if (!r.mode)
		policy_fault(&r, STR("the line \"mode:\" is missing"));
	if (!r.age)
		policy_fault(&r, STR("the line \"max_age:\" is missing"));
	if (out->pattern_count == 0 && out->mode != STS_NONE)
		policy_fault(&r, STR("no line \"mx:\" names a mail host"));
}

const char *sts_mode_name(enum sts_mode m)
{
	return m == STS_ENFORCE ? "enforce" : m == STS_TESTING ? "testing" : "none";
}

bool sts_matches(struct str pattern, struct str host)
{
	host = domain_undot(host);
	pattern = domain_undot(pattern);
	if (!str_starts(pattern, STR("*.")))
		return pattern.n > 0 && str_ieq(pattern, host);
	return str_chr(host, '.') > 0 && str_ieq(domain_parent(host), str_skip(pattern, 2));
}

bool sts_covers(const struct sts_policy *p, struct str host)
{
	for (size_t i = 0; i < p->pattern_count; i++)
		if (sts_matches(p->patterns[i], host))
			return true;
	return false;
}
