/* file_time - the time of an evidence file (RFC 3339); see file.h. */
#include <time.h>

#include "evidence/file.h"

#define LAST_SECOND INT64_C(253402300799) /* of the year 9999 */

static bool take_digits(struct str *s, size_t n, int *out)
{
	uint64_t value;

	if (s->n < n || !str_uint(str_slice(*s, 0, n), 9999, &value))
		return false;
	*out = (int)value;
	*s = str_skip(*s, n);
	return true;
}

static bool take_one_of(struct str *s, struct str set)
{
	if (s->n == 0 || str_chr(set, s->p[0]) < 0)
		return false;
	*s = str_skip(*s, 1);
	return true;
}

/* RFC 3339 section 5.6: "Z", or the distance to UTC as "+02:00". */
static bool take_offset(struct str *s, int *minutes)
{
	int hour, minute, sign;

	*minutes = 0;
	if (take_one_of(s, STR("Zz")))
		return true;
	sign = s->n > 0 && s->p[0] == '-' ? -1 : 1;
	if (!take_one_of(s, STR("+-")) || !take_digits(s, 2, &hour) || !take_one_of(s, STR(":")) ||
	    !take_digits(s, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*minutes = sign * (hour * 60 + minute);
	return true;
}

static void skip_fraction(struct str *s)
{
	if (s->n > 1 && s->p[0] == '.' && is_digit(s->p[1]))
		do
			*s = str_skip(*s, 1);
		while (s->n > 0 && is_digit(s->p[0]));
}

static bool in_range(const struct tm *tm)
{
	return tm->tm_mon >= 1 && tm->tm_mon <= 12 && tm->tm_mday >= 1 && tm->tm_mday <= 31 &&
	       tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60 && tm->tm_year >= 1970;
}

bool evidence_time_parse(struct str s, int64_t *out)
{
	struct tm tm = { 0 };
	uint64_t seconds;
	int minutes;

	if (str_uint(s, LAST_SECOND, &seconds)) {
		*out = (int64_t)seconds;
		return true;
	}
	if (!take_digits(&s, 4, &tm.tm_year) || !take_one_of(&s, STR("-")) ||
	    !take_digits(&s, 2, &tm.tm_mon) || !take_one_of(&s, STR("-")) ||
	    !take_digits(&s, 2, &tm.tm_mday) || !take_one_of(&s, STR("Tt ")) ||
	    !take_digits(&s, 2, &tm.tm_hour) || !take_one_of(&s, STR(":")) ||
	    !take_digits(&s, 2, &tm.tm_min) || !take_one_of(&s, STR(":")) ||
	    !take_digits(&s, 2, &tm.tm_sec))
		return false;
	skip_fraction(&s);
	if (!take_offset(&s, &minutes) || s.n > 0 || !in_range(&tm))
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*out = (int64_t)timegm(&tm) - (int64_t)minutes * 60;
	return *out >= 0 && *out <= LAST_SECOND;
}

struct str evidence_time_write(struct arena *a, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	return arena_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
