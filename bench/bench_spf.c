/*
 * bench_spf - check_host() as a multiple of libspf2's speed, over policies as domains publish
 * them: passing and failing clients, both in one run, turn by turn, with the same answers from
 * the same table. The results are compared first.
 *
 * libspf2 parses each record each time it meets it; frank keeps the parsed record with the
 * answer. So there are two ratios: as a server runs, and with that memory taken away. Macros
 * that keep exactly as many labels as there are (%{d2} of a.test) are left out: libspf2 1.2.10
 * expands them wrongly.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <spf2/spf.h>

#include "auth/spf.h"
#include "evidence/case.h"

#define ROUNDS 4000
#define NETS(b)                                                                                    \
	" ip4:35." b ".0.0/17 ip4:64.233." b ".0/20 ip4:66.102." b ".0/24 ip4:72.14." b ".0/19"    \
	" ip4:74.125." b ".0/22 ip4:108.177." b ".0/21 ip4:173.194." b ".0/24 ip4:209.85." b       \
	".0/20"

struct line {
	const char *name, *data;
	enum dns_type type;
};

static const struct line zone[] = {
	{ "p1.test", "v=spf1 ip4:203.0.113.0/24 ip6:2001:db8::/32 -all", DNS_TXT },
	{ "p2.test", "v=spf1 include:_spf.g.test ~all", DNS_TXT },
	{ "_spf.g.test", "v=spf1 include:_n1.g.test include:_n2.g.test include:_n3.g.test ~all",
	    DNS_TXT },
	{ "_n1.g.test", "v=spf1" NETS("4") NETS("8") " ~all", DNS_TXT },
	{ "_n2.g.test", "v=spf1 ip6:2001:4860:4000::/36 ip6:2404:6800:4000::/36 ~all", DNS_TXT },
	{ "_n3.g.test", "v=spf1" NETS("12") " ip4:203.0.113.0/26 ~all", DNS_TXT },
	{ "p3.test", "v=spf1 include:_spf.o.test -all", DNS_TXT },
	{ "_spf.o.test", "v=spf1" NETS("16") " ip4:203.0.113.64/26 include:_d.o.test -all",
	    DNS_TXT },
	{ "_d.o.test", "v=spf1" NETS("20") " -all", DNS_TXT },
	{ "p4.test",
	    "v=spf1 include:_spf.g.test include:_spf.o.test include:sg.test include:mc.test -all",
	    DNS_TXT },
	{ "sg.test", "v=spf1" NETS("24") NETS("28") " ~all", DNS_TXT },
	{ "mc.test", "v=spf1 ip4:205.201.128.0/20 ip4:198.2.128.0/18 ?all", DNS_TXT },
	{ "p5.test", "v=spf1 a mx -all", DNS_TXT },
	{ "p5.test", "198.51.100.80", DNS_A },
	{ "p5.test", "10 mx1.p5.test.", DNS_MX },
	{ "p5.test", "20 mx2.p5.test.", DNS_MX },
	{ "mx1.p5.test", "203.0.113.24", DNS_A },
	{ "mx2.p5.test", "203.0.113.25", DNS_A },
	{ "p6.test", "v=spf1 ip4:198.51.100.0/28 mx ptr:p6.test ~all", DNS_TXT },
	{ "p6.test", "10 mx1.p6.test.", DNS_MX },
	{ "mx1.p6.test", "198.51.100.61", DNS_A },
	{ "out.p6.test", "203.0.113.33", DNS_A },
	{ "33.113.0.203.in-addr.arpa", "out.p6.test.", DNS_PTR },
	{ "99.2.0.192.in-addr.arpa", "h99.else.test.", DNS_PTR },
	{ "h99.else.test", "192.0.2.99", DNS_A },
	{ "p7.test", "v=spf1 include:_spf.s.test include:sg.test -all", DNS_TXT },
	{ "_spf.s.test", "v=spf1 exists:%{i}._spf.mta.s.test -all", DNS_TXT },
	{ "203.0.113.130._spf.mta.s.test", "127.0.0.2", DNS_A },
	{ "p8.test", "v=spf1 exists:%{l}.%{ir}._lp.%{d} redirect=_r.p8.test", DNS_TXT },
	{ "news.77.113.0.203._lp.p8.test", "127.0.0.2", DNS_A },
	{ "_r.p8.test", "v=spf1 ip4:198.51.100.7 -all", DNS_TXT },
	{ "p9.test", "v=spf1 a:w1.p9.test a:w2.p9.test ip4:203.0.113.128/25 -all", DNS_TXT },
	{ "w1.p9.test", "198.51.100.11", DNS_A },
	{ "w2.p9.test", "198.51.100.12", DNS_A },
};

static const struct {
	const char *ip, *from;
} cases[] = {
	{ "203.0.113.9", "news@p1.test" },
	{ "192.0.2.99", "news@p1.test" },
	{ "203.0.113.9", "news@p2.test" },
	{ "192.0.2.99", "news@p2.test" },
	{ "203.0.113.70", "news@p3.test" },
	{ "192.0.2.99", "news@p3.test" },
	{ "203.0.113.70", "news@p4.test" },
	{ "192.0.2.99", "news@p4.test" },
	{ "203.0.113.25", "news@p5.test" },
	{ "192.0.2.99", "news@p5.test" },
	{ "203.0.113.33", "news@p6.test" },
	{ "192.0.2.99", "news@p6.test" },
	{ "203.0.113.130", "news@p7.test" },
	{ "192.0.2.99", "news@p7.test" },
	{ "203.0.113.77", "news@p8.test" },
	{ "192.0.2.99", "news@p8.test" },
	{ "203.0.113.140", "news@p9.test" },
	{ "192.0.2.99", "news@p9.test" },
};

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* ---- the answers, for both ---- */

