/*
 * check_name - do address, reverse DNS, greeting and EHLO name agree?
 * RFC 5321 sections 4.1.1.1, 4.1.4, 4.2 and 4.3.1, RFC 8601 section 3, RFC 1912 section 2.1.
 */
#include "check/catalogue.h"
#include "check/name_generic.h"
#include "check/subject.h"
#include "wire/domain.h"

#define MAX_PTR 10 /* names of one address that are looked at (RFC 8601 section 3) */

/* An address that sends, its PTR records, and whether some of their names lead back. */
struct reverse {
	struct sender sender;
	struct str subject;
	const struct dns_answer *ptr;
	struct str confirmed; /* the first that leads back; empty: none */
	bool unanswered;      /* some forward question failed */
};

static bool leads_back(struct judge *j, struct str name, struct ip ip, bool *failed)
{
	const struct dns_answer *a = judge_dns(j, name, ip.family == IP_V4 ? DNS_A : DNS_AAAA);

	if (a == NULL)
		return false;
	*failed |= dns_failed(a);
	for (size_t i = 0; i < a->count; i++)
		if (a->records[i].parsed && ip_eq(a->records[i].address, ip))
			return true;
	return false;
}

/* Questions of one address; the subject is set before, so that they are its evidence. */
static bool look_back(struct judge *j, const struct sender *s, struct reverse *out)
{
	*out = (struct reverse){ .sender = *s,
		.subject = s->host.n > 0 ? subject_host(j, s->host, s->address)
					 : ip_write(j->arena, s->address) };
	judge_subject(j, out->subject);
	out->ptr = judge_dns(j, ip_arpa(j->arena, s->address), DNS_PTR);
	if (out->ptr == NULL)
		return false;
	for (size_t i = 0; i < out->ptr->count && i < MAX_PTR; i++) {
		const struct dns_record *r = &out->ptr->records[i];

		if (r->parsed && leads_back(j, r->name, s->address, &out->unanswered) &&
		    out->confirmed.n == 0)
			out->confirmed = r->name;
	}
	return !j->pending;
}

typedef void reverse_judge(struct judge *, const struct reverse *, size_t *good);

/* Each sending address in turn; how many were good is for the sentence at the end. */
static void each_address(struct judge *j, reverse_judge *judge, const char *all_good)
{
	struct sender *senders;
	size_t count, good = 0;

	if (!judge_senders(j, &senders, &count))
		return;
	if (count == 0) {
		judge_say(j, VERDICT_SKIP, "No sending address is known (--ip names one)");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		struct reverse r;

		if (look_back(j, &senders[i], &r))
			judge(j, &r, &good);
	}
	if (j->pending)
		return;
	judge_subject(j, j->domain);
	if (good == count)
		judge_say(
		    j, VERDICT_PASS, "%s (%zu address%s)", all_good, count, count == 1 ? "" : "es");
}

static struct str wanted_name(struct judge *j, const struct reverse *r)
{
	return r->sender.host.n > 0 ? r->sender.host
				    : arena_fmt(j->arena, "mail." STR_FMT, STR_ARG(j->domain));
}

static void ask_for_ptr(struct judge *j, struct finding *f, const struct reverse *r)
{
	struct str arpa = ip_arpa(j->arena, r->sender.address), name = wanted_name(j, r);
	struct str ip = ip_write(j->arena, r->sender.address);

	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ASK,
		.name = arpa,
		.type = STR("PTR"),
		.value = arena_fmt(j->arena,
		    "The reverse DNS belongs to whoever gave you the address (hosting company, "
		    "access "
		    "provider; often a field in their panel). Ask for: " STR_FMT " -> " STR_FMT
		    "  (" STR_FMT ". PTR " STR_FMT ".)",
		    STR_ARG(ip), STR_ARG(name), STR_ARG(arpa), STR_ARG(name)) });
}

