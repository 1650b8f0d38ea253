/*
 * bench_dmarc - DMARC decisions a second from facts in memory: discovery of the policy, the tree
 * walk and alignment, for mail as it comes.  The goal is 500,000.
 */
#include <stdio.h>
#include <time.h>

#include "auth/dmarc.h"
#include "evidence/case.h"
#include "wire/domain.h"

#define ROUNDS 100000
#define GOAL   500000.0

static const struct {
	const char *name, *data;
} zone[] = {
	{ "_dmarc.shop.test", "v=DMARC1; p=reject; rua=mailto:d@shop.test" },
	{ "_dmarc.bank.test", "v=DMARC1; p=reject; sp=quarantine; np=reject; adkim=s; aspf=s" },
	{ "_dmarc.big.co.test", "v=DMARC1; p=none; sp=reject; rua=mailto:a@big.co.test,"
				"mailto:b@reports.test; ruf=mailto:c@big.co.test; fo=1" },
};

/* What the author, the envelope and the signature say, and what has to come out. */
static const struct {
	const char *author, *spf, *dkim;
	enum dmarc_result want;
} mails[] = {
	{ "shop.test", "shop.test", "shop.test", DMARC_PASS },
	{ "shop.test", "bounce.mailer.test", "shop.test", DMARC_PASS },
	{ "shop.test", "bounce.shop.test", "mailer.test", DMARC_PASS },
	{ "news.shop.test", "bounce.news.shop.test", "shop.test", DMARC_PASS },
	{ "bank.test", "mail.bank.test", "mail.bank.test", DMARC_FAIL },
	{ "bank.test", "evil.test", "evil.test", DMARC_FAIL },
	{ "a.b.big.co.test", "x.big.co.test", "y.big.co.test", DMARC_PASS },
	{ "nobody.test", "nobody.test", "nobody.test", DMARC_RESULT_NONE },
};

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void answer_open(struct frank_case *c)
{
	struct fact *f;

	while ((f = case_next_open(c)) != NULL) {
		struct str text[1];
		size_t count = 0;

		for (size_t i = 0; i < LENGTH(zone); i++)
			if (domain_eq(str_of(zone[i].name), f->question.dns.name))
				text[count++] = dns_txt_write(c->arena, str_of(zone[i].data));
		case_put_dns(c, f, count > 0 ? DNS_NOERROR : DNS_NXDOMAIN, text, count);
		case_answered(c, f);
	}
}

static enum dmarc_result decide(struct frank_case *c, struct arena *job, size_t i)
{
	struct dmarc_identifier dkim = { str_of(mails[i].dkim), DMARC_MECHANISM_PASS };
	struct dmarc_input in = { .author = str_of(mails[i].author),
		.spf = { str_of(mails[i].spf), DMARC_MECHANISM_PASS },
		.dkim = &dkim,
		.dkim_count = 1 };
	struct dmarc_verdict v;

	while (!dmarc_verify(job, &c->source, &in, &v))
		answer_open(c);
	arena_reset(job);
	return v.result;
}

int main(void)
{
	struct arena a = { 0 }, job = { 0 };
	struct frank_case c;
	double begun, each;

	case_init(&c, &a, STR("bench"), 0);
	for (size_t i = 0; i < LENGTH(mails); i++)
		if (decide(&c, &job, i) != mails[i].want)
			return 1;
	begun = cpu_seconds();
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < LENGTH(mails); i++)
			decide(&c, &job, i);
	each = (cpu_seconds() - begun) / ((double)ROUNDS * LENGTH(mails));
	printf("dmarc: %.0f decisions a second over %zu kinds of mail, %.2f us each; %.2f of the "
	       "goal (%.0f)\n",
	    1 / each, LENGTH(mails), each * 1e6, 1 / each / GOAL, GOAL);
	arena_free(&job);
	arena_free(&a);
	return 0;
}
