/*
 * suite_psl - the test vectors of publicsuffix.org, asked as DMARC asks the list: for the
 * organizational domain of a name, when no name above it gets an answer from the DNS.
 */
#include "auth/dmarc.h"
#include "suite.h"

/* The name as the walk takes it; {0}: there is no such name, and nobody asks about it. */
static struct str name_of(struct arena *a, const json_t *json)
{
	struct str ascii;

	if (!domain_to_ascii(a, suite_str(json), &ascii) || !domain_valid(ascii))
		return (struct str){ 0 };
	return ascii;
}

static struct str organization(struct arena *a, struct str name)
{
	struct dmarc_walk walk;
	struct frank_case c;
	struct fact *f;

	if (name.n == 0)
		return name;
	case_init(&c, a, name, 0);
	while (!dmarc_walk(a, &c.source, name, true, &walk))
		while ((f = case_next_open(&c)) != NULL) {
			case_put_dns(&c, f, DNS_SERVFAIL, NULL, 0);
			case_answered(&c, f);
		}
	return walk.organizational;
}

static bool row_ok(const json_t *row)
{
	struct arena a = { 0 };
	struct str name = name_of(&a, json_array_get(row, 0));
	struct str want = name_of(&a, json_array_get(row, 1)), got = organization(&a, name);
	bool ok = str_ieq(got, want);

	if (!ok)
		printf(STR_FMT ": " STR_FMT ", not " STR_FMT "\n", STR_ARG(name), STR_ARG(got),
		    STR_ARG(want));
	arena_free(&a);
	return ok;
}

int main(void)
{
	FILE *file = suite_open("psl/cases.json");
	json_t *rows = json_loadf(file, 0, NULL), *row;
	unsigned failed = 0;
	size_t i;

	if (rows == NULL)
		abort();
	json_array_foreach(rows, i, row) failed += !row_ok(row);
	printf("%zu of %zu names have the right organizational domain by the list\n",
	    json_array_size(rows) - failed, json_array_size(rows));
	json_decref(rows);
	fclose(file);
	return failed > 0;
}
