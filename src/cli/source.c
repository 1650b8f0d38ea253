/* source - see source.h. */
#include "cli/source.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "evidence/file.h"
#include "wire/domain.h"

#define DEFAULT_SECONDS 60
#define MAX_EVIDENCE	((size_t)64 << 20)

static const char *const engines[] = { "auto", "unbound", "c-ares", NULL };

#define AT(member) offsetof(struct source_options, member)

static const struct option options[] = {
	{ "resolver", 'r', OPTION_TEXT, "ADDR[:PORT]", "ask this resolver instead of recursing",
	    AT(resolver) },
	{ "engine", 0, OPTION_CHOICE, "auto|unbound|c-ares",
	    "unbound validates DNSSEC itself, also through --resolver", AT(engine),
	    .choices = engines },
	{ "zone", 'z', OPTION_LIST, "[NAME=]FILE",
	    "this master file answers for its zone, published or not", AT(zones) },
	{ "offline", 0, OPTION_FLAG, NULL, "with --zone: what is outside the zones does not exist",
	    AT(offline) },
	{ "evidence", 'e', OPTION_TEXT, "FILE", "judge what this file saved; ask nobody",
	    AT(evidence) },
	{ "lab", 'l', OPTION_TEXT, "SCENARIO", "inside this scenario of the lab (frank lab list)",
	    AT(lab) },
	{ "timeout", 't', OPTION_NUMBER, "SECONDS", "end with what is there after so long (60)",
	    AT(timeout), 1, 3600 },
	{ "ipv4", '4', OPTION_FLAG, NULL, "connect by IPv4 only", AT(ipv4_only) },
	{ "ipv6", '6', OPTION_FLAG, NULL, "connect by IPv6 only", AT(ipv6_only) },
	{ "allow-private", 0, OPTION_FLAG, NULL, "visit private and reserved addresses too",
	    AT(allow_private) },
	{ "ca-file", 0, OPTION_TEXT, "FILE",
	    "trust these certificate authorities, not the system's", AT(ca_file) },
	{ "trust-anchor", 0, OPTION_TEXT, "FILE",
	    "DS or DNSKEY of the DNS root, instead of the built-in", AT(trust_anchor) },
};

const struct option_table source_option_table = { "Where answers come from", options,
	LENGTH(options) };

static struct zone_source zone_of(struct str text)
{
	struct str file = text, name = str_cut(&file, '=');

	if (name.n == text.n)
		return (struct zone_source){ .file = text };
	return (struct zone_source){ .name = domain_undot(name), .file = file };
}

struct lab_route {
	struct route route; /* first */
	const struct lab *lab;
};

static bool map_by_lab(const struct route *route, struct ip *address, uint16_t *port)
{
	return lab_map(((const struct lab_route *)route)->lab, address, port);
}

/* Inside the lab all questions and visits go to its own servers on loopback. */
static bool enter_lab(
    struct run *run, struct source_options *s, struct collect_options *out, struct error *e)
{
	struct lab_route *route = arena_new(run->arena, struct lab_route);

	if (s->evidence.n > 0 || s->zones.count > 0 || s->resolver.n > 0)
		return error_set(e, "--lab goes with none of --evidence, --zone and --resolver");
	s->running = arena_new(run->arena, struct lab);
	if (!lab_start(run->arena, s->lab, s->running, e))
		return false;
	*route = (struct lab_route){ { map_by_lab }, s->running };
	out->route = &route->route;
	out->resolver = s->running->resolver;
	out->engine = ENGINE_CARES;
	out->roots = s->running->roots.path;
	return true;
}

void source_finish(struct source_options *s)
{
	if (s->running != NULL)
		lab_stop(s->running);
}

bool source_prepare(
    struct run *run, struct source_options *s, struct collect_options *out, struct error *e)
{
	bool by_server = s->resolver.n > 0 && s->engine != 1;

	*out = (struct collect_options){ .resolver = s->resolver,
		.engine = by_server ? ENGINE_CARES : ENGINE_UNBOUND,
		.zone_count = s->zones.count,
		.offline = s->offline,
		.replay = s->evidence.n > 0,
		.trust_anchor = s->trust_anchor,
		.roots = s->ca_file,
		.private_ok = s->allow_private,
		.timeout_ms = (int)(s->timeout > 0 ? s->timeout : DEFAULT_SECONDS) * 1000,
		.no_ipv4 = s->ipv6_only,
		.no_ipv6 = s->ipv4_only,
		.interrupted = run->interrupted };
	if (s->ipv4_only && s->ipv6_only)
		return error_set(e, "-4 and -6 exclude each other");
	if (s->engine == 2 && s->resolver.n == 0)
		return error_set(e, "--engine c-ares needs --resolver: it does not recurse");
	if (s->offline && s->zones.count == 0)
		return error_set(e, "--offline needs --zone: there would be nothing to ask");
	if (s->evidence.n > 0 && (s->zones.count > 0 || s->resolver.n > 0))
		return error_set(
		    e, "--evidence goes with neither --zone nor --resolver: it is all there is");
	out->zones = arena_array(run->arena, struct zone_source, s->zones.count);
	for (size_t i = 0; i < s->zones.count; i++)
		out->zones[i] = zone_of(s->zones.items[i]);
	return s->lab.n == 0 || enter_lab(run, s, out, e);
}

bool source_read_file(
    struct arena *a, struct str name, size_t max, struct str *out, struct error *e)
{
	struct str path = arena_str(a, name);
	bool standard = str_eq(name, STR("-"));
	FILE *file = standard ? stdin : fopen(path.p, "re");
	char piece[16384];
	struct buf text;
	size_t n;

	if (file == NULL)
		return error_set(e, "%s: %s", path.p, strerror(errno));
	buf_init(&text, max);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		buf_add(&text, (struct str){ piece, n });
	bool failed = ferror(file) != 0, large = buf_failed(&text);
	if (!standard)
		fclose(file);
	*out = arena_str(a, buf_str(&text));
	buf_free(&text);
	if (failed)
		return error_set(e, "%s: %s", path.p, strerror(errno));
	return large ? error_set(e, "%s: larger than %zu bytes", path.p, max) : true;
}

bool source_read_evidence(const struct source_options *s, struct frank_case *c, struct error *e)
{
	struct str text;

	return source_read_file(c->arena, s->evidence, MAX_EVIDENCE, &text, e) &&
	       evidence_read(c, text, arena_str(c->arena, s->evidence).p, e);
}
