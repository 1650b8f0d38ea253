/* receivers - see receivers.h.  The table first, the judging behind it. */
#include "check/receivers.h"

#define SPF_CHECKS                                                                                 \
	{                                                                                          \
		"spf.present", "spf.syntax", "spf.lookups", "spf.void", "spf.hosts"                \
	}
#define DKIM_CHECKS                                                                                \
	{                                                                                          \
		"dkim.found", "dkim.syntax", "dkim.size"                                           \
	}
#define PTR_CHECKS                                                                                 \
	{                                                                                          \
		"name.ptr", "name.fcrdns"                                                          \
	}
#define DMARC_CHECKS                                                                               \
	{                                                                                          \
		"dmarc.present", "dmarc.syntax"                                                    \
	}
#define ALIGNED_CHECKS                                                                             \
	{                                                                                          \
		"dmarc.alignment"                                                                  \
	}

static const struct requirement gmail[] = {
	{ "SPF or DKIM set up for the domain", LEVEL_ALL, { SPF_CHECKS, DKIM_CHECKS },
	    SEVERITY_MAJOR, "550 5.7.26", "the sender is unauthenticated" },
	{ "each sending address has a PTR record that leads back to it", LEVEL_ALL, { PTR_CHECKS },
	    SEVERITY_MAJOR, "421 4.7.23 / 550 5.7.25",
	    "the sending address has no PTR record, or its name does not lead back" },
	{ "mail is sent over TLS", LEVEL_ALL, .code = "421 4.7.29 / 550 5.7.29",
	    .answer = "the message was not sent over a TLS connection" },
	{ "messages are well formed (RFC 5322)", LEVEL_ALL, .code = "550 5.7.1",
	    .answer = "the message is not RFC 5322 compliant" },
	{ "fewer than 0.3 % of messages are reported as spam", LEVEL_ALL, .code = "421 4.7.28",
	    .answer = "unusual rate of unsolicited mail" },
	{ "SPF passes", LEVEL_BULK, { SPF_CHECKS }, SEVERITY_MAJOR, "421 4.7.27 / 550 5.7.27",
	    "SPF did not pass" },
	{ "DKIM passes", LEVEL_BULK, { DKIM_CHECKS }, SEVERITY_MAJOR, "421 4.7.30 / 550 5.7.30",
	    "DKIM did not pass" },
	{ "a DMARC record, at least p=none", LEVEL_BULK, { DMARC_CHECKS }, SEVERITY_MAJOR,
	    "421 4.7.40 / 550 5.7.40", "the sending domain has no DMARC policy" },
	{ "the From domain is aligned with SPF or DKIM", LEVEL_BULK, { ALIGNED_CHECKS },
	    SEVERITY_MAJOR, "421 4.7.32 / 550 5.7.32",
	    "the From domain is aligned with neither SPF nor DKIM" },
	{ "marketing mail can be unsubscribed from with one click", LEVEL_BULK },
};

static const struct requirement yahoo[] = {
	{ "SPF or DKIM set up for the domain", LEVEL_ALL, { SPF_CHECKS, DKIM_CHECKS },
	    SEVERITY_MAJOR, "554 5.7.9", "message not accepted for policy reasons" },
	{ "each sending address has a PTR record that leads back to it", LEVEL_ALL, { PTR_CHECKS },
	    SEVERITY_MAJOR, "553 5.7.2 [TSS09]", "all messages from the address are refused" },
	{ "messages are well formed (RFC 5321, RFC 5322)", LEVEL_ALL },
	{ "fewer than 0.3 % of messages are reported as spam", LEVEL_ALL,
	    .code = "421 4.7.0 [TSS04]", .answer = "deferred because of complaints" },
	{ "SPF passes", LEVEL_BULK, { SPF_CHECKS }, SEVERITY_MAJOR, "554 5.7.9",
	    "message not accepted for policy reasons" },
	{ "DKIM passes", LEVEL_BULK, { DKIM_CHECKS }, SEVERITY_MAJOR, "554 5.7.9",
	    "message not accepted for policy reasons" },
	{ "a DMARC record, at least p=none, that passes", LEVEL_BULK,
	    { { "dmarc.present", "dmarc.syntax", "dmarc.alignment" } }, SEVERITY_MAJOR, "554 5.7.9",
	    "message not accepted for policy reasons" },
	{ "marketing mail can be unsubscribed from with one click", LEVEL_BULK },
};

static const struct requirement outlook[] = {
	{ "each sending address has a PTR record", LEVEL_ALL, { { "name.ptr" } }, SEVERITY_MAJOR,
	    "550 5.7.1", "mail from this address was refused" },
	{ "SPF passes", LEVEL_BULK, { SPF_CHECKS }, SEVERITY_MAJOR, "550 5.7.515",
	    "access denied, the sending domain does not meet the required authentication level" },
	{ "DKIM passes", LEVEL_BULK, { DKIM_CHECKS }, SEVERITY_MAJOR, "550 5.7.515",
	    "access denied, the sending domain does not meet the required authentication level" },
	{ "a DMARC record, at least p=none, aligned with SPF or DKIM", LEVEL_BULK,
	    { { "dmarc.present", "dmarc.syntax", "dmarc.alignment" } }, SEVERITY_MAJOR,
	    "550 5.7.515",
	    "access denied, the sending domain does not meet the required authentication level" },
};

