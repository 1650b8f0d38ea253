/* api_spf - the door to the SPF evaluator, see frank/spf.h. */
#include <assert.h>
#include <stdlib.h>

#include "api/api.h"
#include "auth/spf.h"

struct frank_spf {
	struct frank_case *facts;
	struct arena kept; /* the query's strings */
	struct arena work; /* of the last run */
	struct spf_query query;
	struct spf_report report;
};

static_assert(FRANK_SPF_PERMERROR == (int)SPF_PERMERROR && FRANK_SPF_PASS == (int)SPF_PASS,
    "the public numbers are the inner ones");

const char *frank_spf_result_name(enum frank_spf_result result)
{
	return spf_result_name((enum spf_result)result);
}

struct frank_spf *frank_spf_new(struct frank_case *facts)
{
	struct frank_spf *s = api_new(sizeof(*s));

	s->facts = facts;
	return s;
}

void frank_spf_free(struct frank_spf *s)
{
	if (s == NULL)
		return;
	arena_free(&s->kept);
	arena_free(&s->work);
	free(s);
}

/* What was found belongs to the question as it was. */
static void begin_anew(struct frank_spf *s)
{
	s->report = (struct spf_report){ 0 };
	arena_reset(&s->work);
}

static void keep(struct frank_spf *s, struct str *where, struct frank_str text)
{
	*where = arena_str(&s->kept, api_in(text));
	begin_anew(s);
}

bool frank_spf_set_ip(struct frank_spf *s, struct frank_str ip)
{
	begin_anew(s);
	return ip_parse(api_in(ip), &s->query.ip);
}

void frank_spf_set_helo(struct frank_spf *s, struct frank_str name)
{
	keep(s, &s->query.helo, name);
}

void frank_spf_set_mail_from(struct frank_spf *s, struct frank_str address)
{
	keep(s, &s->query.mail_from, address);
}

void frank_spf_set_domain(struct frank_spf *s, struct frank_str domain)
{
	keep(s, &s->query.domain, domain);
}

void frank_spf_set_receiver(struct frank_spf *s, struct frank_str name)
{
	keep(s, &s->query.receiver, name);
}

enum frank_spf_result frank_spf_run(struct frank_spf *s)
{
	if (s->report.result != SPF_PENDING)
		return (enum frank_spf_result)s->report.result;
	arena_reset(&s->work);
	if (s->query.ip.family == IP_NONE) {
		s->report.result = SPF_PERMERROR;
		s->report.reason = STR("no address of a client was given");
		return FRANK_SPF_PERMERROR;
	}
	s->query.now = s->facts->now;
	s->report = spf_check(&s->facts->source, &s->work, &s->query);
	return (enum frank_spf_result)s->report.result;
}

struct frank_str frank_spf_reason(struct frank_spf *s)
{
	s->report.reason = spf_reason(&s->work, &s->query, &s->report);
	return api_out(s->report.reason);
}

struct frank_str frank_spf_domain(const struct frank_spf *s)
{
	return api_out(s->report.domain);
}

struct frank_str frank_spf_matched(const struct frank_spf *s)
{
	return api_out(s->report.matched);
}

struct frank_str frank_spf_matched_in(const struct frank_spf *s)
{
	return api_out(s->report.matched_in);
}

struct frank_str frank_spf_explanation(const struct frank_spf *s)
{
	return api_out(s->report.explanation);
}

struct frank_str frank_spf_record(const struct frank_spf *s)
{
	return api_out(s->report.record);
}

unsigned frank_spf_lookups(const struct frank_spf *s)
{
	return s->report.lookups;
}

unsigned frank_spf_void_lookups(const struct frank_spf *s)
{
	return s->report.voids;
}
