/*
 * speakers - SMTP, IMAP, POP3 and HTTP, just enough to be audited.  RFC 5321, 3501, 1939, 9112.
 *
 * No mail is ever taken: DATA is refused.
 */
#include "lab/client.h"
#include "wire/domain.h"

static void starttls(struct client *c, struct str ready, const char *refusal)
{
	if (!client_may_starttls(c)) {
		client_say(c,
		    client_service(c)->protocol == LAB_SMTP ? "502 5.5.1 not now" : "-ERR not now");
		return;
	}
	if (lab_plays(client_service(c), LAB_LYING_EHLO)) {
		client_say(c, "%s", refusal);
		return;
	}
	client_say(c, STR_FMT, STR_ARG(ready));
	if (lab_plays(client_service(c), LAB_INJECT))
		client_say(c, "250 this was never encrypted");
	client_then(c, CLIENT_BEGIN_TLS);
}

/* ---- SMTP ---- */

static void say_endless(struct client *c)
{
	for (int i = 0; i < 20000; i++)
		client_say(c, "250-X-FILLER-%d", i);
}

static void ehlo(struct client *c)
{
	const struct lab_service *s = client_service(c);

	if (lab_plays(s, LAB_ENDLESS))
		say_endless(c);
	client_say(c, "250-" STR_FMT, STR_ARG(s->ehlo));
	client_say(c, "250-PIPELINING");
	client_say(c, "250-SIZE 26214400");
	client_say(c, "250-8BITMIME");
	client_say(c, "250-ENHANCEDSTATUSCODES");
	if (client_may_starttls(c))
		client_say(c, "250-STARTTLS");
	if (s->port != 25 && (client_has_tls(c) || lab_plays(s, LAB_PLAIN_AUTH)))
		client_say(c, "250-AUTH PLAIN LOGIN");
	client_say(c, "250 SMTPUTF8");
}

static bool accepts(const struct lab_service *s, struct str local)
{
	for (size_t i = 0; i < s->accept_count; i++)
		if (str_ieq(s->accepts[i], local))
			return true;
	return false;
}

static void rcpt(struct client *c, struct str line)
{
	const struct lab_service *s = client_service(c);
	struct str rest = line, address, domain, local;

	str_cut(&rest, '<');
	address = str_cut(&rest, '>');
	ptrdiff_t at = str_rchr(address, '@');
	local = str_slice(address, 0, at < 0 ? address.n : (size_t)at);
	domain = at < 0 ? client_domain(c) : str_skip(address, (size_t)at + 1);
	if (s->port != 25 && !lab_plays(s, LAB_RELAY))
		client_say(c, "530 5.7.0 authentication required");
	else if (lab_plays(s, LAB_GREYLIST))
		client_say(c, "450 4.7.1 greylisted, try again later");
	else if (lab_plays(s, LAB_RELAY))
		client_say(c, "250 2.1.5 ok");
	else if (!domain_eq(domain, client_domain(c)) && domain.p[0] != '[')
		client_say(c, "554 5.7.1 relay access denied");
	else if (str_find(local, STR("%")) >= 0 || str_find(local, STR("!")) >= 0 ||
		 !accepts(s, local))
		client_say(c, "550 5.1.1 no such user");
	else
		client_say(c, "250 2.1.5 ok");
}

/* RFC 5321 section 7.3: 252 tells nothing. */
static void vrfy(struct client *c, struct str who)
{
	const struct lab_service *s = client_service(c);
	struct str local = str_cut(&who, '@');

	if (!lab_plays(s, LAB_TELL_VRFY))
		client_say(c, "252 2.0.0 send some mail and see");
	else if (accepts(s, local))
		client_say(c, "250 2.1.5 <" STR_FMT "@" STR_FMT ">", STR_ARG(local),
		    STR_ARG(client_domain(c)));
	else
		client_say(c, "550 5.1.1 no such user");
}

static void smtp(struct client *c, struct str line)
{
	struct str rest = line, word = str_cut_word(&rest);

	if (str_ieq(word, STR("EHLO")))
		ehlo(c);
	else if (str_ieq(word, STR("HELO")))
		client_say(c, "250 " STR_FMT, STR_ARG(client_service(c)->ehlo));
	else if (str_ieq(word, STR("STARTTLS")))
		starttls(c, STR("220 2.0.0 ready"), "454 4.7.0 TLS is not available");
	else if (str_ieq(word, STR("MAIL")) && client_service(c)->port != 25)
		client_say(c, "530 5.7.0 authentication required");
	else if (str_ieq(word, STR("MAIL")) || str_ieq(word, STR("RSET")) ||
		 str_ieq(word, STR("NOOP")))
		client_say(c, "250 2.0.0 ok");
	else if (str_ieq(word, STR("RCPT")))
		rcpt(c, line);
	else if (str_ieq(word, STR("VRFY")) || str_ieq(word, STR("EXPN")))
		vrfy(c, str_trim(rest));
	else if (str_ieq(word, STR("QUIT")))
		client_say(c, "221 2.0.0 bye");
	else
		client_say(c, "502 5.5.2 not here");
	if (str_ieq(word, STR("QUIT")))
		client_then(c, CLIENT_CLOSE);
}

