/*
 * fuzz_spf - check_host() over records and answers of a stranger. Three lines of the input
 * are sender, EHLO name and address; each later one answers the next question, whatever its
 * name: a letter (N nothing, F failure, else data) and the data.
 */
#include <assert.h>

#include "auth/spf.h"
#include "evidence/case.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void answer(struct frank_case *c, struct fact *f, struct str line)
{
	char what = line.n > 0 ? line.p[0] : 'N';
	struct str text = str_skip(line, 1);

	if (f->question.dns.type == DNS_TXT)
		text = dns_txt_write(c->arena, text);
	case_put_dns(c, f, what == 'F' ? DNS_SERVFAIL : DNS_NOERROR, &text, what != 'N');
	case_answered(c, f);
}

static struct spf_report evaluate(struct frank_case *c, struct str script, struct spf_query *q)
{
	struct spf_report r;
	struct fact *f;
	size_t rounds = 0;

	while ((r = spf_check(&c->source, c->arena, q)).result == SPF_PENDING) {
		assert(++rounds < 100 && c->open > 0);
		while ((f = case_next_open(c)) != NULL)
			answer(c, f, str_cut_line(&script));
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str script = { (const char *)data, size < 20000 ? size : 20000 };
	struct spf_query q = { .trace = true };
	struct arena a = { 0 };
	struct frank_case c;
	struct spf_report r;

	q.mail_from = str_cut_line(&script);
	q.helo = str_cut_line(&script);
	if (!ip_parse(str_cut_line(&script), &q.ip))
		ip_parse(STR("192.0.2.1"), &q.ip);
	case_init(&c, &a, STR("fuzz"), 0);
	r = evaluate(&c, script, &q);
	assert(r.lookups <= SPF_MAX_LOOKUPS + 1 && r.voids <= SPF_MAX_VOIDS + 1);
	assert(c.count <= 1 + SPF_MAX_LOOKUPS * (SPF_MAX_MX + 2) + SPF_MAX_PTR + 20);
	assert(spf_reason(&a, &q, &r).n > 0);
	arena_free(&a);
	return 0;
}
