/*
 * collect - answers the open questions of cases, all of them side by side.
 *
 * The driver owns the event loop.  A job is a case and a step function that runs its
 * pending judges; the driver hands each open fact to the backend for its kind, lets
 * the loop turn, and steps the jobs whose questions were answered, until no job has
 * anything open or the deadline is met; then every fact still open is answered with
 * nothing (TIMEOUT), and the jobs are stepped until they ask nothing more.
 *
 * Backends never block and never judge.  A backend that has the answer fills in the
 * fact and calls collect_answered(); it may do so before its ask function returns.
 */
#ifndef COLLECT_COLLECT_H
#define COLLECT_COLLECT_H

#include <event2/event.h>

#include "base/error.h"
#include "evidence/case.h"

struct collector;
struct trust;

struct job {
	struct frank_case *facts;
	/* Run what can be run; what it asks becomes open facts. */
	void (*step)(void *context);
	void *context;
	/* the driver's own */
	size_t asked;	    /* handed to backends, not answered yet */
	bool dirty;	    /* something was answered since the last step */
	size_t last_answer; /* index of the latest answer */
};

/* One kind of answerer: DNS engine, sessions, HTTPS, host.  `self` comes first in each. */
struct backend {
	void (*ask)(struct backend *, struct job *, struct fact *);
	/* Forget everything in flight (the deadline was met); no more collect_answered(). */
	void (*cancel)(struct backend *);
	void (*release)(struct backend *);
};

/*
 * Where connections really go.  NULL map: to the address itself.  The lab maps the
 * scenario's addresses to loopback ports.  Returns false when the address does not exist.
 */
struct route {
	bool (*map)(const struct route *, struct ip *address, uint16_t *port);
};

enum dns_engine { ENGINE_UNBOUND, ENGINE_CARES };

struct zone_source {
	struct str name, file; /* name empty: from $ORIGIN or the SOA's owner */
};

struct collect_options {
	struct str resolver;	   /* "192.0.2.53", "[2001:db8::1]:5353"; empty: own recursion */
	enum dns_engine engine;	   /* the default: ENGINE_UNBOUND, ENGINE_CARES with a resolver */
	struct zone_source *zones; /* --zone */
	size_t zone_count;
	bool offline; /* --offline: nothing goes to the network */
	bool replay;  /* --evidence: the case was read from a file, nothing else is asked */
	struct str trust_anchor;   /* file with the root's DNSKEY/DS; empty: built in */
	struct str roots;	   /* PEM file of trusted CAs; empty: the system's */
	const struct trust *trust; /* the same, read before; NULL: `roots` are read when needed */
	int timeout_ms;		   /* of one collect_run(); 60,000 */
	bool no_ipv4, no_ipv6;
	bool private_ok; /* HTTPS fetches may go to private addresses (lab, --ip) */
	const struct route *route;
	/* Where the interrupt of the user is noted (Ctrl-C): the run ends with what it has. */
	const volatile int *interrupted;
	void (*progress)(void *context, const struct collector *);
	void *progress_context;
};

/* Also opens the engine, reads the zones, the evidence, the trust store. */
struct collector *collect_new(struct arena *, const struct collect_options *, struct error *);
/* Any number of times. True when all ended by itself, false when the deadline or an interrupt cut
 * it short. */
bool collect_run(struct collector *, struct job *jobs, size_t count);
void collect_free(struct collector *);

/*
 * As a guest on a loop that the caller turns, beside others: collect_begin() returns at once, and
 * `done` is called from the loop, once, when collect_run() would have returned; it may free the
 * collector. Until then jobs and options must live. Freed before, `done` is never called.
 */
struct collector *collect_new_on(
    struct arena *, struct event_base *, const struct collect_options *, struct error *);
void collect_begin(struct collector *, struct job *jobs, size_t count,
    void (*done)(void *context, bool complete), void *context);

/* The same with answerers of the caller's own, by enum ask; they are released with it. */
struct collector *collect_new_with(struct arena *, const struct collect_options *,
    struct backend *const backends[ASK_HOST + 1], struct error *);

/* For progress: what is being asked right now (a fact in flight), how many are, were. */
const struct fact *collect_current(const struct collector *);
size_t collect_in_flight(const struct collector *);
size_t collect_answered_count(const struct collector *);

/* ---- for backends ---- */
void collect_answered(struct collector *, struct job *, struct fact *);
/*
 * The fact takes the answer of `target` (an alias led there) once that one is answered;
 * SERVFAIL when they would wait for each other, or the chain is longer than 16.
 */
void collect_follow(struct collector *, struct job *, struct fact *, struct fact *target);
struct event_base *collect_base(struct collector *);
const struct collect_options *collect_options(const struct collector *);
int64_t collect_ms(const struct collector *); /* since the start, monotonic */
/* The roots that are trusted, read when first asked for; NULL when they cannot be. */
const struct trust *collect_trust(struct collector *, struct error *);

struct backend *backend_sessions(struct collector *, struct arena *, struct error *);
struct backend *backend_https(struct collector *, struct arena *, struct error *);
struct backend *backend_host(struct collector *, struct arena *, struct error *);

#endif