static void answer_open(struct frank_case *c)
{
	struct fact *f;

	while ((f = case_next_open(c)) != NULL) {
		struct str texts[LENGTH(zone)];
		size_t count = 0;
		bool exists = false;

		for (size_t i = 0; i < LENGTH(zone); i++) {
			bool here = str_ieq(str_of(zone[i].name), f->question.dns.name);
			struct str data = str_of(zone[i].data);

			exists |= here;
			if (here && zone[i].type == f->question.dns.type)
				texts[count++] =
				    zone[i].type == DNS_TXT ? dns_txt_write(c->arena, data) : data;
		}
		case_put_dns(c, f, exists ? DNS_NOERROR : DNS_NXDOMAIN, texts, count);
		case_answered(c, f);
	}
}

static void set_rr(SPF_dns_rr_t *rr, size_t i, enum dns_type type, const struct dns_record *r)
{
	struct str text = type == DNS_MX    ? r->mx.host
			  : type == DNS_PTR ? r->name
			  : type == DNS_TXT ? r->txt.joined
					    : (struct str){ 0 };

	SPF_dns_rr_buf_realloc(rr, (int)i, text.n + 17);
	if (type == DNS_A || type == DNS_AAAA) {
		memcpy(rr->rr[i], r->address.bytes, type == DNS_A ? 4 : 16);
		return;
	}
	memcpy(rr->rr[i]->txt, text.p, text.n);
	rr->rr[i]->txt[text.n] = '\0';
}

/* libspf2's door to the same answers. */
static SPF_dns_rr_t *lookup(SPF_dns_server_t *server, const char *name, ns_type type, int cache)
{
	struct frank_case *c = server->hook;
	struct str asked = str_of(name);
	const struct dns_answer *a;
	SPF_dns_rr_t *rr;

	(void)cache;
	if (asked.n > 0 && asked.p[asked.n - 1] == '.')
		asked.n--;
	a = case_dns(c, asked, (enum dns_type)type);
	if (a == NULL) {
		answer_open(c);
		a = case_dns(c, asked, (enum dns_type)type);
	}
	rr = SPF_dns_rr_new_init(server, name, type, 3600,
	    a->status == DNS_NXDOMAIN ? HOST_NOT_FOUND
	    : a->count == 0	      ? NO_DATA
				      : NETDB_SUCCESS);
	for (size_t i = 0; i < a->count; i++)
		set_rr(rr, i, a->type, &a->records[i]);
	rr->num_rr = (int)a->count;
	return rr;
}

/* ---- one evaluation ---- */

static enum spf_result theirs(SPF_server_t *server, size_t i)
{
	static const enum spf_result results[] = {
		[SPF_RESULT_INVALID] = SPF_PENDING,
		[SPF_RESULT_NEUTRAL] = SPF_NEUTRAL,
		[SPF_RESULT_PASS] = SPF_PASS,
		[SPF_RESULT_FAIL] = SPF_FAIL,
		[SPF_RESULT_SOFTFAIL] = SPF_SOFTFAIL,
		[SPF_RESULT_NONE] = SPF_NONE,
		[SPF_RESULT_TEMPERROR] = SPF_TEMPERROR,
		[SPF_RESULT_PERMERROR] = SPF_PERMERROR,
	};
	SPF_request_t *request = SPF_request_new(server);
	SPF_response_t *response = NULL;
	enum spf_result result;