static bool ptr_failed(struct judge *j, const struct reverse *r)
{
	if (!dns_failed(r->ptr))
		return false;
	judge_why(j,
	    judge_say(j, VERDICT_UNKNOWN,
		"The reverse DNS of " STR_FMT " could not be asked for (%s)", STR_ARG(r->subject),
		dns_status_name(r->ptr->status)),
	    "Receivers that get the same non-answer defer or refuse the mail; ask again in a "
	    "while.");
	return true;
}

static void one_ptr(struct judge *j, const struct reverse *r, size_t *good)
{
	struct finding *f;

	if (ptr_failed(j, r))
		return;
	if (r->ptr->count > 0) {
		++*good;
		return;
	}
	f = judge_say(
	    j, VERDICT_FAIL, STR_FMT " has no reverse DNS (PTR record)", STR_ARG(r->subject));
	judge_why(j, f,
	    "Gmail, Yahoo and many others refuse mail from an address without a name "
	    "(550-5.7.25).");
	ask_for_ptr(j, f, r);
}

static void judge_ptr(struct judge *j)
{
	each_address(j, one_ptr, "Each address has a name");
}

static struct str ptr_names(struct judge *j, const struct reverse *r)
{
	struct str out = STR("");

	for (size_t i = 0; i < r->ptr->count && i < 3; i++)
		out = arena_fmt(j->arena, STR_FMT "%s" STR_FMT, STR_ARG(out), i > 0 ? ", " : "",
		    STR_ARG(r->ptr->records[i].text));
	return out;
}

static void one_fcrdns(struct judge *j, const struct reverse *r, size_t *good)
{
	struct finding *f;

	if (ptr_failed(j, r))
		return;
	if (r->confirmed.n > 0) {
		++*good;
		return;
	}
	if (r->unanswered) {
		judge_say(j, VERDICT_UNKNOWN, "The name of " STR_FMT " could not be looked up",
		    STR_ARG(r->subject));
		return;
	}
	if (r->ptr->count == 0) {
		f = judge_say(j, VERDICT_FAIL,
		    STR_FMT " has no name that could be confirmed (no PTR record)",
		    STR_ARG(r->subject));
	} else {
		f = judge_say(j, VERDICT_FAIL,
		    "The reverse DNS of " STR_FMT " says " STR_FMT
		    ", which does not lead back to it",
		    STR_ARG(r->subject), STR_ARG(ptr_names(j, r)));
		judge_why(j, f,
		    "The name must have an %s record with this very address (forward-confirmed "
		    "reverse DNS, "
		    "iprev). Receivers take anything else for a hacked or rented machine: Gmail "
		    "answers 550-5.7.25.",
		    r->sender.address.family == IP_V4 ? "A" : "AAAA");
	}
	ask_for_ptr(j, f, r);
}

static void judge_fcrdns(struct judge *j)
{
	each_address(j, one_fcrdns, "The name of each address leads back to it");
}

static void one_generic(struct judge *j, const struct reverse *r, size_t *good)
{
	for (size_t i = 0; i < r->ptr->count; i++) {
		const struct dns_record *record = &r->ptr->records[i];
		const char *why =
		    record->parsed ? name_generic(j->arena, record->name, r->sender.address) : NULL;
		struct finding *f;

		if (why == NULL)
			continue;
		f = judge_say(j, VERDICT_FAIL,
		    "The reverse DNS " STR_FMT " looks like a provider's generic name: %s",
		    STR_ARG(record->name), why);
		judge_why(j, f,
		    "Receivers take such names for home connections and hacked machines, and score "
		    "mail "
		    "from them down or refuse it.");
		ask_for_ptr(j, f, r);
		return;
	}
	++*good;
}

static void judge_generic(struct judge *j)
{
	each_address(j, one_generic, "No address has a provider's generic name");
}

static void one_single(struct judge *j, const struct reverse *r, size_t *good)
{
	if (r->ptr->count <= 1) {
		++*good;
		return;
	}
	judge_why(j,
	    judge_say(j, VERDICT_FAIL, STR_FMT " has %zu PTR records", STR_ARG(r->subject),
		r->ptr->count),
	    "Receivers look at one of them by chance, or at the first ten: keep the name that the "
	    "server "
	    "says in its greeting. Seen: " STR_FMT,
	    STR_ARG(ptr_names(j, r)));
}

