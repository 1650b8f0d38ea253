/* sts_policy - the policy over HTTPS: sts.policy, sts.certificate, sts.mode, sts.age. */
#include "check/sts.h"
#include "check/web_seen.h"

bool sts_policy_or_skip(struct judge *j, struct sts *s)
{
	if (!sts_record_or_skip(j, s))
		return false;
	s->reply = judge_https(j, sts_host(j), STR(STS_PATH));
	if (s->reply == NULL)
		return false;
	s->readable =
	    s->reply->status == SESSION_OK && s->reply->code == 200 && !s->reply->body_cut;
	if (s->readable)
		sts_policy_parse(j->arena, s->reply->body, &s->policy);
	return true;
}

bool sts_readable_or_skip(struct judge *j, struct sts *s)
{
	if (!sts_policy_or_skip(j, s))
		return false;
	if (!s->readable)
		judge_say(j, VERDICT_UNKNOWN, "The policy could not be read (see sts.policy)");
	return s->readable;
}

bool sts_active_or_skip(struct judge *j, struct sts *s)
{
	if (!sts_readable_or_skip(j, s))
		return false;
	if (s->policy.mode == STS_NONE)
		judge_say(j, VERDICT_SKIP, "The policy is withdrawn (mode: none)");
	return s->policy.mode != STS_NONE;
}

/* ---- sts.policy ---- */

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
	judge_fix(
	    j, f, (struct fix){ .kind = FIX_LINE, .name = sts_url(j), .value = example_policy(j) });
}

static bool is_plain_text(struct str content_type)
{
	return str_ieq(str_trim(str_cut(&content_type, ';')), STR("text/plain"));
}

static void say_policy(struct judge *j, const struct sts *s)
{
	struct finding *f;

	if (!s->policy.valid) {
		const struct sts_fault *fault = &s->policy.faults[0];

		f = judge_say(
		    j, VERDICT_FAIL, "The policy is broken: " STR_FMT, STR_ARG(fault->says));
		if (fault->line > 0)
			judge_why(j, f, "In line %zu.", fault->line);
		propose_policy(j, f);
	} else if (!is_plain_text(s->reply->content_type)) {
		judge_why(j,
		    judge_say_at(j, VERDICT_FAIL, SEVERITY_MINOR,
			"The policy is served as \"" STR_FMT "\" instead of text/plain",
			STR_ARG(s->reply->content_type)),
		    "Strict senders ignore it (RFC 8461 section 3.2).");
	} else {
		judge_say(j, VERDICT_PASS, "The policy can be read, mode %s",
		    sts_mode_name(s->policy.mode));
	}
}

void judge_sts_policy(struct judge *j)
{
	struct sts s;
	struct finding *f;
	struct str url = sts_url(j);

	if (!sts_policy_or_skip(j, &s))
		return;
	if (web_not_seen(s.reply)) {
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN, "The policy could not be fetched from here"),
		    STR_FMT, STR_ARG(s.reply->error));
	} else if (s.reply->status != SESSION_OK) {
		f = judge_say(j, VERDICT_FAIL, "The policy cannot be fetched: " STR_FMT,
		    STR_ARG(s.reply->error));
		judge_why(j, f, "The record promises a policy at " STR_FMT ".", STR_ARG(url));
		propose_policy(j, f);
	} else if (!s.readable) {
		say_reply(j, s.reply);
	} else {
		say_policy(j, &s);
	}
}

/* ---- sts.certificate ---- */

void judge_sts_certificate(struct judge *j)
{
	struct sts s;
	struct str fault;

	if (!sts_policy_or_skip(j, &s))
		return;
	if (!s.reply->tls.done) {
		judge_say(j, VERDICT_UNKNOWN, "No certificate was seen (see sts.policy)");
		return;
	}
	fault = web_certificate_fault(j, s.reply, sts_host(j));
	if (fault.n == 0)
		judge_say(j, VERDICT_PASS, "The policy's certificate is valid for mta-sts." STR_FMT,
		    STR_ARG(j->domain));
	else
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The policy is not from a proven server: " STR_FMT,
			STR_ARG(fault)),
		    "Senders then use no policy at all (RFC 8461 section 3.3).");
}

/* ---- sts.mode, sts.age ---- */

void judge_sts_mode(struct judge *j)
{
	struct sts s;

	if (!sts_readable_or_skip(j, &s))
		return;
	if (s.policy.mode == STS_ENFORCE)
		judge_say(j, VERDICT_PASS, "The policy is enforced");
	else
		judge_why(j,
		    judge_say_at(j, VERDICT_WARN, SEVERITY_MINOR, "The policy's mode is %s",
			sts_mode_name(s.policy.mode)),
		    "It protects nothing%s. When the TLS reports show no failures, set mode: "
		    "enforce and a new id.",
		    s.policy.mode == STS_NONE ? ": so is a policy withdrawn" : " yet");
}

void judge_sts_age(struct judge *j)
{
	struct sts s;

	if (!sts_active_or_skip(j, &s))
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
