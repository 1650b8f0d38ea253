/* mx_visits - what answers on port 25 of each mail host, by IPv4 and IPv6. RFC 5321. */
#include "check/mx_judges.h"
#include "check/tls_seen.h"
#include "wire/domain.h"

/* ---- mx.ipv6 ---- */

enum answers { ANSWERS_YES, ANSWERS_NO, ANSWERS_UNSEEN };

static enum answers answers_on(const struct visits *v, const struct mail_host *h, struct visit *out)
{
	enum answers worst = ANSWERS_YES;

	for (size_t i = 0; i < v->count; i++) {
		const struct session *s = v->list[i].session;

		if (v->list[i].endpoint.address.family != IP_V6 ||
		    !domain_eq(v->list[i].endpoint.host, h->name) || s->greeting_ms >= 0)
			continue;
		*out = v->list[i];
		worst =
		    v->blocked || s->status == SESSION_UNREACHABLE ? ANSWERS_UNSEEN : ANSWERS_NO;
		if (worst == ANSWERS_NO)
			break;
	}
	return worst;
}

struct ipv6_count {
	size_t with, good, unseen;
};

static void look_at_ipv6(
    struct judge *j, const struct visits *v, const struct mail_host *h, struct ipv6_count *n)
{
	struct visit silent = { 0 };
	enum answers answers = answers_on(v, h, &silent);

	n->with += h->aaaa->count > 0;
	judge_subject(j, h->name);
	if (dns_failed(h->aaaa)) {
		n->unseen++;
		judge_say(j, VERDICT_UNKNOWN,
		    "The IPv6 address of " STR_FMT " could not be asked for (%s)", STR_ARG(h->name),
		    dns_status_name(h->aaaa->status));
	} else if (h->aaaa->count > 0 && answers == ANSWERS_NO) {
		judge_subject(j, silent.subject);
		judge_visit(j, &silent.endpoint);
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "By IPv6 " STR_FMT " does not answer on port 25",
			STR_ARG(silent.subject)),
		    "Senders that prefer IPv6 wait in vain before they try IPv4. Let the server "
		    "listen on the address, or remove the AAAA record.");
	} else if (h->aaaa->count > 0 && answers == ANSWERS_UNSEEN) {
		n->unseen++;
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN,
			STR_FMT " has an IPv6 address; whether it answers cannot be seen from here",
			STR_ARG(h->name)),
		    "Look from a machine with IPv6: nc -6vz " STR_FMT " 25", STR_ARG(h->name));
	} else {
		n->good += h->aaaa->count > 0;
	}
}

void judge_mx_ipv6(struct judge *j)
{
	struct mail_hosts hosts;
	struct ipv6_count n = { 0 };
	struct visits v;
	struct finding *f;
	bool have = subject_visits(j, &v);

	if (!have || !mx_hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++)
		look_at_ipv6(j, &v, &hosts.hosts[i], &n);
	judge_subject(j, j->domain);
	if (n.good == hosts.count) {
		judge_say(j, VERDICT_PASS, "Each mail host has an IPv6 address and answers there");
	} else if (n.with > 0 && n.with + n.unseen < hosts.count) {
		judge_say(j, VERDICT_WARN, "%zu of %zu mail hosts have an IPv6 address", n.with,
		    hosts.count);
	} else if (n.with + n.unseen == 0) {
		f = judge_say(j, VERDICT_FAIL, "No mail host has an IPv6 address (AAAA)");
		judge_why(j, f,
		    "Senders that have only IPv6 cannot reach the domain. Give the host an IPv6 "
		    "address, its reverse DNS too, and add it to SPF before mail leaves by it.");
	}
}

/* ---- mx.reachable, mx.speed ---- */

static void say_blocked(struct judge *j, const struct visits *v)
{
	const struct session *first = v->list[0].session;
	struct finding *f;
	size_t silent = 0;

	for (size_t i = 0; i < v->count; i++)
		silent += v->list[i].session->status == SESSION_TIMEOUT;
	if (silent == 0) {
		f = judge_say(j, VERDICT_UNKNOWN, "The mail hosts could not be visited from here");
		judge_why(j, f, STR_FMT, STR_ARG(first->error));
		return;
	}
	f = judge_say(j, VERDICT_UNKNOWN,
	    "No mail host answers on port 25: this network probably blocks it on the way out");
	judge_why(j, f,
	    "Home and cloud networks often do. Look from elsewhere: run frank on a server that "
	    "sends mail, or try: nc -vz HOST 25. Nothing that needs port 25 could be seen.");
}

void judge_mx_reachable(struct judge *j)
{
	struct visits v;

	if (!subject_visits(j, &v))
		return;
	if (v.count == 0) {
		judge_say(j, VERDICT_SKIP, "There is no mail host to visit");
		return;
	}
	if (v.blocked) {
		say_blocked(j, &v);
		return;
	}
	size_t good = 0;
	for (size_t i = 0; i < v.count; i++) {
		const struct session *s = v.list[i].session;
		struct finding *f;

		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		if (s->greeting_ms >= 0 || s->status == SESSION_OK) {
			good++;
			continue;
		}
		if (s->status == SESSION_UNREACHABLE) {
			judge_why(j,
			    judge_say(j, VERDICT_UNKNOWN,
				"Port 25 of " STR_FMT " could not be tried from here",
				STR_ARG(v.list[i].subject)),
			    STR_FMT, STR_ARG(s->error));
			continue;
		}
		f = judge_say_at(j, VERDICT_FAIL, v.count > 1 ? SEVERITY_MAJOR : SEVERITY_CRITICAL,
		    "Port 25 of " STR_FMT " does not answer", STR_ARG(v.list[i].subject));
		judge_why(j, f,
		    "%s: " STR_FMT
		    ". Senders that pick this address wait, then try another or give up.",
		    session_status_name(s->status), STR_ARG(s->error));
	}
	judge_subject(j, j->domain);
	if (good == v.count)
		judge_say(j, VERDICT_PASS, "Port 25 answers on all %zu addresses", good);
}

