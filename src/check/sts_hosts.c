/* sts_hosts - the policy against the mail hosts: sts.mx, sts.mx-tls, sts.mx-unused. */
#include "check/sts.h"
#include "check/tls_seen.h"

/* ---- sts.mx ---- */

void judge_sts_mx(struct judge *j)
{
	struct mail_hosts hosts;
	struct sts s;
	size_t bad = 0;

	if (!sts_active_or_skip(j, &s) || !judge_mail_hosts(j, &hosts))
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
			.name = sts_url(j),
			.value =
			    arena_fmt(j->arena, "mx: " STR_FMT, STR_ARG(hosts.hosts[i].name)) });
	}
	judge_subject(j, j->domain);
	if (bad == 0)
		judge_say(j, VERDICT_PASS, "The policy names every mail host");
}

/* ---- sts.mx-tls ---- */

/* What a sender that follows the policy finds wrong (RFC 8461 section 4.2), or {0}. */
static struct str refusal(struct judge *j, const struct visit *v, const struct cert_chain *c)
{
	if (c == NULL && !v->session->starttls_offered)
		return STR("it offers no STARTTLS");
	if (c == NULL || c->count == 0)
		return STR("the TLS handshake fails");
	if (c->result.verdict != CHAIN_OK)
		return arena_fmt(j->arena, "the certificate does not verify: " STR_FMT,
		    STR_ARG(c->result.error));
	if (!cert_matches(&c->certs[0], v->endpoint.host))
		return STR("the certificate is for another name");
	return (struct str){ 0 };
}

static bool was_heard(const struct session *s)
{
	return s->status == SESSION_OK || s->status == SESSION_TLS_FAILED || s->tls.done;
}

static void say_refusal(struct judge *j, const struct sts *s, const struct visit *v, struct str why)
{
	bool enforced = s->policy.mode == STS_ENFORCE;

	judge_subject(j, v->subject);
	judge_visit(j, &v->endpoint);
	judge_why(j,
	    judge_say_at(j, enforced ? VERDICT_FAIL : VERDICT_WARN,
		enforced ? SEVERITY_CRITICAL : SEVERITY_MINOR,
		"Senders that follow the policy %s deliver to " STR_FMT ": " STR_FMT,
		enforced ? "do not" : "would not", STR_ARG(v->subject), STR_ARG(why)),
	    "Under MTA-STS a mail host needs STARTTLS and a trusted certificate for its own name "
	    "(RFC 8461 section 4.2). Gmail, Outlook.com and Yahoo follow policies.");
}

void judge_sts_mx_tls(struct judge *j)
{
	struct visits v;
	struct sts s;
	size_t heard = 0, bad = 0;
	bool have = subject_visits(j, &v);

	if (!sts_active_or_skip(j, &s) || !have)
		return;
	for (size_t i = 0; i < v.count; i++) {
		struct str why = refusal(j, &v.list[i], tls_chain_of(j, v.list[i].session));

		if (!was_heard(v.list[i].session))
			continue;
		heard++;
		bad += why.n > 0;
		if (why.n > 0)
			say_refusal(j, &s, &v.list[i], why);
	}
	judge_subject(j, j->domain);
	if (heard == 0 || (bad == 0 && heard < v.count))
		judge_say(j, VERDICT_UNKNOWN, "%zu of %zu addresses could not be seen",
		    v.count - heard, v.count);
	else if (bad == 0)
		judge_say(j, VERDICT_PASS, "Every mail host is what the policy promises");
}

/* ---- sts.mx-unused ---- */

static bool is_used(const struct mail_hosts *hosts, struct str pattern)
{
	for (size_t i = 0; i < hosts->count; i++)
		if (sts_matches(pattern, hosts->hosts[i].name))
			return true;
	return false;
}

void judge_sts_mx_unused(struct judge *j)
{
	struct mail_hosts hosts;
	struct sts s;
	size_t unused = 0;

	if (!sts_active_or_skip(j, &s) || !judge_mail_hosts(j, &hosts))
		return;
	if (dns_failed(hosts.mx)) {
		judge_say(j, VERDICT_UNKNOWN, "The MX records could not be asked for");
		return;
	}
	for (size_t i = 0; i < s.policy.pattern_count; i++) {
		if (is_used(&hosts, s.policy.patterns[i]))
			continue;
		unused++;
		judge_say(j, VERDICT_INFO,
		    "The policy names " STR_FMT ", which is no mail host now",
		    STR_ARG(s.policy.patterns[i]));
	}
	if (unused == 0)
		judge_say(j, VERDICT_PASS, "Every name in the policy is a mail host");
}
