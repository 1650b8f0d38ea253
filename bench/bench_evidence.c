/*
 * bench_evidence - loading a saved audit of 120 answers, as a multiple of what jansson alone
 * needs for the same text; both in one run, turn by turn.
 */
#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "evidence/file.h"

#define ROUNDS 300

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void add_name(struct frank_case *c, unsigned i)
{
	struct question q = { .ask = ASK_DNS, .dns = { .type = i % 2 == 0 ? DNS_TXT : DNS_A } };
	struct str text = i % 2 == 0 ? STR("\"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8\"")
				     : STR("192.0.2.1");

	q.dns.name = arena_fmt(c->arena, "s%u._domainkey.example.com", i);
	struct fact *f = case_fact(c, &q);
	case_put_dns(c, f, DNS_NOERROR, &text, 1);
	case_answered(c, f);
}

static void add_session(struct frank_case *c, unsigned i)
{
	struct question q = { .ask = ASK_SESSION,
		.session = { .port = (uint16_t)(25 + i), .host = STR("mail.example.com") } };
	struct str pem = { arena_array(c->arena, char, 2000), 2000 };
	struct str *chain = arena_array(c->arena, struct str, 3);
	struct session_line *lines = arena_array(c->arena, struct session_line, 40);

	ip_parse(STR("192.0.2.10"), &q.session.address);
	for (size_t k = 0; k < pem.n; k++)
		((char *)(uintptr_t)pem.p)[k] = k % 65 == 64 ? '\n' : 'M';
	for (size_t k = 0; k < 3; k++)
		chain[k] = pem;
	for (size_t k = 0; k < 40; k++)
		lines[k] = (struct session_line){ SPEAKER_SERVER, false, 1,
			STR("250-mail.example.com PIPELINING") };
	struct fact *f = case_fact(c, &q);
	f->session = (struct session){ .lines = lines,
		.line_count = 40,
		.tls = { .done = true, .chain = chain, .chain_count = 3, .served = 3 } };
	case_answered(c, f);
}

static void make(struct arena *a, struct buf *out)
{
	struct frank_case c;

	case_init(&c, a, STR("example.com"), 1795420800);
	for (unsigned i = 0; i < 108; i++)
		add_name(&c, i);
	for (unsigned i = 0; i < 12; i++)
		add_session(&c, i);
	evidence_write(&c, out);
}

int main(void)
{
	struct arena a = { 0 }, job = { 0 };
	struct buf text;
	double ours = 0, jansson = 0;
	size_t memory = 0;

	buf_init(&text, (size_t)16 << 20);
	make(&a, &text);
	for (int i = 0; i < ROUNDS; i++) {
		struct error e = { .arena = &job };
		struct frank_case c;
		double begun = cpu_ms();

		json_decref(json_loadb(text.p, text.n, 0, NULL));
		jansson += cpu_ms() - begun;
		begun = cpu_ms();
		case_init(&c, &job, (struct str){ 0 }, 0);
		if (!evidence_read(&c, buf_str(&text), "bench", &e) || c.count != 120)
			return 1;
		ours += cpu_ms() - begun;
		memory = job.total > memory ? job.total : memory;
		arena_reset(&job);
	}
	printf("evidence: 120 answers, %zu KiB, read in %.2f ms: %.2f times jansson alone; "
	       "%zu KiB of memory\n",
	    text.n / 1024, ours / ROUNDS, ours / jansson, memory / 1024);
	buf_free(&text);
	arena_free(&job);
	arena_free(&a);
	return 0;
}
