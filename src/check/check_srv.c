/*
 * check_srv - do mail programs find the services by themselves?  RFC 6186, RFC 8314, RFC 2782.
 */
#include "check/catalogue.h"
#include "check/tls_seen.h"
#include "wire/domain.h"

struct srv_service {
	const char *label; /* "_imaps._tcp" */
	enum service_protocol protocol;
	bool implicit_tls;
};

static const struct srv_service submission[] = {
	{ "_submissions._tcp", PROTOCOL_SMTP, true },
	{ "_submission._tcp", PROTOCOL_SMTP, false },
};
static const struct srv_service imap[] = {
	{ "_imaps._tcp", PROTOCOL_IMAP, true },
	{ "_imap._tcp", PROTOCOL_IMAP, false },
};
static const struct srv_service pop3[] = {
	{ "_pop3s._tcp", PROTOCOL_POP3, true },
	{ "_pop3._tcp", PROTOCOL_POP3, false },
};

#define MAX_TARGETS 4

/* What is wrong with the host at that port; {0}: nothing that can be seen. */
static struct str visit_fault(struct judge *j, const struct endpoint *e, bool *unseen)
{
	const struct session *s = judge_visit(j, e);
	const struct cert_chain *c = s != NULL ? tls_chain_of(j, s) : NULL;

	if (s == NULL)
		return (struct str){ 0 };
	*unseen |= s->status == SESSION_TIMEOUT || s->status == SESSION_UNREACHABLE;
	if (s->status == SESSION_REFUSED)
		return arena_fmt(j->arena, "nothing listens on port %u", e->port);
	if (s->status == SESSION_TLS_FAILED)
		return STR("the TLS handshake fails");
	if (c == NULL || c->count == 0)
		return s->status == SESSION_OK ? STR("TLS is not offered") : (struct str){ 0 };
	if (!cert_matches(&c->certs[0], e->host))
		return STR("the certificate is for another name");
	return (struct str){ 0 };
}

static struct str target_fault(
    struct judge *j, const struct srv_service *s, const struct dns_srv *r, bool *unseen)
{
	const struct dns_answer *cname = judge_dns(j, r->target, DNS_CNAME);
	const struct dns_answer *a[] = { judge_dns(j, r->target, DNS_A),
		judge_dns(j, r->target, DNS_AAAA) };
	struct endpoint e = {
		.protocol = s->protocol,
		.port = r->port,
		.implicit_tls = s->implicit_tls,
		.host = r->target,
	};
	struct str fault = { 0 };

	if (cname == NULL || a[0] == NULL || a[1] == NULL)
		return fault;
	if (cname->count > 0)
		return STR("it is an alias (RFC 2782 forbids that)");
	*unseen |= dns_failed(a[0]) || dns_failed(a[1]);
	if (a[0]->count + a[1]->count == 0 && !*unseen)
		return STR("it has no address");
	for (size_t k = 0; k < 2 && fault.n == 0; k++)
		for (size_t i = 0; i < a[k]->count && i < MAX_TARGETS && fault.n == 0; i++) {
			e.address = a[k]->records[i].address;
			if (a[k]->records[i].parsed)
				fault = visit_fault(j, &e, unseen);
		}
	return fault;
}

struct srv_count {
	size_t offered, declined, bad, unseen;
};

static void look_at(struct judge *j, const struct srv_service *s, struct srv_count *n)
{
	struct str owner = arena_fmt(j->arena, "%s." STR_FMT, s->label, STR_ARG(j->domain));
	const struct dns_answer *srv;

	judge_subject(j, owner);
	srv = judge_dns(j, owner, DNS_SRV);
	if (srv == NULL)
		return;
	n->unseen += dns_failed(srv);
	for (size_t i = 0; i < srv->count && i < MAX_TARGETS; i++) {
		const struct dns_srv *r = &srv->records[i].srv;
		bool unseen = false;
		struct str fault;

		if (!srv->records[i].parsed)
			continue;
		if (r->target.n == 0) {
			n->declined++;
			continue;
		}
		n->offered++;
		fault = target_fault(j, s, r, &unseen);
		n->unseen += unseen;
		n->bad += fault.n > 0;
		if (fault.n > 0 && !j->pending)
			judge_why(j,
			    judge_say(j, VERDICT_WARN, STR_FMT " leads to " STR_FMT ": " STR_FMT,
				STR_ARG(owner), STR_ARG(r->target), STR_ARG(fault)),
			    "Mail programs that find their servers by SRV records fail there.");
	}
}

static void judge_services_of(struct judge *j, const struct srv_service list[2], const char *what)
{
	struct srv_count n = { 0 };

	look_at(j, &list[0], &n);
	look_at(j, &list[1], &n);
	if (j->pending)
		return;
	judge_subject(j, j->domain);
	if (n.offered + n.declined == 0 && n.unseen > 0)
		judge_say(
		    j, VERDICT_UNKNOWN, "The SRV records for %s could not be asked for", what);
	else if (n.offered == 0 && n.declined > 0)
		judge_say(j, VERDICT_PASS, "The domain says that it offers no %s", what);
	else if (n.offered == 0)
		judge_say(j, VERDICT_INFO, "No SRV record leads mail programs to %s", what);
	else if (n.bad == 0 && n.unseen > 0)
		judge_say(j, VERDICT_UNKNOWN, "Where the SRV records for %s lead could not be seen",
		    what);
	else if (n.bad == 0)
		judge_say(j, VERDICT_PASS, "SRV records lead mail programs to %s", what);
}

static void judge_submission(struct judge *j)
{
	judge_services_of(j, submission, "submission");
}

static void judge_imap(struct judge *j)
{
	judge_services_of(j, imap, "IMAP");
}

static void judge_pop3(struct judge *j)
{
	judge_services_of(j, pop3, "POP3");
}

static const struct check rows[] = {
	{ "srv.submission", SEVERITY_INFO, "SRV records for sending",
	    "_submissions._tcp or _submission._tcp lead to a host that answers there with TLS.",
	    "Mail programs find the server for sending by themselves.",
	    "DNS panel: SRV _submissions._tcp with \"0 1 465 mail.example.com.\" and "
	    "_submission._tcp with \"0 1 587 mail.example.com.\".",
	    "RFC 6186 section 3; RFC 8314 section 5.1; RFC 2782", NULL, false, judge_submission },
	{ "srv.imap", SEVERITY_INFO, "SRV records for IMAP",
	    "_imaps._tcp or _imap._tcp lead to a host that answers there with TLS.",
	    "Mail programs find the server for reading by themselves.",
	    "DNS panel: SRV _imaps._tcp with \"0 1 993 mail.example.com.\"; without IMAP \"0 0 0 "
	    ".\".",
	    "RFC 6186 section 3; RFC 8314 section 5.1; RFC 2782", NULL, false, judge_imap },
	{ "srv.pop3", SEVERITY_INFO, "SRV records for POP3",
	    "_pop3s._tcp or _pop3._tcp lead to a host that answers there with TLS.",
	    "Mail programs find the server for fetching by themselves.",
	    "DNS panel: SRV _pop3s._tcp with \"0 1 995 mail.example.com.\"; without POP3 \"0 0 0 "
	    ".\".",
	    "RFC 6186 section 3; RFC 8314 section 5.1; RFC 2782", NULL, false, judge_pop3 },
};

const struct check_table checks_srv = { rows, LENGTH(rows) };
