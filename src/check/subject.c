/* subject - see subject.h. */
#include "check/subject.h"

struct str subject_host(struct judge *j, struct str host, struct ip ip)
{
	struct str address = ip_write(j->arena, ip);

	return arena_fmt(j->arena, STR_FMT " (" STR_FMT ")", STR_ARG(host), STR_ARG(address));
}

struct str subject_endpoint(struct judge *j, const struct endpoint *e)
{
	struct str host = subject_host(j, e->host, e->address);

	return arena_fmt(j->arena, STR_FMT " port %u", STR_ARG(host), e->port);
}

static void visit_one(struct judge *j, struct visits *v, struct endpoint e)
{
	struct visit one = { .endpoint = e, .session = judge_visit(j, &e) };

	one.subject = e.port == 25 ? subject_host(j, e.host, e.address) : subject_endpoint(j, &e);
	if (one.session != NULL)
		arena_push(j->arena, v->list, v->count, struct visit, one);
}

bool subject_visits(struct judge *j, struct visits *out)
{
	struct mail_hosts hosts;

	*out = (struct visits){ 0 };
	if (!judge_mail_hosts(j, &hosts))
		return false;
	for (size_t i = 0; i < hosts.count; i++)
		for (size_t k = 0; k < hosts.hosts[i].address_count; k++)
			visit_one(j, out,
			    (struct endpoint){ .protocol = PROTOCOL_SMTP,
				.port = 25,
				.host = hosts.hosts[i].name,
				.address = hosts.hosts[i].addresses[k] });
	return !j->pending && judge_port25_blocked(j, &out->blocked);
}

bool subject_service_visits(struct judge *j, struct visits *out)
{
	struct endpoint *list;
	size_t count;

	*out = (struct visits){ 0 };
	if (!judge_services(j, &list, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		visit_one(j, out, list[i]);
	return !j->pending;
}
