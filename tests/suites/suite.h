/*
 * suite - what the programs that replay other people's conformance data share.
 *
 * The data lies outside the tree: FRANK_SUITES, or ../shared/suites beside the sources.
 * Without it the program ends with 77, which meson counts as skipped.
 */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "evidence/case.h"
#include "wire/domain.h"

#define SUITE_ABSENT 77

static inline FILE *suite_open(const char *name)
{
	const char *folder = getenv("FRANK_SUITES");
	char *path = NULL;
	FILE *file;

	if (asprintf(&path, "%s/%s", folder != NULL ? folder : "../shared/suites", name) < 0)
		abort();
	file = fopen(path, "r");
	if (file == NULL) {
		printf("%s is absent: skipped\n", path);
		exit(SUITE_ABSENT);
	}
	free(path);
	return file;
}

/* The next line as JSON, or NULL at the end; a broken line ends the program. */
static inline json_t *suite_next(FILE *file)
{
	char *line = NULL;
	size_t room = 0;
	json_t *json = NULL;

	if (getline(&line, &room, file) > 0) {
		json = json_loads(line, JSON_ALLOW_NUL, NULL);
		if (json == NULL)
			abort();
	}
	free(line);
	return json;
}

static inline struct str suite_str(const json_t *json)
{
	return json_is_string(json)
		   ? (struct str){ json_string_value(json), json_string_length(json) }
		   : (struct str){ 0 };
}

/* One value of the zone as presentation format. */
static inline struct str suite_rdata(struct arena *a, json_t *value)
{
	struct str text = STR("");
	size_t i;
	json_t *part;

	if (!json_is_array(value))
		return suite_str(value);
	if (json_array_size(value) == 2 && json_is_integer(json_array_get(value, 0)))
		return arena_fmt(a, "%d " STR_FMT ".",
		    (int)json_integer_value(json_array_get(value, 0)),
		    STR_ARG(suite_str(json_array_get(value, 1))));
	json_array_foreach(value, i, part)
	{
		struct str piece = dns_txt_write(a, suite_str(part));

		text =
		    arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(text), i ? " " : "", STR_ARG(piece));
	}
	return text;
}

static inline bool suite_times_out(const json_t *owner, struct str type)
{
	size_t i;
	const json_t *item;

	json_array_foreach(json_object_get(owner, "TIMEOUT"), i,
	    item) if (str_ieq(suite_str(item), type) ||
		      (str_eq(suite_str(item), STR("*")))) return true;
	return false;
}

/* The name at the end of the zone's CNAME chain, or NULL when there is none to follow. */
static inline const char *suite_alias(const json_t *zone, const char *name, const char *type)
{
	const json_t *owner = json_object_get(zone, name);

	if (json_object_get(owner, type) != NULL)
		return NULL;
	return json_string_value(json_array_get(json_object_get(owner, "CNAME"), 0));
}

/* Fill in a DNS fact from a zone of the normalised form (see the suites' notices). */
static inline void suite_answer(struct frank_case *c, const json_t *zone, struct fact *f)
{
	struct arena *a = c->arena;
	struct str type = dns_type_write(a, f->question.dns.type);
	struct str name = arena_lower(a, f->question.dns.name), texts[64];
	enum dns_status status;
	size_t count = 0, i;
	json_t *owner, *value;
	const char *key;

	for (int hops = 0; hops < 10 && suite_alias(zone, name.p, type.p) != NULL; hops++)
		name = arena_lower(a, domain_undot(str_of(suite_alias(zone, name.p, type.p))));
	owner = json_object_get(zone, name.p);
	json_array_foreach(json_object_get(owner, type.p), i, value) if (count < LENGTH(texts))
	    texts[count++] = suite_rdata(a, value);
	status = owner == NULL ? DNS_NXDOMAIN : DNS_NOERROR;
	if (count == 0 && owner != NULL && suite_times_out(owner, type))
		status = DNS_TIMEOUT;
	json_object_foreach((json_t *)(uintptr_t)zone, key,
	    value) if (status == DNS_NXDOMAIN && domain_under(str_of(key), name)) status =
	    DNS_NOERROR;
	case_put_dns(c, f, status, texts, count);
}

/* Answer everything that is open. */
static inline void suite_turn(struct frank_case *c, const json_t *zone)
{
	struct fact *f;

	while ((f = case_next_open(c)) != NULL) {
		suite_answer(c, zone, f);
		case_answered(c, f);
	}
}

#endif
