/*
 * suite_mtasts - which mail host a pattern of an MTA-STS policy covers: the cases of chasquid.
 *
 * Names come to us as A-labels (RFC 8461 section 3.2); U-labels of the suite are made such.
 */
#include "auth/mta_sts.h"
#include "suite.h"

static struct str a_labels(struct arena *a, struct str name)
{
	struct error e = { .arena = a };
	struct str out;

	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] >= 0x80)
			return domain_from_user(a, name, &out, &e) ? out : name;
	return name;
}

static bool differs(struct arena *a, const json_t *row)
{
	struct str host = suite_str(json_array_get(row, 0));
	struct str pattern = suite_str(json_array_get(row, 1));
	bool want = json_is_true(json_array_get(row, 2));

	if (sts_matches(a_labels(a, pattern), a_labels(a, host)) == want)
		return false;
	printf(STR_FMT " against " STR_FMT " should %s\n", STR_ARG(host), STR_ARG(pattern),
	    want ? "match" : "not match");
	return true;
}

int main(void)
{
	FILE *file = suite_open("mtasts/chasquid-mx-match.json");
	json_t *rows = json_loadf(file, 0, NULL), *row;
	struct arena a = { 0 };
	size_t bad = 0, i;

	fclose(file);
	json_array_foreach(rows, i, row) bad += differs(&a, row);
	printf("%zu of %zu right\n", json_array_size(rows) - bad, json_array_size(rows));
	bad += json_array_size(rows) == 0;
	json_decref(rows);
	arena_free(&a);
	return bad > 0;
}
