/* zone - see zone.h. */
#include "collect/zone.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/table.h"
#include "evidence/dns_wire.h"
#include "wire/domain.h"

#define MAX_BYTES   ((off_t)64 << 20)
#define MAX_RECORDS 1000000
#define MAX_CHAIN   16
#define DEFAULT_TTL 3600
#define DNAME	    ((enum dns_type)39)

/* What stands at one name, or only beneath it (an empty non-terminal: no rows). */
struct node {
	struct str name;
	struct row *rows, **end;
	bool delegation;
};

struct row {
	struct row *next;
	enum dns_type type;
	uint32_t ttl;
	struct str text;
};

struct zone {
	struct arena *arena;
	struct str apex, file;
	struct table nodes;
	size_t delegations, dnames;
};

static bool is_at(const void *node, const void *name)
{
	return str_ieq(((const struct node *)node)->name, *(const struct str *)name);
}

static struct node *find(const struct zone *z, struct str name)
{
	return table_get(&z->nodes, str_ihash(name, 0), is_at, &name);
}

static struct node *node_at(struct zone *z, struct str name)
{
	struct node *n = find(z, name);

	if (n != NULL)
		return n;
	n = arena_new(z->arena, struct node);
	n->name = arena_lower(z->arena, name);
	n->end = &n->rows;
	table_add(&z->nodes, str_ihash(name, 0), n);
	struct str parent = domain_parent(name);
	if (parent.n > 0 && !str_ieq(name, z->apex) && domain_under(parent, z->apex))
		node_at(z, parent);
	return n;
}

static void add_record(struct zone *z, struct str owner, const ldns_rr *rr)
{
	struct node *n = node_at(z, owner);
	struct row *r = arena_new(z->arena, struct row);

	*r = (struct row){ .type = (enum dns_type)ldns_rr_get_type(rr),
		.ttl = ldns_rr_ttl(rr),
		.text = dns_wire_rdata(z->arena, rr) };
	*n->end = r;
	n->end = &r->next;
	z->dnames += r->type == DNAME;
	if (r->type == DNS_NS && !str_ieq(n->name, z->apex) && !n->delegation) {
		n->delegation = true;
		z->delegations++;
	}
}

/* One master file under way; ldns moves origin and previous owner along. */
struct master {
	struct zone *zone;
	FILE *file;
	struct error *error;
	ldns_rdf *origin, *previous;
	uint32_t ttl;
	int line;
	size_t count;
};

static bool fault(struct master *m, struct str what)
{
	return error_set(
	    m->error, STR_FMT ":%d: " STR_FMT, STR_ARG(m->zone->file), m->line, STR_ARG(what));
}

/* The first record says what zone this is, when the user did not: SOA, or else $ORIGIN. */
static bool find_apex(struct master *m, const ldns_rr *rr)
{
	struct zone *z = m->zone;
	const ldns_rdf *apex =
	    ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA ? ldns_rr_owner(rr) : m->origin;

	if (z->apex.n > 0)
		return true;
	if (apex == NULL)
		return fault(m, STR("no SOA record or $ORIGIN comes first, so the zone's name is "
				    "not known (give --zone NAME=FILE)"));
	z->apex = dns_wire_name(z->arena, apex);
	return true;
}

static bool take_record(struct master *m, const ldns_rr *rr)
{
	struct zone *z = m->zone;
	struct str owner = dns_wire_name(z->arena, ldns_rr_owner(rr));

	if (!find_apex(m, rr))
		return false;
	if (++m->count > MAX_RECORDS)
		return fault(m, STR("more than 1,000,000 records"));
	if (!domain_under(owner, z->apex))
		return fault(
		    m, arena_fmt(z->arena, "the record at " STR_FMT " is outside the zone " STR_FMT,
			   STR_ARG(owner), STR_ARG(z->apex)));
	add_record(z, owner, rr);
	return true;
}