#define SLOW_GREETING_MS 5000
#define SLOW_SESSION_MS	 10000

void judge_mx_speed(struct judge *j)
{
	struct mail_hosts hosts;
	struct visits v;
	size_t slow = 0, seen = 0;

	if (!mx_hosts_or_skip(j, &hosts) || !subject_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++) {
		const struct session *s = v.list[i].session;

		if (s->greeting_ms < 0)
			continue;
		seen++;
		if (s->greeting_ms <= SLOW_GREETING_MS && s->total_ms <= SLOW_SESSION_MS)
			continue;
		slow++;
		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		judge_why(j,
		    judge_say(j, VERDICT_WARN,
			"The greeting came after %lld ms, the visit took %lld ms",
			(long long)s->greeting_ms, (long long)s->total_ms),
		    "A delay may be meant (against spam), or a name server that does not answer "
		    "the server's "
		    "own questions. Impatient senders give up.");
	}
	judge_subject(j, j->domain);
	if (seen == 0)
		judge_say(j, VERDICT_UNKNOWN, "No mail host greeted");
	else if (slow == 0)
		judge_say(j, VERDICT_PASS, "All greetings came within 5 seconds");
}

/* ---- mx.parity ---- */

/* A certificate of its own on each address; different ones mostly mean different machines. */
static bool same_certificate(struct judge *j, const struct visit *a, const struct visit *b)
{
	const struct cert_chain *x = tls_chain_of(j, a->session), *y = tls_chain_of(j, b->session);

	return x == NULL || y == NULL || x->count == 0 || y->count == 0 ||
	       str_eq(x->certs[0].der, y->certs[0].der);
}

/* Two visits to one host, by IPv4 and by IPv6; true: they met the same. */
static bool same_host(struct judge *j, const struct visit *a, const struct visit *b)
{
	struct str x = reply_name(session_greeting(a->session)),
		   y = reply_name(session_greeting(b->session)), host = a->endpoint.host;

	if (str_ieq(x, y) && same_certificate(j, a, b))
		return true;
	judge_subject(j, host);
	judge_visit(j, &a->endpoint);
	judge_visit(j, &b->endpoint);
	if (str_ieq(x, y))
		judge_why(j,
		    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR,
			"By IPv4 and by IPv6 " STR_FMT " shows different certificates",
			STR_ARG(host)),
		    "If one machine is meant, one of its listeners was not reloaded after a "
		    "renewal; senders that check certificates see two servers.");
	else
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"By IPv4 and by IPv6 " STR_FMT " greets with different names",
			STR_ARG(host)),
		    "\"" STR_FMT "\" and \"" STR_FMT "\": probably the AAAA record leads to "
		    "another machine.",
		    STR_ARG(x), STR_ARG(y));
	return false;
}

static bool is_pair(const struct visit *a, const struct visit *b)
{
	return domain_eq(a->endpoint.host, b->endpoint.host) &&
	       a->endpoint.address.family != b->endpoint.address.family &&
	       reply_name(session_greeting(a->session)).n > 0 &&
	       reply_name(session_greeting(b->session)).n > 0;
}

void judge_mx_parity(struct judge *j)
{
	struct visits v;
	size_t good = 0, pairs = 0;

	if (!subject_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++)
		for (size_t k = 0; k < i; k++)
			if (is_pair(&v.list[k], &v.list[i])) {
				pairs++;
				good += same_host(j, &v.list[k], &v.list[i]);
			}
	judge_subject(j, j->domain);
	if (pairs == 0)
		judge_say(j, VERDICT_SKIP, "No mail host was seen by IPv4 and by IPv6");
	else if (good == pairs)
		judge_say(j, VERDICT_PASS, "IPv4 and IPv6 lead to the same host");
}

/* ---- mx.stale ---- */

static bool denies_relay(struct replies r)
{
	struct str text = reply_text(r);

	return reply_code(r) >= 550 && reply_code(r) <= 554 &&
	       (str_ifind(text, STR("relay")) >= 0 || str_ifind(text, STR("not local")) >= 0 ||
		   str_ifind(text, STR("not handle")) >= 0);
}

void judge_mx_stale(struct judge *j)
{
	struct mail_hosts hosts;
	struct visits v;
	size_t heard = 0, bad = 0;
	const char *command =
	    arena_fmt(j->arena, "RCPT TO:<postmaster@" STR_FMT ">", STR_ARG(j->domain)).p;

	if (!mx_hosts_or_skip(j, &hosts) || !subject_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++) {
		const struct session *s = v.list[i].session;
		struct replies r = session_reply(s, command, s->tls.done);

		heard += r.count > 0;
		if (!denies_relay(r))
			continue;
		bad++;
		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			STR_FMT " does not take mail for the domain: " STR_FMT,
			STR_ARG(v.list[i].subject), STR_ARG(reply_text(r))),
		    "It takes the domain for a stranger's. Either the MX record is a left-over of "
		    "a former provider (remove it), or the server was not told of the domain "
		    "(Postfix: mydestination, virtual_mailbox_domains or relay_domains).");
	}
	judge_subject(j, j->domain);
	if (heard == 0)
		judge_say(j, VERDICT_UNKNOWN, "No mail host was asked for a recipient");
	else if (bad == 0)
		judge_say(j, VERDICT_PASS, "Each mail host knows the domain");
}
