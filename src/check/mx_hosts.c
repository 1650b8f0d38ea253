/* mx_hosts - the mail hosts' addresses: public, on different machines. RFC 5321, 6890. */
#include "check/mx_judges.h"
#include "wire/domain.h"

/* ---- mx.public ---- */

static size_t count_public(const struct mail_host *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->address_count; i++)
		n += ip_special(h->addresses[i]) == NULL;
	return n;
}

static void say_private(struct judge *j, const struct mail_host *h, struct ip ip)
{
	struct finding *f;

	judge_subject(j, subject_host(j, h->name, ip));
	f = judge_say(
	    j, VERDICT_FAIL, "The address of " STR_FMT " is %s", STR_ARG(h->name), ip_special(ip));
	judge_why(j, f,
	    "Nobody on the Internet can reach it; senders that try get nowhere, or reach a machine "
	    "of their own.%s",
	    count_public(h) > 0 ? ""
				: " Put the address there by which the host is reached from "
				  "outside.");
	if (count_public(h) > 0)
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_REMOVE,
			.name = h->name,
			.type = ip.family == IP_V4 ? STR("A") : STR("AAAA"),
			.old = ip_write(j->arena, ip) });
}

void judge_mx_public(struct judge *j)
{
	struct mail_hosts hosts;
	size_t good = 0, seen = 0;

	if (!mx_hosts_or_skip(j, &hosts))
		return;
	if (j->facts->private_ok) {
		judge_say(
		    j, VERDICT_SKIP, "Private and reserved addresses are permitted in this run");
		return;
	}
	for (size_t i = 0; i < hosts.count; i++) {
		const struct mail_host *h = &hosts.hosts[i];

		seen += h->address_count;
		good += count_public(h);
		for (size_t k = 0; k < h->address_count; k++)
			if (ip_special(h->addresses[k]) != NULL)
				say_private(j, h, h->addresses[k]);
	}
	judge_subject(j, j->domain);
	if (seen == 0)
		judge_say(j, VERDICT_SKIP, "The mail hosts have no address");
	else if (good == seen)
		judge_say(j, VERDICT_PASS, "All %zu addresses are public", seen);
}

/* ---- mx.duplicates, mx.redundant ---- */

/* An address that both hosts have, or NULL. */
static const struct ip *shared_address(const struct mail_host *a, const struct mail_host *b)
{
	for (size_t i = 0; i < a->address_count; i++)
		for (size_t k = 0; k < b->address_count; k++)
			if (ip_eq(a->addresses[i], b->addresses[k]))
				return &a->addresses[i];
	return NULL;
}

void judge_mx_duplicates(struct judge *j)
{
	struct mail_hosts hosts;
	size_t bad = 0;

	if (!mx_hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct mail_host *a = &hosts.hosts[k], *b = &hosts.hosts[i];
			const struct ip *shared = shared_address(a, b);

			if (shared == NULL)
				continue;
			bad++;
			judge_subject(j, b->name);
			judge_why(j,
			    judge_say(j, VERDICT_FAIL,
				STR_FMT " and " STR_FMT " are the same machine", STR_ARG(a->name),
				STR_ARG(b->name)),
			    "Both lead to " STR_FMT
			    ". A second MX helps only when it is another machine.",
			    STR_ARG(ip_write(j->arena, *shared)));
		}
	judge_subject(j, j->domain);
	if (hosts.mx->count > hosts.count + hosts.null_mx) {
		judge_say(j, VERDICT_FAIL, "A mail host is named by several MX records");
		bad++;
	}
	if (bad == 0)
		judge_say(j, VERDICT_PASS, "No two MX records mean the same machine");
}

void judge_mx_redundant(struct judge *j)
{
	struct mail_hosts hosts;
	size_t addresses = 0;

	if (!mx_hosts_or_skip(j, &hosts))
		return;
	for (size_t i = 0; i < hosts.count; i++)
		addresses += hosts.hosts[i].address_count;
	if (hosts.count > 1 || addresses > 2)
		judge_say(
		    j, VERDICT_PASS, "%zu mail hosts with %zu addresses", hosts.count, addresses);
	else
		judge_say(j, VERDICT_INFO,
		    "One mail host takes all mail; while it is down, senders wait and try again");
}