static void judge_ptr_one(struct judge *j)
{
	each_address(j, one_single, "No address has more than one name");
}

/* ---- what the servers on port 25 say ---- */

typedef void visit_judge(struct judge *, const struct visit *, size_t *good);

static void each_visit(struct judge *j, visit_judge *judge, const char *all_good)
{
	struct visits v;
	size_t good = 0, heard = 0;

	if (!subject_visits(j, &v))
		return;
	if (v.count == 0) {
		judge_say(j, VERDICT_SKIP, "There is no mail host to visit");
		return;
	}
	for (size_t i = 0; i < v.count; i++) {
		/* 421 and 554 are for the client, not a greeting that could be judged. */
		if (reply_code(session_greeting(v.list[i].session)) != 220)
			continue;
		heard++;
		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		judge(j, &v.list[i], &good);
	}
	if (j->pending)
		return;
	judge_subject(j, j->domain);
	if (heard == 0)
		judge_say(j, VERDICT_UNKNOWN, "No mail host greeted on port 25 (see mx.reachable)");
	else if (good == heard)
		judge_say(j, VERDICT_PASS, "%s (%zu seen)", all_good, heard);
}

static void set_hostname(struct judge *j, struct finding *f, const struct visit *v)
{
	struct str host = v->endpoint.host;

	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("Postfix, /etc/postfix/main.cf"),
		.value = arena_fmt(j->arena, "myhostname = " STR_FMT, STR_ARG(host)) });
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("Exim, main section"),
		.value = arena_fmt(j->arena, "primary_hostname = " STR_FMT, STR_ARG(host)) });
}

static bool is_local(struct str name)
{
	static const struct str endings[] = {
		{ "localhost", 9 },
		{ ".localdomain", 12 },
		{ ".local", 6 },
		{ ".lan", 4 },
		{ ".internal", 9 },
		{ ".home", 5 },
		{ ".invalid", 8 },
		{ ".home.arpa", 10 },
	};

	for (size_t i = 0; i < LENGTH(endings); i++)
		if (str_iends(name, endings[i]))
			return true;
	return str_istarts(name, STR("localhost."));
}

static void one_banner(struct judge *j, const struct visit *v, size_t *good)
{
	struct replies greeting = session_greeting(v->session);
	struct str name = reply_name(greeting);
	struct finding *f;

	if (domain_is_fqdn(name) && !is_local(name)) {
		++*good;
		return;
	}
	f = judge_say(j, VERDICT_FAIL,
	    "The greeting does not begin with a full host name: \"" STR_FMT "\"",
	    STR_ARG(greeting.lines[0].text));
	judge_why(j, f,
	    "The first word behind 220 must be the server's own name in the DNS (RFC 5321 section "
	    "4.2).");
	set_hostname(j, f, v);
}

static void judge_banner(struct judge *j)
{
	each_visit(j, one_banner, "Each greeting begins with a full host name");
}

static void one_local(struct judge *j, const struct visit *v, size_t *good)
{
	struct str name = reply_name(session_greeting(v->session));
	struct str bare = name.n > 2 && name.p[0] == '[' ? str_slice(name, 1, name.n - 1) : name;
	struct ip ip;
	struct finding *f;

	if (!is_local(name) && !ip_parse(bare, &ip) && str_chr(name, '.') >= 0) {
		++*good;
		return;
	}
	f = judge_say(j, VERDICT_FAIL, "The server calls itself \"" STR_FMT "\"", STR_ARG(name));
	judge_why(j, f,
	    "That is no name by which anyone can find it: its own mail carries the same name in "
	    "EHLO, and "
	    "receivers refuse it. Mostly the host name of the machine was never set: look at "
	    "hostname -f, "
	    "/etc/hostname and /etc/hosts.");
	set_hostname(j, f, v);
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("a shell, as root"),
		.value = arena_fmt(
		    j->arena, "hostnamectl set-hostname " STR_FMT, STR_ARG(v->endpoint.host)) });
}

