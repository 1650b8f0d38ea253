/*
 * check_web - the domain's web site, and the files by which mail programs set themselves up.
 */
#include "check/autoconfig_file.h"
#include "check/catalogue.h"
#include "check/web_seen.h"
#include "wire/domain.h"

/* ---- web.site ---- */

static void judge_site(struct judge *j)
{
	const struct https_reply *r = judge_https(j, j->domain, STR("/"));
	struct str fault;

	if (r == NULL)
		return;
	if (web_nowhere(r)) {
		judge_say(j, VERDICT_INFO, "The domain has no web site");
		return;
	}
	if (web_not_seen(r)) {
		judge_why(j, judge_say(j, VERDICT_UNKNOWN, "The web site could not be seen"),
		    STR_FMT, STR_ARG(r->error));
		return;
	}
	if (r->status != SESSION_OK) {
		judge_why(j,
		    judge_say(j, VERDICT_WARN, "The web site cannot be reached by HTTPS: " STR_FMT,
			STR_ARG(r->error)),
		    "Who gets mail from an unknown domain looks there; so do some receivers.");
		return;
	}
	fault = web_certificate_fault(j, r, j->domain);
	if (fault.n > 0)
		judge_say(j, VERDICT_WARN, "The web site is not proven: " STR_FMT, STR_ARG(fault));
	else if (r->code >= 400)
		judge_say(j, VERDICT_WARN, "The web site answers with status %d", r->code);
	else
		judge_say(j, VERDICT_PASS, "The domain has a web site, by HTTPS");
}

/* ---- autoconfig.mozilla ---- */

struct config_place {
	struct str host, path;
};

static bool is_plain(struct str socket)
{
	return !str_ieq(socket, STR("SSL")) && !str_ieq(socket, STR("STARTTLS"));
}

/* What is wrong with one server of the file; {0}: nothing. */
static struct str server_fault(struct judge *j, const struct autoconfig_server *s)
{
	const struct dns_answer *a, *aaaa;
	struct str host;
	struct error ignored = { .arena = j->arena };

	if (is_plain(s->socket))
		return arena_fmt(j->arena,
		    "it sends " STR_FMT " programs to " STR_FMT " without encryption",
		    STR_ARG(s->type), STR_ARG(s->host));
	if (!domain_from_user(j->arena, s->host, &host, &ignored))
		return arena_fmt(j->arena, "\"" STR_FMT "\" is no host name", STR_ARG(s->host));
	a = judge_dns(j, host, DNS_A);
	aaaa = judge_dns(j, host, DNS_AAAA);
	if (a == NULL || aaaa == NULL || a->count + aaaa->count > 0 || dns_failed(a) ||
	    dns_failed(aaaa))
		return (struct str){ 0 };
	return arena_fmt(j->arena, "it names " STR_FMT ", which has no address", STR_ARG(host));
}

static void say_file(struct judge *j, struct str host, const struct https_reply *r)
{
	struct autoconfig_file file;
	struct str fault = web_certificate_fault(j, r, host);

	if (fault.n == 0) {
		autoconfig_parse(j->arena, r->body, &file);
		fault = file.fault;
		for (size_t i = 0; i < file.count && fault.n == 0; i++)
			fault = server_fault(j, &file.servers[i]);
	}
	if (j->pending)
		return;
	if (fault.n > 0)
		judge_why(j,
		    judge_say(j, VERDICT_WARN, "The autoconfig file at " STR_FMT ": " STR_FMT,
			STR_ARG(host), STR_ARG(fault)),
		    "Thunderbird and others that set accounts up by it fail or are sent astray.");
	else
		judge_say(j, VERDICT_PASS,
		    "Mail programs set themselves up by the file at " STR_FMT " (%zu servers)",
		    STR_ARG(host), file.count);
}

