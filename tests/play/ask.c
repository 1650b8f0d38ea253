/*
 * ask - puts questions to the collector, as a verb would, and prints the evidence as JSON.
 *
 *   ask [OPTION...] [NAME TYPE]... [PROTOCOL/GOAL/tls|plain ADDRESS:PORT]...
 *
 * For the tests beside this file: it judges nothing, so that engines can be compared answer
 * by answer.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "collect/collect.h"
#include "evidence/file.h"
#include "wire/domain.h"

#define MAX_ZONES 8

struct asking {
	struct frank_case facts;
	struct ip server;
	enum dns_transport transport;
	char **words; /* NAME TYPE ... */
	bool memory;
};

static const struct option options[] = {
	{ "resolver", required_argument, NULL, 'r' },
	{ "engine", required_argument, NULL, 'e' },
	{ "zone", required_argument, NULL, 'z' },
	{ "anchor", required_argument, NULL, 'a' },
	{ "server", required_argument, NULL, 's' },
	{ "timeout", required_argument, NULL, 't' },
	{ "offline", no_argument, NULL, 'o' },
	{ "tcp", no_argument, NULL, 'T' },
	{ "allow-private", no_argument, NULL, 'p' },
	{ "no-ipv4", no_argument, NULL, '6' },
	{ "memory", no_argument, NULL, 'm' }, /* of the collector, on standard error */
	{ NULL, 0, NULL, 0 },
};

static void wrong(const char *what)
{
	fprintf(stderr, "ask: %s\n", what);
	exit(2);
}

static void ask_name(struct asking *asking, const char *name, const char *type)
{
	struct dns_question q = { .name = domain_undot(str_of(name)),
		.server = asking->server,
		.transport = asking->transport };

	if (!dns_type_parse(str_of(type), &q.type))
		wrong("no such type of record");
	case_dns_at(&asking->facts, &q);
}

/* "smtp/visit/plain" at "127.0.0.1:25"; "https/PATH" fetches that path of play.test there. */
static void ask_visit(struct asking *asking, struct str how, struct str where)
{
	static const char *const protocols[] = { "smtp", "imap", "pop3" };
	struct session_question q = { .host = STR("play.test"), .domain = STR("play.test") };
	struct str protocol = str_cut(&how, '/'), goal = str_cut(&how, '/');
	struct str address = str_cut(&where, ':');
	uint64_t port;

	if (!ip_parse(address, &q.address) || !str_uint(where, 65535, &port))
		wrong("not ADDRESS:PORT");
	if (str_eq(protocol, STR("https"))) {
		struct https_question fetch = { .host = q.host,
			.path = arena_fmt(asking->facts.arena, "/" STR_FMT, STR_ARG(goal)),
			.address = q.address };

		case_https(&asking->facts, &fetch);
		return;
	}
	while (!str_eq(protocol, str_of(protocols[q.protocol])))
		if (++q.protocol == LENGTH(protocols))
			wrong("no such protocol");
	if (!session_goal_parse(goal, &q.goal))
		wrong("no such goal");
	q.port = (uint16_t)port;
	q.implicit_tls = str_eq(how, STR("tls"));
	case_session(&asking->facts, &q);
}

static void step(void *context)
{
	struct asking *asking = context;

	for (char **word = asking->words; word[0] != NULL && word[1] != NULL; word += 2) {
		if (strchr(word[0], '/') != NULL)
			ask_visit(asking, str_of(word[0]), str_of(word[1]));
		else
			ask_name(asking, word[0], word[1]);
	}
}

static struct zone_source zone_source(const char *text)
{
	struct str file = str_of(text), name;

	if (str_chr(file, '=') < 0)
		return (struct zone_source){ .file = file };
	name = str_cut(&file, '=');
	return (struct zone_source){ .name = domain_undot(name), .file = file };
}

static void take_option(
    int letter, const char *value, struct collect_options *o, struct asking *asking)
{
	switch (letter) {
	case 'r':
		o->resolver = str_of(value);
		break;
	case 'e':
		o->engine = strcmp(value, "unbound") == 0 ? ENGINE_UNBOUND : ENGINE_CARES;
		break;
	case 'z':
		if (o->zone_count < MAX_ZONES)
			o->zones[o->zone_count++] = zone_source(value);
		break;
	case 'a':
		o->trust_anchor = str_of(value);
		break;
	case 's':
		if (!ip_parse(str_of(value), &asking->server))
			exit(2);
		break;
	case 't':
		o->timeout_ms = (int)strtol(value, NULL, 10);
		break;
	case 'o':
		o->offline = true;
		break;
	case 'T':
		asking->transport = DNS_TCP;
		break;
	case 'p':
		o->private_ok = true;
		break;
	case '6':
		o->no_ipv4 = true;
		break;
	case 'm':
		asking->memory = true;
		break;
	default:
		exit(2);
	}
}

static int print(const struct frank_case *facts)
{
	struct buf out;

	buf_init(&out, (size_t)64 << 20);
	evidence_write(facts, &out);
	bool ok = !buf_failed(&out) && fwrite(out.p, 1, out.n, stdout) == out.n;
	buf_free(&out);
	return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct arena a = { 0 }, collectors = { 0 };
	struct error e = { .arena = &a };
	struct zone_source zones[MAX_ZONES];
	struct collect_options o = { .zones = zones, .timeout_ms = 40000 };
	struct asking asking = { 0 };
	struct job job = { .facts = &asking.facts, .step = step, .context = &asking };

	for (int letter; (letter = getopt_long(argc, argv, "", options, NULL)) != -1;)
		take_option(letter, optarg, &o, &asking);
	asking.words = argv + optind;
	case_init(&asking.facts, &a, STR("play"), time(NULL));
	struct collector *c = collect_new(&collectors, &o, &e);
	if (c == NULL) {
		fprintf(stderr, STR_FMT "\n", STR_ARG(e.text));
		arena_free(&collectors);
		arena_free(&a);
		return 2;
	}
	bool in_time = collect_run(c, &job, 1);
	int status = print(&asking.facts);
	if (asking.memory)
		fprintf(stderr, "%zu\n", collectors.total);
	collect_free(c);
	arena_free(&collectors);
	arena_free(&a);
	return in_time ? status : 3;
}
