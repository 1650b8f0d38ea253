/*
 * log - what the services do, one line an event, for people and for programs.
 *
 * On standard error, where systemd's journal takes it: "<6>smtp: message accepted client=192.0.2.1
 * bytes=2048", or JSON. Values may be a stranger's: they are quoted and escaped, and cut at
 * LOG_MAX_VALUE bytes. Any thread may log; a line is written by one write().
 */
#ifndef SERVE_LOG_H
#define SERVE_LOG_H

#include "base/error.h"

#define LOG_MAX_VALUE  512
#define LOG_MAX_FIELDS 16

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_TEXT, LOG_JSON };

struct log {
	int fd;
	enum log_level level; /* what is less important is not written */
	enum log_format format;
	bool journal; /* priorities in front ("<6>"), no time: the journal has its own */
};

struct log_field {
	const char *name;
	struct str value;
	int64_t number; /* written when value.p is NULL */
};

#define LOG_STR(name, value) ((struct log_field){ (name), (value), 0 })
#define LOG_INT(name, value) ((struct log_field){ (name), { 0 }, (value) })

/* Room: "smtp", "http", "desk", "outbox", "store", "serve". */
void log_write(const struct log *, enum log_level, const char *room, const char *what,
    const struct log_field *fields, size_t count);
/* log_event(log, LOG_LEVEL_INFO, "smtp", "accepted", LOG_STR("client", ip), LOG_INT("bytes", n));
 */
#define log_event(log, level, room, what, ...)                                                     \
	log_write((log), (level), (room), (what), (const struct log_field[]){ __VA_ARGS__ },       \
	    sizeof((const struct log_field[]){ __VA_ARGS__ }) / sizeof(struct log_field))

bool log_level_parse(struct str, enum log_level *out);
bool log_format_parse(struct str, enum log_format *out);

#endif