static void judge_mozilla(struct judge *j)
{
	struct config_place places[] = {
		{ arena_fmt(j->arena, "autoconfig." STR_FMT, STR_ARG(j->domain)),
		    STR("/mail/config-v1.1.xml") },
		{ j->domain, STR("/.well-known/autoconfig/mail/config-v1.1.xml") },
	};
	const struct https_reply *replies[LENGTH(places)];
	bool unseen = false, complete = true;

	for (size_t i = 0; i < LENGTH(places); i++) {
		replies[i] = judge_https(j, places[i].host, places[i].path);
		complete &= replies[i] != NULL;
	}
	if (!complete)
		return;
	for (size_t i = 0; i < LENGTH(places); i++) {
		unseen |= web_not_seen(replies[i]);
		if (replies[i]->status != SESSION_OK || replies[i]->code != 200)
			continue;
		say_file(j, places[i].host, replies[i]);
		return;
	}
	if (unseen)
		judge_say(j, VERDICT_UNKNOWN, "Whether there is an autoconfig file was not seen");
	else
		judge_say(j, VERDICT_INFO, "There is no autoconfig file for mail programs");
}

/* ---- autoconfig.outlook ---- */

#define AUTODISCOVER "/autodiscover/autodiscover.xml"

/* The host by SRV, else autodiscover.DOMAIN; false while pending. */
static bool autodiscover_host(struct judge *j, struct str *out)
{
	const struct dns_answer *srv = judge_dns(
	    j, arena_fmt(j->arena, "_autodiscover._tcp." STR_FMT, STR_ARG(j->domain)), DNS_SRV);

	if (srv == NULL)
		return false;
	*out = arena_fmt(j->arena, "autodiscover." STR_FMT, STR_ARG(j->domain));
	if (srv->count > 0 && srv->records[0].parsed && srv->records[0].srv.target.n > 0 &&
	    srv->records[0].srv.port == 443)
		*out = srv->records[0].srv.target;
	return true;
}

static void judge_outlook(struct judge *j)
{
	const struct https_reply *r;
	struct str host, fault;

	if (!autodiscover_host(j, &host))
		return;
	r = judge_https(j, host, STR(AUTODISCOVER));
	if (r == NULL)
		return;
	if (web_nowhere(r)) {
		judge_say(j, VERDICT_INFO, "There is no autodiscover service for Outlook");
	} else if (web_not_seen(r)) {
		judge_say(j, VERDICT_UNKNOWN, "Whether autodiscover answers was not seen");
	} else if (r->status != SESSION_OK) {
		judge_say(j, VERDICT_WARN, "Autodiscover at " STR_FMT " does not answer: " STR_FMT,
		    STR_ARG(host), STR_ARG(r->error));
	} else {
		fault = web_certificate_fault(j, r, host);
		if (fault.n > 0)
			judge_say(j, VERDICT_WARN, "Autodiscover is not proven: " STR_FMT,
			    STR_ARG(fault));
		else if (r->code == 404)
			judge_say(j, VERDICT_INFO, "There is no autodiscover service at " STR_FMT,
			    STR_ARG(host));
		else
			judge_say(
			    j, VERDICT_PASS, "Autodiscover answers at " STR_FMT, STR_ARG(host));
	}
}

static const struct check autoconfig_rows[] = {
	{ "autoconfig.mozilla", SEVERITY_INFO, "Autoconfig file",
	    "A file at autoconfig.DOMAIN or under /.well-known/autoconfig names servers that "
	    "exist, "
	    "with TLS.",
	    "Thunderbird, K-9, Evolution and others set accounts up by it.",
	    "Any web server: serve config-v1.1.xml at "
	    "https://autoconfig.example.com/mail/config-v1.1.xml; RFC 6186 SRV records do nearly "
	    "as "
	    "well.",
	    "draft-ietf-mailmaint-autoconfig section 4; RFC 8314 section 5.1", "Autoconfig", false,
	    judge_mozilla },
	{ "autoconfig.outlook", SEVERITY_INFO, "Autodiscover",
	    "autodiscover.DOMAIN, or the host of its SRV record, answers with a good certificate.",
	    "Outlook looks there first; a broken answer is worse for its users than none.",
	    "DNS panel: CNAME autodiscover to the host that serves it, or no such name at all.",
	    "MS-OXDISCO section 3.1.5", "Autodiscover", false, judge_outlook },
};

static const struct check web_rows[] = {
	{ "web.site", SEVERITY_INFO, "Web site", "The domain has a web site that works by HTTPS.",
	    "Receivers and people who get mail from an unknown domain look there.",
	    "Any web server: a page with who you are and how to reach you, with a certificate.",
	    "RFC 9110 section 4.2.2", NULL, false, judge_site },
};

const struct check_table checks_autoconfig = { autoconfig_rows, LENGTH(autoconfig_rows) };
const struct check_table checks_web = { web_rows, LENGTH(web_rows) };