/* ---- IMAP, POP3, HTTPS ---- */

static void imap(struct client *c, struct str line)
{
	struct str rest = line, tag = str_cut_word(&rest), word = str_cut_word(&rest);

	if (str_ieq(word, STR("CAPABILITY"))) {
		client_say(c, "* CAPABILITY IMAP4rev1 IDLE%s%s",
		    client_may_starttls(c) ? " STARTTLS LOGINDISABLED" : "",
		    client_has_tls(c) ? " AUTH=PLAIN" : "");
		client_say(c, STR_FMT " OK done", STR_ARG(tag));
	} else if (str_ieq(word, STR("STARTTLS")) && client_may_starttls(c)) {
		starttls(c, arena_fmt(client_arena(c), STR_FMT " OK begin", STR_ARG(tag)),
		    "* BYE TLS is not available");
	} else if (str_ieq(word, STR("LOGOUT"))) {
		client_say(c, "* BYE");
		client_say(c, STR_FMT " OK bye", STR_ARG(tag));
		client_then(c, CLIENT_CLOSE);
	} else {
		client_say(c, STR_FMT " BAD not here", STR_ARG(tag));
	}
}

static void pop3(struct client *c, struct str line)
{
	struct str rest = line, word = str_cut_word(&rest);

	if (str_ieq(word, STR("CAPA"))) {
		client_say(c, "+OK");
		client_say(c, "UIDL");
		if (client_may_starttls(c))
			client_say(c, "STLS");
		if (client_has_tls(c))
			client_say(c, "USER");
		client_say(c, ".");
	} else if (str_ieq(word, STR("STLS"))) {
		starttls(c, STR("+OK begin"), "-ERR TLS is not available");
	} else if (str_ieq(word, STR("QUIT"))) {
		client_say(c, "+OK bye");
		client_then(c, CLIENT_CLOSE);
	} else {
		client_say(c, "-ERR not here");
	}
}

static void send_file(struct client *c)
{
	const struct lab_service *s = client_service(c);

	client_then(c, CLIENT_CLOSE);
	if (lab_plays(s, LAB_REDIRECT)) {
		client_say(c,
		    "HTTP/1.1 301 Moved\r\nLocation: "
		    "https://elsewhere.example/\r\nContent-Length: 0\r\nConnection: close\r\n");
		return;
	}
	for (size_t i = 0; i < s->file_count; i++) {
		const struct lab_file *f = &s->files[i];

		if (!str_eq(f->path, client_path(c)))
			continue;
		client_say(c,
		    "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: "
		    "close\r\n",
		    str_ends(f->path, STR(".txt"))   ? "text/plain"
		    : str_ends(f->path, STR(".xml")) ? "text/xml"
						     : "text/html",
		    f->content.n);
		client_say_bytes(c, f->content);
		return;
	}
	client_say(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n");
}

static void https(struct client *c, struct str line)
{
	struct str rest = line;

	if (line.n == 0) {
		client_first_word(c);
	} else {
		str_cut_word(&rest);
		client_set_path(c, str_cut_word(&rest));
	}
}

/* ---- first words ---- */

static void greet_smtp(struct client *c)
{
	client_say(c, "220 " STR_FMT, STR_ARG(client_service(c)->greeting));
}

static void greet_imap(struct client *c)
{
	client_say(c, "* OK " STR_FMT, STR_ARG(client_service(c)->greeting));
}

static void greet_pop3(struct client *c)
{
	client_say(c, "+OK " STR_FMT, STR_ARG(client_service(c)->greeting));
}

const struct speaker lab_speakers[] = {
	[LAB_SMTP] = { greet_smtp, smtp, "421 4.7.0 too many connections from you" },
	[LAB_IMAP] = { greet_imap, imap, "* BYE too many connections from you" },
	[LAB_POP3] = { greet_pop3, pop3, "-ERR [SYS/TEMP] too many connections from you" },
	[LAB_HTTPS] = { send_file, https,
	    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n" },
};
