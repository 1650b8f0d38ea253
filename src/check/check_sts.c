/*
 * check_sts - MTA-STS (RFC 8461) and reports on TLS (RFC 8460).
 *
 * The policy is fetched without following a redirect; its certificate must be for
 * mta-sts.DOMAIN, or senders ignore it.
 */
#include "auth/dmarc.h"
#include "auth/mta_sts.h"
#include "check/catalogue.h"
#include "check/subject.h"
#include "wire/cert.h"
#include "wire/domain.h"

#define PATH "/.well-known/mta-sts.txt"

/* ---- what the judges of sts.* share ---- */

struct sts {
	const struct dns_answer *txt;
	struct str text; /* the one record that is meant; empty: none */
	size_t meant;	 /* how many are */
	struct sts_record record;
	const struct https_reply *reply;
	struct sts_policy policy; /* when a body came with 200 */
	bool readable;
};

static struct str policy_host(struct judge *j)
{
	return arena_fmt(j->arena, "mta-sts." STR_FMT, STR_ARG(j->domain));
}

static bool find_record(struct judge *j, struct sts *s)
{
	s->txt =
	    judge_dns(j, arena_fmt(j->arena, "_mta-sts." STR_FMT, STR_ARG(j->domain)), DNS_TXT);
	if (s->txt == NULL)
		return false;
	for (size_t i = 0; i < s->txt->count; i++) {
		const struct dns_record *r = &s->txt->records[i];

		if (!r->parsed || !str_istarts(str_trim(r->txt.joined), STR("v=STS")))
			continue;
		s->text = r->txt.joined;
		s->meant++;
	}
	if (s->meant == 1)
		sts_record_parse(j->arena, s->text, &s->record);
	return true;
}

/* False: pending, or said why there is nothing to judge. */
static bool policy_or_skip(struct judge *j, struct sts *s)
{
	*s = (struct sts){ 0 };
	if (!find_record(j, s))
		return false;
	if (dns_failed(s->txt)) {
		judge_say(j, VERDICT_UNKNOWN, "The MTA-STS record could not be asked for (%s)",
		    dns_status_name(s->txt->status));
		return false;
	}
	if (s->meant == 0) {
		judge_say(j, VERDICT_SKIP, "The domain has no MTA-STS record");
		return false;
	}
	s->reply = judge_https(j, policy_host(j), STR(PATH));
	if (s->reply == NULL)
		return false;
	s->readable =
	    s->reply->status == SESSION_OK && s->reply->code == 200 && !s->reply->body_cut;
	if (s->readable)
		sts_policy_parse(j->arena, s->reply->body, &s->policy);
	return true;
}

static bool readable_or_skip(struct judge *j, struct sts *s)
{
	if (!policy_or_skip(j, s))
		return false;
	if (!s->readable)
		judge_say(j, VERDICT_UNKNOWN, "The policy could not be read (see sts.policy)");
	return s->readable;
}

/* ---- sts.record, sts.id ---- */

static struct str today(struct judge *j)
{
	return arena_fmt(j->arena, "\"v=STSv1; id=%lld\"", (long long)j->facts->now);
}

static void say_no_record(struct judge *j)
{
	struct finding *f =
	    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR, "The domain has no MTA-STS record");

	judge_why(j, f,
	    "Without MTA-STS or DANE anyone between can strip TLS from mail to you. Publish a "
	    "policy at https://mta-sts." STR_FMT PATH
	    ", first with mode: testing, then the record.",
	    STR_ARG(j->domain));
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ADD,
		.name = arena_fmt(j->arena, "_mta-sts." STR_FMT, STR_ARG(j->domain)),
		.type = STR("TXT"),
		.value = today(j) });
}

static void judge_record(struct judge *j)
{
	struct sts s = { 0 };
	struct finding *f;

	if (!find_record(j, &s))
		return;
	if (dns_failed(s.txt)) {
		judge_say(j, VERDICT_UNKNOWN, "The MTA-STS record could not be asked for (%s)",
		    dns_status_name(s.txt->status));
	} else if (s.meant == 0) {
		say_no_record(j);
	} else if (s.meant > 1) {
		judge_why(j, judge_say(j, VERDICT_FAIL, "There are %zu MTA-STS records", s.meant),
		    "Senders then behave as if there were none (RFC 8461 section 3.1). Keep one.");
	} else if (!s.record.valid) {
		f = judge_say(j, VERDICT_FAIL, "The MTA-STS record is broken: " STR_FMT,
		    STR_ARG(s.record.faults[0].says));
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_REPLACE,
			.name = arena_fmt(j->arena, "_mta-sts." STR_FMT, STR_ARG(j->domain)),
			.type = STR("TXT"),
			.old = dns_txt_write(j->arena, s.text),
			.value = today(j) });
	} else {
		judge_say(j, VERDICT_PASS, "One MTA-STS record, id " STR_FMT, STR_ARG(s.record.id));
	}
}

