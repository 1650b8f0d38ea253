/* verify_client - the client of a message: by option, by a trusted Received field, or unknown. */
#include <unistd.h>

#include "cli/verify.h"
#include "wire/authres.h"
#include "wire/domain.h"

#define MAX_PROPOSED 4 /* hosts that a user is told to trust */

/* ---- what was typed ---- */

static struct str own_name(struct arena *a)
{
	char name[256];

	if (gethostname(name, sizeof(name)) != 0)
		return STR("localhost");
	name[sizeof(name) - 1] = '\0';
	return arena_lower(a, str_of(name));
}

/* Can it be written?  Whoever can write a field decides that. */
static bool id_is_good(struct arena *a, struct str id)
{
	const struct authres none = { .id = id };

	return authres_write(a, &none, 0).n > 0;
}

static struct str unbracket(struct str address)
{
	address = str_trim(address);
	if (address.n >= 2 && address.p[0] == '<' && address.p[address.n - 1] == '>')
		return str_slice(address, 1, address.n - 1);
	return address;
}

static bool read_hosts(const struct list *hosts, struct error *e)
{
	for (size_t i = 0; i < hosts->count; i++)
		if (!received_is_host(hosts->items[i]))
			return error_set(e,
			    "--trust " STR_FMT
			    ": neither a host such as mx.example.com or .example.com, nor an "
			    "address or network",
			    STR_ARG(hosts->items[i]));
	return true;
}

static bool read_sealers(
    struct arena *a, const struct list *typed, struct verify_terms *t, struct error *e)
{
	t->sealers.items = arena_array(a, struct str, typed->count);
	for (size_t i = 0; i < typed->count; i++)
		if (!domain_from_user(a, typed->items[i], &t->sealers.items[i], e))
			return false;
	t->sealers.count = typed->count;
	return true;
}

bool verify_terms_read(
    struct run *run, const struct verify_options *o, struct verify_terms *t, struct error *e)
{
	*t = (struct verify_terms){ .helo = o->helo,
		.has_sender = o->mail_from.p != NULL,
		.mail_from = unbracket(o->mail_from),
		.trust = { o->trust.items, o->trust.count },
		.authserv_id = o->authserv_id.n > 0 ? o->authserv_id : own_name(run->arena),
		.trace = o->json || o->format == 1 || o->verbose };
	if (o->ip.n > 0 && !ip_parse(o->ip, &t->ip))
		return error_set(e, "--ip " STR_FMT ": not an address", STR_ARG(o->ip));
	if (!read_hosts(&o->trust, e) || !read_sealers(run->arena, &o->sealers, t, e))
		return false;
	if (id_is_good(run->arena, t->authserv_id))
		return true;
	if (o->authserv_id.n > 0)
		return error_set(e, "--authserv-id " STR_FMT ": a name such as mx.example.com",
		    STR_ARG(o->authserv_id));
	t->authserv_id = STR("localhost");
	return true;
}

/* ---- what the message says ---- */

static struct str said_of(struct arena *a, const struct received *r)
{
	struct str ip = ip_write(a, r->ip);

	if (r->helo.n == 0)
		return ip;
	return arena_fmt(a, STR_FMT " (" STR_FMT ")", STR_ARG(ip), STR_ARG(r->helo));
}

/* What to type so that the topmost field that tells of a stranger is believed. */
static struct str propose(struct arena *a, const struct message *m)
{
	struct received_origin origin;
	struct str hosts[MAX_PROPOSED], options = STR(""), said;
	size_t n = received_propose(a, m, hosts, MAX_PROPOSED, &origin);

	if (n == 0)
		return STR("The client is not known: give --ip, --helo and --mail-from.");
	for (size_t i = 0; i < n; i++)
		options =
		    arena_fmt(a, STR_FMT " --trust " STR_FMT, STR_ARG(options), STR_ARG(hosts[i]));
	said = said_of(a, &origin.received);
	return arena_fmt(a,
	    "The client is not known. The Received field of " STR_FMT " says " STR_FMT
	    "; to believe it, give" STR_FMT,
	    STR_ARG(hosts[n - 1]), STR_ARG(said), STR_ARG(options));
}

static struct str why_unknown(
    struct arena *a, const struct message *m, const struct received_origin *origin)
{
	struct str by = origin->received.by;

	switch (origin->end) {
	case RECEIVED_INSIDE:
		return STR("The client is not known: by its Received fields the message was made "
			   "inside, on a trusted host or in its network.");
	case RECEIVED_UNREADABLE:
		return arena_fmt(a,
		    "The client is not known: the Received field of " STR_FMT
		    " does not tell its address. Give --ip.",
		    STR_ARG(by));
	case RECEIVED_NO_FIELD:
		return STR("The client is not known, as there is no Received field: give --ip, "
			   "--helo and --mail-from.");
	default:
		return propose(a, m);
	}
}

static void take_origin(const struct verify_terms *t, const struct received_origin *origin,
    struct mail_query *q, struct mail_client *c)
{
	const struct received *r = &origin->received;

	c->trusted = r->by;
	if (c->ip == MAIL_UNKNOWN) {
		q->ip = r->ip;
		c->ip = MAIL_BY_RECEIVED;
	}
	if (c->helo == MAIL_UNKNOWN && r->helo.n > 0) {
		q->helo = r->helo;
		c->helo = MAIL_BY_RECEIVED;
	}
	if (!t->has_sender && origin->has_sender) {
		q->mail_from = origin->sender;
		q->no_envelope = false;
		c->mail_from = r->has_sender && str_eq(r->sender, origin->sender)
				   ? MAIL_BY_RECEIVED
				   : MAIL_BY_RETURN_PATH;
	}
}

void verify_client(struct arena *a, const struct verify_terms *t, const struct message *m,
    struct mail_query *q, struct mail_client *c)
{
	struct received_origin origin;

	*c = (struct mail_client){ .ip = t->ip.family != IP_NONE ? MAIL_BY_OPTION : MAIL_UNKNOWN,
		.helo = t->helo.n > 0 ? MAIL_BY_OPTION : MAIL_UNKNOWN,
		.mail_from = t->has_sender ? MAIL_BY_OPTION : MAIL_UNKNOWN };
	q->ip = t->ip;
	q->helo = t->helo;
	q->mail_from = t->mail_from;
	q->no_envelope = !t->has_sender;
	received_origin(a, m, &t->trust, &origin);
	/* Of another client's hop nothing is taken. */
	if (origin.end == RECEIVED_FOUND &&
	    (c->ip == MAIL_UNKNOWN || ip_eq(t->ip, origin.received.ip)))
		take_origin(t, &origin, q, c);
	if (c->ip == MAIL_UNKNOWN)
		c->advice = why_unknown(a, m, &origin);
	else if (c->mail_from == MAIL_UNKNOWN)
		c->advice = STR("The sender of the envelope is not known: give --mail-from.");
}