static const struct requirement icloud[] = {
	{ "each sending address has a PTR record that leads back to it", LEVEL_ALL, { PTR_CHECKS },
	    SEVERITY_MAJOR, "550 5.7.1 [CS01]", "message rejected due to local policy" },
	{ "SPF set up for the domain", LEVEL_BULK, { SPF_CHECKS }, SEVERITY_MAJOR,
	    "550 5.7.1 [CS01]", "message rejected due to local policy" },
	{ "DKIM set up for the domain", LEVEL_BULK, { DKIM_CHECKS }, SEVERITY_MAJOR,
	    "550 5.7.1 [CS01]", "message rejected due to local policy" },
	{ "a DMARC record that mail of the domain can pass", LEVEL_BULK,
	    { { "dmarc.present", "dmarc.alignment" } }, SEVERITY_MAJOR, "550 5.7.1",
	    "rejected due to the domain's DMARC policy" },
	{ "messages are well formed (RFC 5322)", LEVEL_BULK },
	{ "recipients asked for the mail and can unsubscribe", LEVEL_BULK },
};

const struct receiver receivers[] = {
	{ "Gmail", "gmail.com, googlemail.com", "5,000 messages a day",
	    "https://support.google.com/a/answer/81126", "2026-11", gmail, LENGTH(gmail) },
	{ "Yahoo", "yahoo.com, aol.com and the others of Yahoo", "bulk, no number published",
	    "https://senders.yahooinc.com/best-practices/", "2026-11", yahoo, LENGTH(yahoo) },
	{ "Outlook.com", "outlook.com, hotmail.com, live.com", "5,000 messages a day",
	    "https://support.microsoft.com/topic/34cfe8f8-6fbf-457e-9e8b-9e4dbaf4e0ef", "2026-11",
	    outlook, LENGTH(outlook) },
	{ "iCloud", "icloud.com, me.com, mac.com", "bulk, no number published",
	    "https://support.apple.com/en-us/102322", "2026-11", icloud, LENGTH(icloud) },
};
const size_t receiver_count = LENGTH(receivers);

struct opinion {
	enum requirement_state state;
	size_t finding;
};

/* What the findings of one check say; of several subjects the worst counts. */
static struct opinion check_state(
    const char *id, enum severity bar, const struct finding *f, size_t count)
{
	struct opinion o = { REQUIREMENT_UNKNOWN, SIZE_MAX };
	bool passed = false;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(f[i].check->id, id) != 0)
			continue;
		if (f[i].verdict == VERDICT_FAIL && f[i].severity >= bar)
			return (struct opinion){ REQUIREMENT_NOT_MET, i };
		if (f[i].verdict != VERDICT_UNKNOWN && f[i].verdict != VERDICT_SKIP)
			passed = true;
		else if (o.finding == SIZE_MAX)
			o.finding = i;
	}
	if (passed && o.finding == SIZE_MAX)
		o.state = REQUIREMENT_MET;
	return o;
}

static struct opinion group_state(
    const struct requirement *r, size_t group, const struct finding *f, size_t count)
{
	struct opinion all = { REQUIREMENT_MET, SIZE_MAX };

	for (size_t i = 0; i < REQUIREMENT_CHECKS && r->groups[group][i] != NULL; i++) {
		struct opinion one = check_state(r->groups[group][i], r->bar, f, count);

		if (one.state == REQUIREMENT_NOT_MET)
			return one;
		if (one.state == REQUIREMENT_UNKNOWN && all.state == REQUIREMENT_MET)
			all = one;
	}
	return all;
}

static struct receiver_row judge_requirement(
    const struct requirement *r, const struct finding *f, size_t count)
{
	struct receiver_row row = { r, REQUIREMENT_NEEDS_MESSAGE, SIZE_MAX };

	for (size_t g = 0; g < REQUIREMENT_GROUPS && r->groups[g][0] != NULL; g++) {
		struct opinion o = group_state(r, g, f, count);
		bool better = o.state == REQUIREMENT_MET ||
			      (o.state == REQUIREMENT_UNKNOWN && row.state == REQUIREMENT_NOT_MET);

		if (g > 0 && !better)
			continue;
		row.state = o.state;
		row.finding = o.finding;
		if (o.state == REQUIREMENT_MET)
			break;
	}
	return row;
}

static void weigh(enum acceptance *verdict, enum requirement_state state)
{
	if (state == REQUIREMENT_NOT_MET)
		*verdict = REFUSED;
	else if (state == REQUIREMENT_UNKNOWN && *verdict == ACCEPTED)
		*verdict = ACCEPTED_UNKNOWN;
}

struct receiver_verdict *receivers_judge(
    struct arena *a, const struct finding *findings, size_t count)
{
	struct receiver_verdict *all = arena_array(a, struct receiver_verdict, receiver_count);

	for (size_t i = 0; i < receiver_count; i++) {
		struct receiver_verdict *v = &all[i];

		v->receiver = &receivers[i];
		v->count = receivers[i].count;
		v->rows = arena_array(a, struct receiver_row, v->count);
		for (size_t k = 0; k < v->count; k++) {
			const struct requirement *r = &receivers[i].requirements[k];

			v->rows[k] = judge_requirement(r, findings, count);
			weigh(&v->bulk, v->rows[k].state);
			if (r->level == LEVEL_ALL)
				weigh(&v->all, v->rows[k].state);
		}
	}
	return all;
}

const char *requirement_state_name(enum requirement_state state)
{
	static const char *const names[] = { "met", "not met", "cannot be told",
		"a message will tell" };

	return names[state];
}

const char *acceptance_name(enum acceptance acceptance)
{
	static const char *const names[] = { "yes", "cannot be told", "no" };

	return names[acceptance];
}