/* ---- sts.policy, sts.certificate ---- */

static void say_reply(struct judge *j, const struct https_reply *r)
{
	struct finding *f;

	if (r->code >= 300 && r->code < 400) {
		f = judge_say(j, VERDICT_FAIL, "The policy's address redirects to " STR_FMT,
		    STR_ARG(r->location));
		judge_why(j, f,
		    "Redirects must not be followed (RFC 8461 section 3.3): senders see no policy. "
		    "Serve the file itself.");
	} else if (r->code != 200) {
		judge_say(j, VERDICT_FAIL, "The web server answers %d for the policy", r->code);
	} else {
		judge_say(j, VERDICT_FAIL, "The policy is larger than 64 KiB");
	}
}

static struct str example_policy(struct judge *j)
{
	struct mail_hosts hosts;
	struct str out = STR("version: STSv1\nmode: testing\n");

	if (judge_mail_hosts(j, &hosts))
		for (size_t i = 0; i < hosts.count; i++)
			out = arena_fmt(j->arena, STR_FMT "mx: " STR_FMT "\n", STR_ARG(out),
			    STR_ARG(hosts.hosts[i].name));
	return arena_fmt(j->arena, STR_FMT "max_age: 604800", STR_ARG(out));
}

static void propose_policy(struct judge *j, struct finding *f)
{
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = arena_fmt(j->arena, "https://mta-sts." STR_FMT PATH, STR_ARG(j->domain)),
		.value = example_policy(j) });
}

static void judge_policy(struct judge *j)
{
	struct sts s;
	struct finding *f;

	if (!policy_or_skip(j, &s))
		return;
	if (s.reply->status == SESSION_UNREACHABLE && s.reply->code == 0 && s.reply->ms < 0 &&
	    str_find(s.reply->error, STR("has no address")) < 0) {
		judge_why(j, judge_say(j, VERDICT_UNKNOWN, "The policy was not fetched"), STR_FMT,
		    STR_ARG(s.reply->error));
	} else if (s.reply->status != SESSION_OK) {
		f = judge_say(j, VERDICT_FAIL, "The policy cannot be fetched: " STR_FMT,
		    STR_ARG(s.reply->error));
		judge_why(j, f, "The record promises a policy at https://mta-sts." STR_FMT PATH ".",
		    STR_ARG(j->domain));
		propose_policy(j, f);
	} else if (!s.readable) {
		say_reply(j, s.reply);
	} else if (!s.policy.valid) {
		f = judge_say(j, VERDICT_FAIL, "The policy is broken: " STR_FMT,
		    STR_ARG(s.policy.faults[0].says));
		if (s.policy.faults[0].line > 0)
			judge_why(j, f, "In line %zu.", s.policy.faults[0].line);
		propose_policy(j, f);
	} else if (!str_istarts(s.reply->content_type, STR("text/plain"))) {
		judge_why(j,
		    judge_say_at(j, VERDICT_FAIL, SEVERITY_MINOR,
			"The policy is served as \"" STR_FMT "\" instead of text/plain",
			STR_ARG(s.reply->content_type)),
		    "Strict senders ignore it (RFC 8461 section 3.2).");
	} else {
		judge_say(j, VERDICT_PASS, "The policy can be read, mode %s",
		    sts_mode_name(s.policy.mode));
	}
}

static void judge_certificate(struct judge *j)
{
	struct sts s;
	struct chain_result r;
	struct cert leaf = { 0 };

	if (!policy_or_skip(j, &s))
		return;
	if (!s.reply->tls.done) {
		judge_say(j, VERDICT_UNKNOWN, "No certificate was seen (see sts.policy)");
		return;
	}
	r = cert_verify(j->arena, s.reply->tls.chain, s.reply->tls.chain_count,
	    s.reply->tls.anchors, s.reply->tls.anchor_count, j->facts->now);
	if (s.reply->tls.chain_count > 0)
		cert_parse(j->arena, s.reply->tls.chain[0], &leaf);
	if (r.verdict != CHAIN_OK)
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"The certificate of mta-sts." STR_FMT " does not verify: " STR_FMT,
			STR_ARG(j->domain), STR_ARG(r.error)),
		    "Senders then use no policy at all (RFC 8461 section 3.3).");
	else if (!cert_matches(&leaf, policy_host(j)))
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The certificate is not for mta-sts." STR_FMT,
			STR_ARG(j->domain)),
		    "Senders then use no policy at all (RFC 8461 section 3.3).");
	else
		judge_say(j, VERDICT_PASS, "The policy's certificate is valid for mta-sts." STR_FMT,
		    STR_ARG(j->domain));
}

/* ---- sts.mx, sts.mode, sts.age ---- */