	SPF_request_set_ipv4_str(request, cases[i].ip);
	SPF_request_set_helo_dom(request, "mail.p1.test");
	SPF_request_set_env_from(request, cases[i].from);
	SPF_request_query_mailfrom(request, &response);
	result = results[SPF_response_result(response)];
	SPF_response_free(response);
	SPF_request_free(request);
	return result;
}

static enum spf_result ours(struct frank_case *c, struct arena *job, size_t i)
{
	struct spf_query q = { .helo = STR("mail.p1.test"), .mail_from = str_of(cases[i].from) };
	struct spf_report r;

	ip_parse(str_of(cases[i].ip), &q.ip);
	while ((r = spf_check(&c->source, job, &q)).result == SPF_PENDING)
		answer_open(c);
	arena_reset(job);
	return r.result;
}

/* ---- the race ---- */

static bool results_agree(struct frank_case *c, struct arena *job, SPF_server_t *server)
{
	bool agree = true;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		enum spf_result a = ours(c, job, i), b = theirs(server, i);

		if (a != b)
			printf("%s from %s: %s, libspf2 says %s\n", cases[i].from, cases[i].ip,
			    spf_result_name(a), spf_result_name(b));
		agree &= a == b;
	}
	return agree;
}

struct parsed_places {
	void **places[LENGTH(zone)];
	size_t count;
};

static void find_parsed(const struct frank_case *c, struct parsed_places *out)
{
	for (size_t i = 0; i < c->count; i++)
		for (size_t k = 0; k < c->facts[i]->dns.count; k++)
			if (c->facts[i]->dns.records[k].kept != NULL)
				out->places[out->count++] = &c->facts[i]->dns.records[k].kept;
}

static void forget_parsed(const struct parsed_places *parsed)
{
	for (size_t i = 0; i < parsed->count; i++)
		*parsed->places[i] = NULL;
}

struct times {
	double libspf2, kept, parsed;
};

static void one_round(struct frank_case *c, struct arena *job, SPF_server_t *server,
    const struct parsed_places *parsed, struct times *sum)
{
	struct arena *kept = c->source.arena;
	double marks[3];

	marks[0] = cpu_ns();
	for (size_t i = 0; i < LENGTH(cases); i++)
		theirs(server, i);
	marks[1] = cpu_ns();
	for (size_t i = 0; i < LENGTH(cases); i++)
		ours(c, job, i);
	marks[2] = cpu_ns();
	c->source.arena = job;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		forget_parsed(parsed);
		ours(c, job, i);
	}
	sum->libspf2 += marks[1] - marks[0];
	sum->kept += marks[2] - marks[1];
	sum->parsed += cpu_ns() - marks[2];
	c->source.arena = kept;
	forget_parsed(parsed);
	for (size_t i = 0; i < LENGTH(cases); i++)
		ours(c, job, i);
}

int main(void)
{
	struct arena a = { 0 }, job = { 0 };
	struct parsed_places parsed = { .count = 0 };
	struct times sum = { 0 };
	struct frank_case c;
	SPF_dns_server_t dns = { .lookup = lookup, .name = "bench", .hook = &c };
	SPF_server_t *server = SPF_server_new_dns(&dns, 0);
	double n = (double)ROUNDS * LENGTH(cases);

	case_init(&c, &a, STR("bench"), 0);
	SPF_server_set_rec_dom(server, "rx.test");
	if (!results_agree(&c, &job, server))
		return 1;
	find_parsed(&c, &parsed);
	for (int i = 0; i < ROUNDS; i++)
		one_round(&c, &job, server, &parsed, &sum);
	printf("spf: %zu evaluations agree with libspf2; %.2f us each, %.1f times as fast; "
	       "parsing every record anew %.2f us, %.1f times as fast\n",
	    LENGTH(cases), sum.kept / n / 1e3, sum.libspf2 / sum.kept, sum.parsed / n / 1e3,
	    sum.libspf2 / sum.parsed);
	SPF_server_free(server);
	arena_free(&job);
	arena_free(&a);
	return 0;
}
