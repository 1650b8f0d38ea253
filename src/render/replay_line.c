/*
 * replay_line - for each fact the command by which anyone can see the same.
 *
 * Names in it come from outside: only those of letters, digits, dots, hyphens and underscores
 * are put into a command, others are quoted by being left out.
 */
#include "render/render.h"

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '.' && s.p[i] != '-' && s.p[i] != '_' &&
		    s.p[i] != '*')
			return false;
	return s.n > 0;
}

static struct str plain(struct str s)
{
	return is_plain(s) ? s : STR("NAME");
}

static struct str dns_line(struct arena *a, const struct fact *f)
{
	const struct dns_question *q = &f->question.dns;
	struct str type = dns_type_write(a, q->type), name = plain(q->name);
	struct str at = q->server.family != IP_NONE	? arena_fmt(a, " @" STR_FMT " +norecurse%s",
							      STR_ARG(ip_write(a, q->server)),
							      q->transport == DNS_TCP ? " +tcp" : "")
			: f->dns.security == DNS_SECURE ? STR(" +dnssec")
							: STR("");

	if (q->type == DNS_PTR && q->server.family == IP_NONE && str_iends(q->name, STR(".arpa")))
		return arena_fmt(a, "dig +short " STR_FMT " PTR", STR_ARG(name));
	return arena_fmt(
	    a, "dig" STR_FMT " " STR_FMT " " STR_FMT, STR_ARG(at), STR_ARG(name), STR_ARG(type));
}

static struct str session_line(struct arena *a, const struct fact *f)
{
	static const char *const starttls[] = {
		[PROTOCOL_SMTP] = "smtp",
		[PROTOCOL_IMAP] = "imap",
		[PROTOCOL_POP3] = "pop3",
	};
	static const char *const versions[] = {
		[GOAL_VISIT] = "",
		[GOAL_RELAY] = "",
		[GOAL_TLS_OLD] = " -tls1",
		[GOAL_TLS_12] = " -tls1_2",
		[GOAL_TLS_WEAK] = " -cipher aNULL:eNULL:RC4:3DES",
		[GOAL_TLS_NO_SNI] = " -noservername",
		[GOAL_SMUGGLE] = "",
		[GOAL_INJECTION] = "",
	};
	const struct session_question *q = &f->question.session;
	struct str ip = ip_write(a, q->address), host = plain(q->host);
	struct str to = arena_fmt(a,
	    q->address.family == IP_V6 ? "[" STR_FMT "]:%u" : STR_FMT ":%u", STR_ARG(ip), q->port);

	if (!f->session.tls.done && f->session.tls.error.n == 0 && !q->implicit_tls)
		return arena_fmt(a, "nc -C " STR_FMT " %u", STR_ARG(ip), q->port);
	if (q->implicit_tls)
		return arena_fmt(a,
		    "openssl s_client -connect " STR_FMT " -servername " STR_FMT
		    " -showcerts%s -quiet",
		    STR_ARG(to), STR_ARG(host), versions[q->goal]);
	return arena_fmt(a,
	    "openssl s_client -starttls %s -connect " STR_FMT " -servername " STR_FMT
	    " -showcerts%s -crlf",
	    starttls[q->protocol], STR_ARG(to), STR_ARG(host), versions[q->goal]);
}

/* A word that a shell takes as it is, whatever stands in it. */
static struct str quoted(struct arena *a, struct str word)
{
	struct str out = STR("'");
	ptrdiff_t at;

	while ((at = str_chr(word, '\'')) >= 0) {
		out = arena_fmt(a, STR_FMT STR_FMT "'\\''", STR_ARG(out),
		    STR_ARG(str_slice(word, 0, (size_t)at)));
		word = str_skip(word, (size_t)at + 1);
	}
	return arena_fmt(a, STR_FMT STR_FMT "'", STR_ARG(out), STR_ARG(word));
}

static struct str https_line(struct arena *a, const struct fact *f)
{
	const struct https_question *q = &f->question.https;
	struct str url =
	    arena_fmt(a, "https://" STR_FMT STR_FMT, STR_ARG(plain(q->host)), STR_ARG(q->path));

	return arena_fmt(a, "curl -sv " STR_FMT, STR_ARG(quoted(a, url)));
}

static struct str host_line(struct arena *a, const struct fact *f)
{
	static const struct {
		const char *key, *line;
	} lines[] = {
		{ "hostname", "hostname" },
		{ "fqdn", "hostname -f" },
		{ "addresses", "ip address" },
		{ "run:postconf", "postconf" },
		{ "run:exim", "exim -bP" },
		{ "run:exim-transports", "exim -bP transports" },
		{ "run:doveconf", "doveconf -a" },
		{ "run:doveconf-tls", "doveconf -P ssl_cert ssl_key" },
	};
	struct str path = f->question.host;

	for (size_t i = 0; i < LENGTH(lines); i++)
		if (str_eq(f->question.host, str_of(lines[i].key)))
			return str_of(lines[i].line);
	str_cut(&path, ':');
	return arena_fmt(a, "cat " STR_FMT, STR_ARG(quoted(a, path)));
}

struct str replay_line(struct arena *a, const struct fact *f)
{
	switch (f->question.ask) {
	case ASK_DNS:
		return dns_line(a, f);
	case ASK_SESSION:
		return session_line(a, f);
	case ASK_HTTPS:
		return https_line(a, f);
	case ASK_HOST:
		break;
	}
	return host_line(a, f);
}

/* ---- what was seen ---- */

static struct str dns_summary(struct arena *a, const struct dns_answer *d)
{
	struct str out = STR("");

	if (d->status != DNS_NOERROR)
		return str_of(dns_status_name(d->status));
	if (d->count == 0)
		return STR("no such record");
	for (size_t i = 0; i < d->count && i < 4; i++)
		out = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(out), i > 0 ? "\n" : "",
		    STR_ARG(str_slice(d->records[i].text, 0, 400)));
	if (d->count > 4)
		out = arena_fmt(a, STR_FMT "\n(and %zu more)", STR_ARG(out), d->count - 4);
	return out;
}

static struct str session_summary(struct arena *a, const struct session *s)
{
	struct str out = STR("");
	size_t shown = 0;

	for (size_t i = 0; i < s->line_count && shown < 3; i++) {
		if (s->lines[i].who != SPEAKER_SERVER)
			continue;
		out = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(out), shown > 0 ? "\n" : "",
		    STR_ARG(str_slice(s->lines[i].text, 0, 200)));
		shown++;
	}
	if (s->status != SESSION_OK)
		out = arena_fmt(a, STR_FMT "%s(%s: " STR_FMT ")", STR_ARG(out),
		    shown > 0 ? "\n" : "", session_status_name(s->status), STR_ARG(s->error));
	return out;
}

struct str fact_summary(struct arena *a, const struct fact *f)
{
	switch (f->question.ask) {
	case ASK_DNS:
		return dns_summary(a, &f->dns);
	case ASK_SESSION:
		return session_summary(a, &f->session);
	case ASK_HTTPS:
		return f->https.status != SESSION_OK
			   ? arena_fmt(a, "(%s: " STR_FMT ")", session_status_name(f->https.status),
				 STR_ARG(f->https.error))
			   : arena_fmt(a, "HTTP %d, " STR_FMT ", %zu bytes", f->https.code,
				 STR_ARG(f->https.content_type), f->https.body.n);
	case ASK_HOST:
		break;
	}
	return f->host.found ? str_slice(f->host.text, 0, 200) : f->host.error;
}
