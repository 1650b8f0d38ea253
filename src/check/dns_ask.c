/*
 * dns_ask - the authoritative servers of a domain and what each of them says; see dns_judges.h.
 * RFC 1034 section 4.2.
 */
#include "check/dns_judges.h"
#include "wire/domain.h"

#define MAX_PARENTS 6

bool dns_zone_of(struct judge *j, struct dns_servers *out)
{
	struct str name = j->domain;
	bool failed = false;

	*out = (struct dns_servers){ 0 };
	for (size_t i = 0; i < MAX_PARENTS && domain_labels(name) > 0; i++) {
		const struct dns_answer *ns = judge_dns(j, name, DNS_NS);

		if (ns == NULL)
			return false;
		failed |= dns_failed(ns);
		if (ns->count > 0) {
			out->zone = name;
			out->ns = ns;
			return true;
		}
		name = domain_parent(name);
		if (failed || domain_labels(name) < 2)
			break;
	}
	if (failed)
		judge_say(j, VERDICT_UNKNOWN, "The name servers could not be asked for");
	else
		judge_say(j, VERDICT_SKIP, "No name servers are known for the domain");
	return false;
}

static void add_addresses(
    struct judge *j, struct dns_servers *out, struct str host, const struct dns_answer *a)
{
	for (size_t i = 0; i < a->count && out->count < DNS_MAX_SERVERS; i++)
		if (a->records[i].parsed)
			out->list[out->count++] = (struct name_server){ host,
				subject_host(j, host, a->records[i].address),
				a->records[i].address };
}

bool dns_servers_of(struct judge *j, struct dns_servers *out)
{
	if (!dns_zone_of(j, out))
		return false;
	for (size_t i = 0; i < out->ns->count; i++) {
		struct str host = out->ns->records[i].name;
		const struct dns_answer *a, *aaaa;

		if (!out->ns->records[i].parsed)
			continue;
		a = judge_dns(j, host, DNS_A);
		aaaa = judge_dns(j, host, DNS_AAAA);
		if (a != NULL && !j->options->no_ipv4)
			add_addresses(j, out, host, a);
		if (aaaa != NULL && !j->options->no_ipv6)
			add_addresses(j, out, host, aaaa);
	}
	return !j->pending;
}

static const struct dns_answer *ask_by(struct judge *j, const struct name_server *server,
    struct dns_question q, enum dns_transport transport)
{
	q.server = server->address;
	q.transport = transport;
	return judge_dns_at(j, &q);
}

const struct dns_answer *dns_ask_at(
    struct judge *j, const struct name_server *server, struct str name, enum dns_type type)
{
	return ask_by(j, server, (struct dns_question){ .name = name, .type = type }, DNS_UDP);
}

const struct dns_answer *dns_ask_tcp(
    struct judge *j, const struct name_server *server, struct str name, enum dns_type type)
{
	return ask_by(j, server, (struct dns_question){ .name = name, .type = type }, DNS_TCP);
}

bool dns_spoke(const struct dns_answer *a)
{
	return !dns_failed(a) && a->authoritative;
}

void dns_say_unasked(struct judge *j)
{
	judge_say(j, VERDICT_UNKNOWN,
	    "The name servers could not be asked directly (see dns.nameservers)");
}

static bool has_text(const struct dns_answer *a, struct str text)
{
	for (size_t i = 0; i < a->count; i++)
		if (str_ieq(a->records[i].text, text))
			return true;
	return false;
}

bool dns_same_records(const struct dns_answer *a, const struct dns_answer *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!has_text(b, a->records[i].text))
			return false;
	return true;
}
