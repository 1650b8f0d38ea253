/* date - see date.h. */
#include "wire/date.h"

#include "wire/cfws.h"

#define DAY ((int64_t)86400)

struct moment {
	unsigned year, month, day, hour, minute, second; /* month: 1..12 */
	int zone;					 /* minutes east of Greenwich */
};

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
	"Oct", "Nov", "Dec" };
static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };

/* Place of the word in a list of names of three letters, from 1; 0: it is none of them. */
static unsigned place_of(struct str word, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_ieq(word, str_of(names[i])))
			return (unsigned)i + 1;
	return 0;
}

static bool number(struct cfws *in, unsigned *out)
{
	cfws_skip(in);
	return cfws_number(in, out);
}

/* The day's name is optional, and so is the comma behind it. */
static void skip_day_name(struct cfws *in)
{
	size_t from = in->at;

	cfws_skip(in);
	if (place_of(str_slice(cfws_run(in, ",("), 0, 3), days, LENGTH(days)) == 0) {
		in->at = from;
		return;
	}
	cfws_skip(in);
	cfws_eat(in, ',');
}

static bool read_date(struct cfws *in, struct moment *m)
{
	size_t from;

	skip_day_name(in);
	if (!number(in, &m->day))
		return false;
	cfws_skip(in);
	m->month = place_of(cfws_run(in, "("), months, LENGTH(months));
	cfws_skip(in);
	from = in->at;
	if (m->month == 0 || !cfws_number(in, &m->year))
		return false;
	/* RFC 5322 section 4.3: how years of two and three digits are meant. */
	if (in->at - from == 2)
		m->year += m->year < 50 ? 2000 : 1900;
	else if (in->at - from == 3)
		m->year += 1900;
	return in->at - from >= 2 && m->year <= 9999;
}

static bool read_time(struct cfws *in, struct moment *m)
{
	if (!number(in, &m->hour))
		return false;
	cfws_skip(in);
	if (!cfws_eat(in, ':') || !number(in, &m->minute))
		return false;
	cfws_skip(in);
	return !cfws_eat(in, ':') || number(in, &m->second);
}

static bool zone_of_digits(struct str word, int *out)
{
	uint64_t value;

	if (word.n != 5 || !str_uint(str_skip(word, 1), 9959, &value) || value % 100 > 59)
		return false;
	*out = (int)(value / 100 * 60 + value % 100) * (word.p[0] == '-' ? -1 : 1);
	return true;
}

/* RFC 5322 section 4.3; letters of the military and unknown names tell nothing. */
static bool zone_of_name(struct str word, int *out)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = { { "GMT", 0 }, { "UT", 0 }, { "UTC", 0 }, { "Z", 0 }, { "EST", -5 },
		{ "EDT", -4 }, { "CST", -6 }, { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 },
		{ "PST", -8 }, { "PDT", -7 } };

	for (size_t i = 0; i < LENGTH(zones); i++)
		if (str_ieq(word, str_of(zones[i].name))) {
			*out = zones[i].hours * 60;
			return true;
		}
	return false;
}

static bool read_zone(struct cfws *in, struct moment *m)
{
	struct str word;

	cfws_skip(in);
	word = cfws_run(in, "(");
	if (word.n > 0 && (word.p[0] == '+' || word.p[0] == '-'))
		return zone_of_digits(word, &m->zone);
	return zone_of_name(word, &m->zone);
}

static bool is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_in(unsigned year, unsigned month)
{
	static const uint8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return lengths[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970 to the first of January of the year. */
static int64_t days_to_year(unsigned year)
{
	int64_t before = (int64_t)year - 1;

	if (year == 0)
		return -719528;
	return before * 365 + before / 4 - before / 100 + before / 400 - 719162;
}

static int64_t seconds_of(const struct moment *m)
{
	int64_t all = days_to_year(m->year) + m->day - 1;

	for (unsigned month = 1; month < m->month; month++)
		all += days_in(m->year, month);
	return all * DAY + m->hour * 3600 + m->minute * 60 + m->second - m->zone * 60;
}

bool date_parse(struct arena *a, struct str text, int64_t *out)
{
	struct cfws in = { .arena = a, .text = text };
	struct moment m = { 0 };

	if (!read_date(&in, &m) || !read_time(&in, &m) || !read_zone(&in, &m))
		return false;
	cfws_skip(&in);
	if (!cfws_end(&in) || m.day == 0 || m.day > days_in(m.year, m.month) || m.hour > 23 ||
	    m.minute > 59 || m.second > 60)
		return false;
	*out = seconds_of(&m);
	return true;
}

struct str date_write(struct arena *a, int64_t seconds)
{
	int64_t day = seconds / DAY - (seconds % DAY < 0), rest = seconds - day * DAY;
	unsigned year, month = 1;

	if (day < days_to_year(0) || day >= days_to_year(10000))
		return (struct str){ 0 };
	/* A year is never longer than 366 days, so this is not too late. */
	for (year = (unsigned)((day - days_to_year(0)) / 366); day >= days_to_year(year + 1);)
		year++;
	for (day -= days_to_year(year); day >= days_in(year, month); month++)
		day -= days_in(year, month);
	return arena_fmt(a, "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, (unsigned)day + 1,
	    (unsigned)(rest / 3600), (unsigned)(rest / 60 % 60), (unsigned)(rest % 60));
}