static void judge_mx(struct judge *j)
{
	struct mail_hosts hosts;
	struct sts s;
	size_t bad = 0;

	if (!readable_or_skip(j, &s) || !judge_mail_hosts(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++) {
		struct finding *f;

		if (sts_covers(&s.policy, hosts.hosts[i].name))
			continue;
		bad++;
		judge_subject(j, hosts.hosts[i].name);
		f = judge_say(j, VERDICT_FAIL, "The policy does not name the mail host " STR_FMT,
		    STR_ARG(hosts.hosts[i].name));
		judge_why(j, f, "%s",
		    s.policy.mode == STS_ENFORCE
			? "Senders that follow the policy will not deliver to it."
			: "With mode: enforce senders would not deliver to it.");
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_LINE,
			.name = arena_fmt(
			    j->arena, "https://mta-sts." STR_FMT PATH, STR_ARG(j->domain)),
			.value =
			    arena_fmt(j->arena, "mx: " STR_FMT, STR_ARG(hosts.hosts[i].name)) });
	}
	judge_subject(j, j->domain);
	if (bad == 0)
		judge_say(j, VERDICT_PASS, "The policy names every mail host");
}

static void judge_mode(struct judge *j)
{
	struct sts s;

	if (!readable_or_skip(j, &s))
		return;
	if (s.policy.mode == STS_ENFORCE)
		judge_say(j, VERDICT_PASS, "The policy is enforced");
	else
		judge_why(j,
		    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR, "The policy's mode is %s",
			sts_mode_name(s.policy.mode)),
		    "It protects nothing yet. When the TLS reports show no failures, set mode: "
		    "enforce and a new id.");
}

static void judge_age(struct judge *j)
{
	struct sts s;

	if (!readable_or_skip(j, &s))
		return;
	if (s.policy.max_age < 604800)
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "max_age is only %llu seconds",
			(unsigned long long)s.policy.max_age),
		    "Senders forget the policy so soon that an attacker need only wait; a week "
		    "(604800) and more is usual.");
	else if (s.policy.max_age > STS_MAX_AGE)
		judge_say(j, VERDICT_FAIL, "max_age is more than a year (31557600 seconds)");
	else
		judge_say(j, VERDICT_PASS, "Senders keep the policy for %llu days",
		    (unsigned long long)s.policy.max_age / 86400);
}

/* ---- tlsrpt ---- */

static const struct dns_answer *report_record(struct judge *j, struct str *text, size_t *meant)
{
	const struct dns_answer *txt =
	    judge_dns(j, arena_fmt(j->arena, "_smtp._tls." STR_FMT, STR_ARG(j->domain)), DNS_TXT);

	*meant = 0;
	for (size_t i = 0; txt != NULL && i < txt->count; i++)
		if (txt->records[i].parsed &&
		    str_istarts(txt->records[i].txt.joined, STR("v=TLSRPT"))) {
			*text = txt->records[i].txt.joined;
			++*meant;
		}
	return txt;
}

static bool is_target(struct str uri)
{
	ptrdiff_t at = str_chr(uri, '@');

	if (str_istarts(uri, STR("mailto:")))
		return at > 7 && domain_is_fqdn(str_skip(uri, (size_t)at + 1));
	return str_istarts(uri, STR("https://")) && uri.n > 8;
}

static void judge_tlsrpt(struct judge *j)
{
	struct str text = { 0 }, rest, uri, bad = { 0 };
	size_t meant, good = 0;
	const struct dns_answer *txt = report_record(j, &text, &meant);
	struct tags tags;
	struct finding *f;

	if (txt == NULL)
		return;
	if (dns_failed(txt) || meant == 0) {
		f = judge_say_at(j, dns_failed(txt) ? VERDICT_UNKNOWN : VERDICT_WARN,
		    SEVERITY_MINOR,
		    dns_failed(txt) ? "The TLS report record could not be asked for"
				    : "Nobody is asked to report TLS failures");
		if (!dns_failed(txt))
			judge_fix(j, f,
			    (struct fix){ .kind = FIX_ADD,
				.name =
				    arena_fmt(j->arena, "_smtp._tls." STR_FMT, STR_ARG(j->domain)),
				.type = STR("TXT"),
				.value = arena_fmt(j->arena,
				    "\"v=TLSRPTv1; rua=mailto:postmaster@" STR_FMT "\"",
				    STR_ARG(j->domain)) });
		return;
	}
	tags_parse(j->arena, text, &tags);
	rest = tags_value(&tags, "rua");
	while (tags_next(&rest, ',', &uri)) {
		good += is_target(uri);
		bad = is_target(uri) ? bad : uri;
	}
	if (meant > 1)
		judge_say(j, VERDICT_FAIL,
		    "There are %zu TLS report records; senders then use none", meant);
	else if (!str_starts(text, STR("v=TLSRPTv1")))
		judge_say(j, VERDICT_FAIL, "The TLS report record does not begin with v=TLSRPTv1");
	else if (good == 0 || bad.n > 0)
		judge_say(j, VERDICT_FAIL,
		    bad.n > 0 ? "\"" STR_FMT "\" is no address for reports (mailto: or https:)"
			      : "The TLS report record names no address%.*s",
		    STR_ARG(bad));
	else
		judge_say(j, VERDICT_PASS, "Failures of TLS are reported to you");
}