/* ldns takes the end of the file for the end of a string: a quote that is not closed is said. */
static bool quotes_end(struct master *m)
{
	bool quoted = false, comment = false;
	int c;

	if (fseek(m->file, 0, SEEK_CUR) != 0)
		return true; /* a pipe can be read once */
	m->line = 1;
	while ((c = getc(m->file)) != EOF) {
		if (c == '\\' && !comment)
			c = getc(m->file);
		else if (c == '"' && !comment)
			quoted = !quoted;
		else if (c == ';' && !quoted)
			comment = true;
		if (c != '\n')
			continue;
		if (quoted)
			return fault(m, STR("a quoted string does not end on its line"));
		comment = false;
		m->line++;
	}
	if (quoted)
		return fault(m, STR("a quoted string does not end"));
	rewind(m->file);
	m->line = 0;
	return true;
}

static bool read_entry(struct master *m)
{
	ldns_rr *rr = NULL;
	ldns_status status =
	    ldns_rr_new_frm_fp_l(&rr, m->file, &m->ttl, &m->origin, &m->previous, &m->line);
	bool ok = true;

	switch (status) {
	case LDNS_STATUS_OK:
		ok = take_record(m, rr);
		ldns_rr_free(rr);
		return ok;
	case LDNS_STATUS_SYNTAX_EMPTY:
	case LDNS_STATUS_SYNTAX_TTL:
	case LDNS_STATUS_SYNTAX_ORIGIN:
		return true;
	case LDNS_STATUS_SYNTAX_INCLUDE:
		return fault(m, STR("$INCLUDE is not followed: give one file for a zone"));
	default:
		return fault(m, str_of(ldns_get_errorstr_by_id(status)));
	}
}

static ldns_rdf *origin_of(struct arena *a, struct str name)
{
	return name.n == 0 ? NULL
			   : ldns_dname_new_frm_str(arena_fmt(a, STR_FMT ".", STR_ARG(name)).p);
}

struct zone *zone_parse(
    struct arena *a, struct str apex, FILE *file, const char *path, struct error *e)
{
	struct zone *z = arena_new(a, struct zone);
	struct master m = { .zone = z, .file = file, .error = e, .ttl = DEFAULT_TTL };
	bool ok = true;

	*z = (struct zone){ .arena = a,
		.nodes = { .arena = a },
		.file = arena_str(a, str_of(path)),
		.apex = arena_lower(a, apex) };
	m.origin = origin_of(a, apex);
	m.previous = origin_of(a, apex);
	if (apex.n > 0 && m.origin == NULL)
		ok = error_set(e, "%s: " STR_FMT " is no domain name", path, STR_ARG(apex));
	ok = ok && quotes_end(&m);
	while (ok && !feof(file))
		ok = read_entry(&m);
	if (ok && m.count == 0)
		ok = error_set(e, "%s: there is no record in it", path);
	ldns_rdf_deep_free(m.origin);
	ldns_rdf_deep_free(m.previous);
	return ok ? z : NULL;
}

struct zone *zone_load(struct arena *a, const struct zone_source *source, struct error *e)
{
	const char *path = arena_str(a, source->file).p;
	FILE *file = fopen(path, "re");
	struct stat st;
	struct zone *z = NULL;

