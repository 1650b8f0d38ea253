/* log - lines for people or JSON for programs; see log.h. */
#include "serve/log.h"

#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"

#define LINE_MAX_BYTES ((size_t)16 * 1024)

static const char *const level_names[] = { "error", "warning", "info", "debug" };
/* RFC 5424 section 6.2.1. */
static const int level_priorities[] = { 3, 4, 6, 7 };

static bool parse(struct str word, const char *const *names, size_t count, int *out)
{
	for (size_t i = 0; i < count; i++)
		if (str_ieq(word, str_of(names[i]))) {
			*out = (int)i;
			return true;
		}
	return false;
}

bool log_level_parse(struct str word, enum log_level *out)
{
	int i;

	if (!parse(word, level_names, LENGTH(level_names), &i))
		return false;
	*out = (enum log_level)i;
	return true;
}

bool log_format_parse(struct str word, enum log_format *out)
{
	static const char *const names[] = { "text", "json" };
	int i;

	if (!parse(word, names, LENGTH(names), &i))
		return false;
	*out = (enum log_format)i;
	return true;
}

/* Quoted as JSON has it, in both formats; what is no UTF-8 is shown byte by byte. */
static void add_quoted(struct buf *out, struct str s)
{
	bool cut = s.n > LOG_MAX_VALUE;
	uint32_t code;

	if (cut)
		s.n = LOG_MAX_VALUE;
	buf_addc(out, '"');
	while (s.n > 0) {
		size_t n = utf8_next(s, &code);

		if (n == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0))
			buf_addf(out, "\\u%04x", n == 0 ? (unsigned char)s.p[0] : code);
		else if (code == '"' || code == '\\')
			buf_addf(out, "\\%c", (char)code);
		else
			buf_add(out, str_slice(s, 0, n));
		s = str_skip(s, n == 0 ? 1 : n);
	}
	buf_add(out, cut ? STR("...\"") : STR("\""));
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"' || s.p[i] == '=' ||
		    s.p[i] == '\\')
			return false;
	return s.n > 0 && s.n <= LOG_MAX_VALUE;
}

static void add_time(struct buf *out)
{
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	buf_addf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, now.tv_nsec / 1000000);
}

static void add_json(struct buf *out, enum log_level level, const char *room, const char *what,
    const struct log_field *fields, size_t count)
{
	buf_add(out, STR("{\"time\":\""));
	add_time(out);
	buf_addf(out, "\",\"level\":\"%s\",\"room\":\"%s\",\"event\":", level_names[level], room);
	add_quoted(out, str_of(what));
	for (size_t i = 0; i < count; i++) {
		buf_addf(out, ",\"%s\":", fields[i].name);
		if (fields[i].value.p == NULL)
			buf_addf(out, "%lld", (long long)fields[i].number);
		else
			add_quoted(out, fields[i].value);
	}
	buf_add(out, STR("}\n"));
}

static void add_text(struct buf *out, const char *room, const char *what,
    const struct log_field *fields, size_t count)
{
	buf_addf(out, "%s: %s", room, what);
	for (size_t i = 0; i < count; i++) {
		buf_addf(out, " %s=", fields[i].name);
		if (fields[i].value.p == NULL)
			buf_addf(out, "%lld", (long long)fields[i].number);
		else if (is_plain(fields[i].value))
			buf_add(out, fields[i].value);
		else
			add_quoted(out, fields[i].value);
	}
	buf_addc(out, '\n');
}

void log_write(const struct log *log, enum log_level level, const char *room, const char *what,
    const struct log_field *fields, size_t count)
{
	struct buf line;
	ssize_t written;

	if (log == NULL || level > log->level)
		return;
	buf_init(&line, LINE_MAX_BYTES);
	if (log->journal)
		buf_addf(&line, "<%d>", level_priorities[level]);
	if (log->format == LOG_JSON) {
		add_json(&line, level, room, what, fields, count);
	} else {
		if (!log->journal) {
			add_time(&line);
			buf_addf(&line, " %-7s ", level_names[level]);
		}
		add_text(&line, room, what, fields, count);
	}
	/* A log that cannot be written has nobody to be told to. */
	written = write(log->fd, line.p, line.n);
	(void)written;
	buf_free(&line);
}