static void judge_target(struct judge *j)
{
	struct str text = { 0 }, rest, uri;
	size_t meant, lost = 0, seen = 0;
	struct tags tags;

	if (report_record(j, &text, &meant) == NULL)
		return;
	tags_parse(j->arena, text, &tags);
	rest = tags_value(&tags, "rua");
	while (tags_next(&rest, ',', &uri) && seen < 10) {
		ptrdiff_t at = str_chr(uri, '@');
		const struct dns_answer *mx;

		if (!str_istarts(uri, STR("mailto:")) || !is_target(uri))
			continue;
		seen++;
		mx = judge_dns(j, str_skip(uri, (size_t)at + 1), DNS_MX);
		if (mx == NULL || !dns_void(mx))
			continue;
		lost++;
		judge_say(j, VERDICT_FAIL, "The domain of " STR_FMT " takes no mail", STR_ARG(uri));
	}
	if (seen == 0)
		judge_say(j, VERDICT_SKIP, "No report is sent by mail");
	else if (lost == 0)
		judge_say(j, VERDICT_PASS, "The reports can be delivered");
}

#define POLICY_HOW                                                                                 \
	"nginx: a server for mta-sts.example.com with a certificate of that name and the file "    \
	"/.well-known/mta-sts.txt.\n"                                                              \
	"Hosting panel: a web site named mta-sts.example.com with that one file.\n"                \
	"DNS panel: A and AAAA for mta-sts.example.com; TXT _mta-sts \"v=STSv1; id=20261123\"; a " \
	"new id with each change."

static const struct check rows[] = {
	{ "sts.record", SEVERITY_MAJOR, "MTA-STS record",
	    "One TXT record v=STSv1 with an id at _mta-sts.",
	    "It tells senders that mail to you must be encrypted to a proven server.", POLICY_HOW,
	    "RFC 8461 section 3.1", "MTA-STS", false, judge_record },
	{ "sts.policy", SEVERITY_MAJOR, "MTA-STS policy",
	    "The policy comes from https://mta-sts.DOMAIN/.well-known/mta-sts.txt with status 200, "
	    "no redirect, as text/plain.",
	    "A record without a readable policy protects nothing.", POLICY_HOW,
	    "RFC 8461 section 3.2; RFC 8461 section 3.3", "MTA-STS policy", false, judge_policy },
	{ "sts.certificate", SEVERITY_MAJOR, "Certificate of the policy",
	    "The web server's certificate is valid for mta-sts.DOMAIN.",
	    "Senders ignore a policy from a server that is not proven.", POLICY_HOW,
	    "RFC 8461 section 3.3; RFC 9525", NULL, false, judge_certificate },
	{ "sts.mx", SEVERITY_MAJOR, "Policy and MX", "The policy names every mail host.",
	    "In mode enforce senders do not deliver to a host that is not named.", POLICY_HOW,
	    "RFC 8461 section 4.1", NULL, false, judge_mx },
	{ "sts.mode", SEVERITY_MINOR, "Mode of the policy", "The policy is enforced.",
	    "testing and none protect nothing.", POLICY_HOW, "RFC 8461 section 5", NULL, false,
	    judge_mode },
	{ "sts.age", SEVERITY_MINOR, "Lifetime of the policy",
	    "max_age is between a week and a year.",
	    "A short life lets an attacker wait until it is forgotten.", POLICY_HOW,
	    "RFC 8461 section 3.2", NULL, false, judge_age },
	{ "tlsrpt.record", SEVERITY_MINOR, "TLS report record",
	    "One TXT record v=TLSRPTv1 with rua at _smtp._tls.",
	    "Large senders then report each day which TLS connections to you failed.",
	    "DNS panel: TXT _smtp._tls \"v=TLSRPTv1; rua=mailto:tls-reports@example.com\".",
	    "RFC 8460 section 3", "TLS-RPT", false, judge_tlsrpt },
	{ "tlsrpt.target", SEVERITY_MINOR, "Address of the TLS reports",
	    "The domain of each report address takes mail.",
	    "Reports to an address that takes no mail are lost.",
	    "DNS panel: correct the address in rua.", "RFC 8460 section 3", NULL, false,
	    judge_target },
};

const struct check_table checks_sts = { rows, LENGTH(rows) };