	if (file == NULL || fstat(fileno(file), &st) != 0)
		error_set(e, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		error_set(e, "%s: not a file", path);
	else if (st.st_size > MAX_BYTES)
		error_set(e, "%s: larger than 64 MiB, not read", path);
	else
		z = zone_parse(a, source->name, file, path, e);
	if (file != NULL)
		fclose(file);
	return z;
}

bool zone_holds(const struct zone *z, struct str name)
{
	if (!domain_under(name, z->apex))
		return false;
	for (struct str at = name; z->delegations > 0 && !str_ieq(at, z->apex);
	     at = domain_parent(at)) {
		const struct node *n = find(z, at);

		if (n != NULL && n->delegation)
			return false;
	}
	return true;
}

/* RFC 4592: the wildcard at the closest name that exists above this one. */
static const struct node *closest_wildcard(
    const struct zone *z, struct frank_case *c, struct str name)
{
	while (!str_ieq(name, z->apex) && (name = domain_parent(name)).n > 0)
		if (find(z, name) != NULL)
			return find(z, arena_fmt(c->arena, "*." STR_FMT, STR_ARG(name)));
	return NULL;
}

static const struct row *row_of(const struct node *n, enum dns_type type)
{
	const struct row *r = n->rows;

	while (r != NULL && r->type != type)
		r = r->next;
	return r;
}

static void put_rows(struct frank_case *c, struct fact *f, const struct node *n)
{
	struct str *texts = NULL;
	size_t count = 0;
	int64_t ttl = -1;

	for (const struct row *r = n->rows; r != NULL; r = r->next) {
		if (r->type != f->question.dns.type)
			continue;
		arena_push(c->arena, texts, count, struct str, r->text);
		ttl = ttl < 0 || r->ttl < ttl ? r->ttl : ttl;
	}
	case_put_dns(c, f, DNS_NOERROR, texts, count);
	f->dns.ttl = ttl;
}

/*
 * RFC 6672 section 2.2: the nearest DNAME above the name puts its target in the place of its own
 * name, and hides whatever stands beneath it. False when there is none.
 */
static bool through_dname(const struct zone *z, struct arena *a, struct str name, struct str *out)
{
	struct str at = name;

	while (z->dnames > 0 && !str_ieq(at, z->apex) && (at = domain_parent(at)).n > 0) {
		const struct node *n = find(z, at);
		const struct row *dname = n != NULL ? row_of(n, DNAME) : NULL;
		struct str target, kept = str_slice(name, 0, name.n - at.n - 1);

		if (dname == NULL)
			continue;
		target = domain_undot(dname->text);
		*out = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(kept), target.n > 0 ? "." : "",
		    STR_ARG(target));
		return true;
	}
	return false;
}

static const struct node *node_for(const struct zone *z, struct frank_case *c, struct str name)
{
	const struct node *n = find(z, name);

	return n != NULL ? n : closest_wildcard(z, c, name);
}

/* Where the name leads on to, for a question of another type than CNAME; false: nowhere. */
static bool alias_of(const struct zone *z, struct frank_case *c, struct str name, struct str *out)
{
	const struct node *n;
	const struct row *cname;

	if (through_dname(z, c->arena, name, out))
		return true;
	n = node_for(z, c, name);
	cname = n != NULL ? row_of(n, DNS_CNAME) : NULL;
	if (cname != NULL)
		*out = domain_undot(cname->text);
	return cname != NULL;
}

/* What stands at the name itself; for CNAME also what follows from a DNAME above it. */
static void put_name(const struct zone *z, struct frank_case *c, struct fact *f, struct str name)
{
	const struct node *n;
	struct str target;

	if (through_dname(z, c->arena, name, &target)) {
		target = arena_fmt(c->arena, STR_FMT ".", STR_ARG(target));
		case_put_dns(c, f, DNS_NOERROR, &target, 1);
		return;
	}
	n = node_for(z, c, name);
	if (n != NULL)
		put_rows(c, f, n);
	else
		case_put_dns(c, f, DNS_NXDOMAIN, NULL, 0);
}

bool zone_answer(const struct zone *z, struct frank_case *c, struct fact *f, struct str *beyond)
{
	struct str name = f->question.dns.name, *aliases = NULL;
	size_t count = 0;
	bool inside = true, leads_on = f->question.dns.type != DNS_CNAME;

	while (
	    inside && leads_on && count < MAX_CHAIN && (leads_on = alias_of(z, c, name, &name))) {
		arena_push(c->arena, aliases, count, struct str, name);
		inside = zone_holds(z, name);
	}
	if (count == MAX_CHAIN || !domain_valid(name)) {
		case_put_dns(c, f, DNS_SERVFAIL, NULL, 0);
		inside = true;
	} else if (inside) {
		put_name(z, c, f, name);
	}
	*beyond = name;
	f->dns.aliases = aliases;
	f->dns.alias_count = count;
	f->from = arena_fmt(c->arena, "zone file " STR_FMT, STR_ARG(z->file));
	return inside;
}