static void judge_not_localhost(struct judge *j)
{
	each_visit(j, one_local, "No server calls itself by a local name");
}

static bool ptr_has(const struct dns_answer *ptr, struct str name)
{
	for (size_t i = 0; i < ptr->count; i++)
		if (ptr->records[i].parsed && domain_eq(ptr->records[i].name, name))
			return true;
	return false;
}

static void one_matches(struct judge *j, const struct visit *v, size_t *good)
{
	struct str name = reply_name(session_greeting(v->session)),
		   ehlo = reply_name(session_reply(v->session, "EHLO", false));
	const struct dns_answer *ptr =
	    judge_dns(j, ip_arpa(j->arena, v->endpoint.address), DNS_PTR);
	bool failed = false,
	     forward = domain_is_fqdn(name) && leads_back(j, name, v->endpoint.address, &failed);
	struct finding *f;

	if (ptr == NULL || j->pending)
		return;
	if ((failed || dns_failed(ptr)) && !forward && !ptr_has(ptr, name)) {
		judge_say(j, VERDICT_UNKNOWN, "The names of " STR_FMT " could not be looked up",
		    STR_ARG(v->subject));
		return;
	}
	if (ehlo.n > 0 && !domain_eq(ehlo, name)) {
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "The server greets as " STR_FMT " but answers EHLO as " STR_FMT, STR_ARG(name),
		    STR_ARG(ehlo));
		set_hostname(j, f, v);
	} else if (ptr_has(ptr, name)) {
		++*good;
	} else if (forward) {
		++*good;
		judge_why(j,
		    judge_say_at(j, VERDICT_INFO, SEVERITY_INFO,
			"The greeting says " STR_FMT
			", the reverse DNS another name; both lead to the address",
			STR_ARG(name)),
		    "That is allowed and harmless, though some tools warn of it.");
	} else {
		f = judge_say(j, VERDICT_FAIL,
		    "The greeting says " STR_FMT
		    ", which is neither the reverse DNS name nor leads to the address",
		    STR_ARG(name));
		judge_why(j, f,
		    "A server's own mail carries the same name in EHLO; receivers compare it with "
		    "the address "
		    "and score the mail down.");
		set_hostname(j, f, v);
	}
}

static void judge_matches(struct judge *j)
{
	each_visit(j, one_matches, "The greeting's name belongs to the address");
}

static void one_ehlo(struct judge *j, const struct visit *v, size_t *good)
{
	struct str ehlo = reply_name(session_reply(v->session, "EHLO", false));
	bool failed = false;
	struct finding *f;

	if (ehlo.n == 0) {
		judge_say(j, VERDICT_UNKNOWN, "EHLO was not answered with a name");
		return;
	}
	bool back = domain_is_fqdn(ehlo) && leads_back(j, ehlo, v->endpoint.address, &failed);
	if (back) {
		++*good;
	} else if (failed) {
		judge_say(j, VERDICT_UNKNOWN, "The name " STR_FMT " could not be looked up",
		    STR_ARG(ehlo));
	} else if (!j->pending) {
		f = judge_say(j, VERDICT_FAIL,
		    "The EHLO name " STR_FMT " does not lead to " STR_FMT, STR_ARG(ehlo),
		    STR_ARG(v->subject));
		judge_why(j, f,
		    "The name a server says in EHLO must have an %s record with its address (RFC "
		    "5321 section 4.1.4).",
		    v->endpoint.address.family == IP_V4 ? "A" : "AAAA");
		set_hostname(j, f, v);
	}
}

static void judge_ehlo_resolves(struct judge *j)
{
	each_visit(j, one_ehlo, "The EHLO name leads to the address");
}

/* ---- IMAP and POP3 greetings ---- */

/* A word with a dot that is a name: what the greeting claims to be. */
static struct str name_in(struct str text)
{
	struct str word;

