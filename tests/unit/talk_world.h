/*
 * talk_world - zone_world with talks: SMTP dialogues written as text, for tests.
 *
 * A talk is lines parted by \n: "< 220 mx" the server, "> EHLO x" we, "* TLS" a handshake that
 * went well (what follows is under TLS), "! CLOSED" how it ended instead of OK.  Talks are
 * found by port and goal, whatever the address; without one nobody answers. {CR} and {LF}
 * stand for these bytes.
 */
#ifndef TESTS_TALK_WORLD_H
#define TESTS_TALK_WORLD_H

#include "zone_world.h"

struct talk_row {
	const char *name, *check;
	const char *zone; /* NULL: example.com with one mail host */
	const char *visit, *relay, *port587, *port465, *smuggle, *injection, *imap, *imaps, *pop3;
	int64_t greeting_ms, total_ms; /* 0: soon */
	const char *want, *says;
	bool intrusive;
};

#define TALK_ZONE "example.com MX 10 mx.example.com.\nmx.example.com A 192.0.2.1\n"

static inline struct str talk_bytes(struct arena *a, struct str text)
{
	struct str rest = text, out = STR("");

	while (rest.n > 0) {
		struct str plain = str_cut(&rest, '{'), name = str_cut(&rest, '}');

		out = arena_fmt(a, STR_FMT STR_FMT "%s", STR_ARG(out), STR_ARG(plain),
		    name.n == 0	       ? ""
		    : name.p[0] == 'C' ? "\r"
				       : "\n");
	}
	return out;
}

static inline void talk_line(struct arena *a, struct session *s, struct str line)
{
	struct session_line l = {
		.ms = 10, .text = talk_bytes(a, str_skip(line, 2)), .tls = s->tls.done
	};

	if (str_starts(line, STR("! "))) {
		session_status_parse(l.text, &s->status);
		s->error = STR("the talk ended early");
		return;
	}
	s->tls.done |= line.p[0] == '*';
	s->starttls_offered |= line.p[0] == '<' && str_find(line, STR("STARTTLS")) > 0;
	s->bare_lf |= line.p[0] == '<' && str_find(line, STR("{LF}")) > 0;
	l.who = line.p[0] == '<'   ? SPEAKER_SERVER
		: line.p[0] == '>' ? SPEAKER_CLIENT
				   : SPEAKER_NOTE;
	arena_push(a, s->lines, s->line_count, struct session_line, l);
}

static inline void talk_read(
    struct arena *a, const struct talk_row *row, const char *text, struct session *s)
{
	struct str rest = str_of(text);

	*s = (struct session){ .connect_ms = 5,
		.greeting_ms = row->greeting_ms > 0 ? row->greeting_ms : 10,
		.total_ms = row->total_ms > 0 ? row->total_ms : 100 };
	while (rest.n > 0)
		talk_line(a, s, str_cut_line(&rest));
}

static inline const char *talk_of(const struct talk_row *row, const struct session_question *q)
{
	if (q->goal == GOAL_RELAY)
		return row->relay;
	if (q->goal == GOAL_SMUGGLE)
		return row->smuggle;
	if (q->goal == GOAL_INJECTION)
		return row->injection;
	if (q->goal != GOAL_VISIT)
		return NULL;
	if (q->protocol != PROTOCOL_SMTP)
		return q->port == 143	? row->imap
		       : q->port == 993 ? row->imaps
		       : q->port == 110 ? row->pop3
					: NULL;
	return q->port == 25 ? row->visit : q->port == 587 ? row->port587 : row->port465;
}

static inline bool talk_turn(struct frank_case *c, const struct talk_row *row)
{
	const char *zone = row->zone != NULL ? row->zone : TALK_ZONE;
	struct fact *f;
	bool any = false;

	while ((f = case_next_open(c)) != NULL) {
		const char *talk =
		    f->question.ask == ASK_SESSION ? talk_of(row, &f->question.session) : NULL;

		if (f->question.ask == ASK_DNS)
			zone_answer(c, str_of(zone), f);
		else if (talk != NULL)
			talk_read(c->arena, row, talk, &f->session);
		else
			case_put_nothing(c, f, STR("nobody answers in this test"));
		case_answered(c, f);
		any = true;
	}
	return any;
}

static inline const struct finding *talk_audit(
    struct arena *a, const struct talk_row *row, size_t *count)
{
	struct frank_case *c = arena_new(a, struct frank_case);
	struct str *only = arena_new(a, struct str);
	struct audit_options *o = arena_new(a, struct audit_options);
	struct audit *au;

	*only = str_of(row->check);
	*o = (struct audit_options){ .only = only, .only_count = 1, .intrusive = row->intrusive };
	case_init(c, a, STR("example.com"), 1795000000);
	au = audit_new(c, o);
	audit_step(au);
	while (audit_pending(au) > 0 && talk_turn(c, row))
		audit_step(au);
	return audit_findings(au, count);
}

#endif
