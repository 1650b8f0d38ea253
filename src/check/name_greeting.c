/* name_greeting - what the servers on port 25 call themselves. RFC 5321 sections 4.1.4, 4.2. */
#include "check/name_judges.h"
#include "wire/domain.h"

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

bool name_is_local(struct str name)
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

	if (domain_is_fqdn(name) && !name_is_local(name)) {
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

void judge_name_banner(struct judge *j)
{
	each_visit(j, one_banner, "Each greeting begins with a full host name");
}

static void one_local(struct judge *j, const struct visit *v, size_t *good)
{
	struct str name = reply_name(session_greeting(v->session));
	struct str bare = name.n > 2 && name.p[0] == '[' ? str_slice(name, 1, name.n - 1) : name;
	struct ip ip;
	struct finding *f;

	if (!name_is_local(name) && !ip_parse(bare, &ip) && str_chr(name, '.') >= 0) {
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

void judge_name_not_localhost(struct judge *j)
{
	each_visit(j, one_local, "No server calls itself by a local name");
}

static void one_matches(struct judge *j, const struct visit *v, size_t *good)
{
	struct str name = reply_name(session_greeting(v->session)),
		   ehlo = reply_name(session_reply(v->session, "EHLO", false));
	const struct dns_answer *ptr =
	    judge_dns(j, ip_arpa(j->arena, v->endpoint.address), DNS_PTR);
	bool failed = false, forward = domain_is_fqdn(name) &&
				       name_leads_back(j, name, v->endpoint.address, &failed);
	struct finding *f;

	if (ptr == NULL || j->pending)
		return;
	if ((failed || dns_failed(ptr)) && !forward && !name_in_ptr(ptr, name)) {
		judge_say(j, VERDICT_UNKNOWN, "The names of " STR_FMT " could not be looked up",
		    STR_ARG(v->subject));
		return;
	}
	if (ehlo.n > 0 && !domain_eq(ehlo, name)) {
		f = judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
		    "The server greets as " STR_FMT " but answers EHLO as " STR_FMT, STR_ARG(name),
		    STR_ARG(ehlo));
		set_hostname(j, f, v);
	} else if (name_in_ptr(ptr, name)) {
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

void judge_name_matches(struct judge *j)
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
	bool back = domain_is_fqdn(ehlo) && name_leads_back(j, ehlo, v->endpoint.address, &failed);
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

void judge_name_ehlo_resolves(struct judge *j)
{
	each_visit(j, one_ehlo, "The EHLO name leads to the address");
}