	while ((word = str_cut_word(&text)).n > 0) {
		while (word.n > 0 && strchr("<[(\"'.,;:>])", word.p[0]) != NULL)
			word = str_skip(word, 1);
		while (word.n > 0 && strchr("<[(\"'.,;:>])", word.p[word.n - 1]) != NULL)
			word.n--;
		if (domain_is_fqdn(word) || is_local(word))
			return word;
	}
	return (struct str){ 0 };
}

static const char *const products[] = { "dovecot", "cyrus", "courier", "uw imap", "exchange",
	"zimbra", "hmailserver", "stalwart", "qpopper", "popper", "vpopmail" };

/* The product's name with a version number behind it. */
static bool betrays_version(struct str text)
{
	/* An APOP time stamp (RFC 1939 section 7) is no version. */
	text = str_cut(&text, '<');
	for (size_t i = 0; i < LENGTH(products); i++) {
		ptrdiff_t at = str_ifind(text, str_of(products[i]));

		for (size_t k = at < 0 ? text.n : (size_t)at; k + 2 < text.n; k++)
			if (is_digit(text.p[k]) && text.p[k + 1] == '.' && is_digit(text.p[k + 2]))
				return true;
	}
	return false;
}

static void one_greeting(struct judge *j, const struct visit *v, const char *program, size_t *good)
{
	struct str text = session_greeting(v->session).lines[0].text, name = name_in(text);
	bool other =
	    name.n > 0 && !domain_eq(name, v->endpoint.host) && !domain_under(name, j->domain);
	struct finding *f;

	if (!other && !betrays_version(text)) {
		++*good;
		return;
	}
	f = other ? judge_say(j, VERDICT_FAIL, "The %s greeting names another host, " STR_FMT,
			program, STR_ARG(name))
		  : judge_say(
			j, VERDICT_FAIL, "The %s greeting betrays product and version", program);
	judge_why(j, f, "It says \"" STR_FMT "\". %s", STR_ARG(text),
	    other ? "Mail programs and checking tools take that for a wrong or unfinished server."
		  : "Attackers look for versions with known holes.");
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("/etc/dovecot/dovecot.conf"),
		.value = arena_fmt(
		    j->arena, "login_greeting = " STR_FMT " ready.", STR_ARG(v->endpoint.host)) });
}

static void judge_greetings(struct judge *j, enum service_protocol protocol, const char *program)
{
	struct visits v;
	size_t good = 0, heard = 0;

	if (!subject_service_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++) {
		if (v.list[i].endpoint.protocol != protocol ||
		    session_greeting(v.list[i].session).count == 0)
			continue;
		heard++;
		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		one_greeting(j, &v.list[i], program, &good);
	}
	judge_subject(j, j->domain);
	if (heard == 0)
		judge_say(j, VERDICT_SKIP, "No %s service was found", program);
	else if (good == heard)
		judge_say(j, VERDICT_PASS, "The %s greetings name the host or nothing", program);
}

static void judge_imap(struct judge *j)
{
	judge_greetings(j, PROTOCOL_IMAP, "IMAP");
}

static void judge_pop3(struct judge *j)
{
	judge_greetings(j, PROTOCOL_POP3, "POP3");
}

#define SET_NAME                                                                                   \
	"Postfix: postconf -e 'myhostname = mail.example.com' && postfix reload.\n"                \
	"Exim: primary_hostname = mail.example.com in the main section.\n"                         \
	"Any Linux: hostnamectl set-hostname mail.example.com and the same name first in "         \
	"/etc/hosts.\n"                                                                            \
	"Hosting panel: look for \"server hostname\" or \"HELO name\"."

#define SET_PTR                                                                                    \
	"Hosting company: the reverse DNS is set by whoever gave you the address, mostly in the "  \
	"panel of the "                                                                            \
	"server (\"reverse DNS\", \"PTR\", \"rDNS\").\n"                                           \
	"Own address space: a PTR record in the in-addr.arpa or ip6.arpa zone.\n"                  \
	"Home connection: mostly impossible; send through a smarthost."

static const struct check rows[] = {
	{ "name.ptr", SEVERITY_CRITICAL, "Reverse DNS",
	    "Each address that sends mail has a PTR record.",
	    "Gmail, Yahoo, Outlook.com and most others refuse mail from an address without a name.",
	    SET_PTR, "RFC 1912 section 2.1; RFC 8601 section 3", "SMTP Reverse DNS", false,
	    judge_ptr },
	{ "name.fcrdns", SEVERITY_CRITICAL, "Forward-confirmed reverse DNS",
	    "The name of each address leads back to the address (iprev).",
	    "Anyone can put any name into his reverse DNS; only when the name leads back is it "
	    "believed.",
	    SET_PTR, "RFC 8601 section 3", "SMTP Reverse DNS Mismatch, FCrDNS", false,
	    judge_fcrdns },
	{ "name.ptr-generic", SEVERITY_MAJOR, "Reverse DNS of one's own",
	    "The reverse DNS is not a provider's generic name with the address in it.",
	    "Generic names belong to home connections and unused machines; filters know their "
	    "patterns.",
	    SET_PTR, "RFC 1912 section 2.1; RFC 5321 section 7.9", "Dynamic or generic rDNS", false,
	    judge_generic },
	{ "name.ptr-one", SEVERITY_MINOR, "One reverse name", "No address has several PTR records.",
	    "Receivers pick one by chance, and it may be the wrong one.", SET_PTR,
	    "RFC 1912 section 2.1", NULL, false, judge_ptr_one },
	{ "name.banner", SEVERITY_CRITICAL, "SMTP greeting",
	    "The greeting on port 25 begins with a fully qualified name.",
	    "It is the name the server also uses when it sends; receivers refuse one that is no "
	    "name.",
	    SET_NAME, "RFC 5321 section 4.2; RFC 5321 section 4.3.1", "SMTP Banner Check", false,
	    judge_banner },
	{ "name.banner-matches", SEVERITY_MAJOR, "Greeting and address",
	    "The greeting's name is that of the EHLO reply and belongs to the address.",
	    "A server that calls itself by a name of another machine looks forged.", SET_NAME,
	    "RFC 5321 section 4.3.1; RFC 8601 section 3", "Reverse DNS does not match SMTP Banner",
	    false, judge_matches },
	{ "name.banner-not-localhost", SEVERITY_CRITICAL, "No local name",
	    "No server calls itself localhost, an address, or a name without a domain.",
	    "It shows that the machine's name was never set; mail with such a name in EHLO is "
	    "refused widely.",
	    SET_NAME, "RFC 5321 section 2.3.5; RFC 5321 section 4.1.3", "SMTP Valid Hostname",
	    false, judge_not_localhost },
	{ "name.ehlo-resolves", SEVERITY_MAJOR, "EHLO name",
	    "The name in the EHLO reply has an address record with the server's address.",
	    "Receivers look the name up; one that leads nowhere or elsewhere counts against the "
	    "mail.",
	    SET_NAME, "RFC 5321 section 4.1.4", "HELO does not resolve", false,
	    judge_ehlo_resolves },
	{ "name.imap-banner", SEVERITY_MINOR, "IMAP greeting",
	    "The IMAP greeting names the host, or nothing, and no version.",
	    "A foreign or local name shows an unfinished server; a version invites attacks.",
	    "Dovecot: login_greeting = mail.example.com ready.\nCyrus: serverinfo: min.\nHosting "
	    "panel: cannot mostly be changed.",
	    "RFC 9051 section 7.1", "IMAP banner", false, judge_imap },
	{ "name.pop3-banner", SEVERITY_MINOR, "POP3 greeting",
	    "The POP3 greeting names the host, or nothing, and no version.",
	    "A foreign or local name shows an unfinished server; a version invites attacks.",
	    "Dovecot: login_greeting = mail.example.com ready.\nHosting panel: cannot mostly be "
	    "changed.",
	    "RFC 1939 section 4", "POP3 banner", false, judge_pop3 },
};

const struct check_table checks_name = { rows, LENGTH(rows) };
