/* lab - see lab.h. Sockets are bound before the fork, so that the parent knows the ports. */
#include "lab/lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "lab/dns.h"
#include "lab/servers.h"
#include "wire/domain.h"

#define MAX_ZONE ((size_t)8 << 20)

/* Where a socket is bound: a port of the system's choice on 127.0.0.1, or the real one. */
struct spot {
	struct ip address;
	uint16_t port;
	bool here; /* at the scenario's own address */
};

static socklen_t spot_address(const struct spot *s, struct sockaddr_storage *out)
{
	if (s->here && s->address.family == IP_V6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)out;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(s->port);
		memcpy(&in6->sin6_addr, s->address.bytes, 16);
		return sizeof(*in6);
	}
	struct sockaddr_in *in = (struct sockaddr_in *)(void *)out;
	in->sin_family = AF_INET;
	in->sin_port = htons(s->here ? s->port : 0);
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (s->here)
		memcpy(&in->sin_addr, s->address.bytes, 4);
	return sizeof(*in);
}

static int open_socket(
    const struct spot *s, int type, uint16_t port, uint16_t *bound, struct error *e)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t size = spot_address(s, &ss);
	int on = 1, fd = socket(ss.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (!s->here)
		((struct sockaddr_in *)(void *)&ss)->sin_port = htons(port);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (struct sockaddr *)&ss, size) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 64) != 0) ||
	    getsockname(fd, (struct sockaddr *)&ss, &size) != 0) {
		error_set(e, "the lab cannot listen on %s port %u: %s",
		    s->here ? ip_write(e->arena, s->address).p : "127.0.0.1",
		    s->here ? s->port : port, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*bound = ntohs(ss.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&ss)->sin6_port
						: ((struct sockaddr_in *)(void *)&ss)->sin_port);
	return fd;
}

/* All that listens, in the order of the plan. */
struct sockets {
	int *fds; /* services, one an address */
	size_t count;
	int (*names)[2]; /* name servers: UDP, TCP; the resolver first */
	size_t name_count;
};

static void note_port(struct arena *a, struct lab *lab, struct spot s, uint16_t local)
{
	arena_push(a, lab->ports, lab->port_count, struct lab_port,
	    ((struct lab_port){ s.address, s.port, local }));
}

/* TCP first, then UDP on the same port. */
static bool open_names(
    struct arena *a, struct spot s, struct sockets *out, uint16_t *local, struct error *e)
{
	int pair[2];
	uint16_t same;

	pair[1] = open_socket(&s, SOCK_STREAM, 0, local, e);
	pair[0] = pair[1] < 0 ? -1 : open_socket(&s, SOCK_DGRAM, *local, &same, e);
	if (pair[0] < 0) {
		if (pair[1] >= 0)
			close(pair[1]);
		return false;
	}
	out->names = arena_grow(a, out->names, out->name_count, sizeof(*out->names));
	memcpy(out->names[out->name_count++], pair, sizeof(pair));
	return true;
}

static bool open_all(
    struct arena *a, struct lab *lab, bool here, struct sockets *out, struct error *e)
{
	struct spot resolver = { { IP_V4, { 127, 0, 0, 1 } }, 53, here };
	uint16_t local;

	if (!open_names(a, resolver, out, &local, e))
		return false;
	lab->resolver = arena_fmt(a, "127.0.0.1:%u", local);
	for (size_t i = 0; i < lab->scenario.nameserver_count; i++) {
		struct spot s = { lab->scenario.nameservers[i], 53, here };

		if (!open_names(a, s, out, &local, e))
			return false;
		note_port(a, lab, s, local);
	}
	for (size_t i = 0; i < lab->scenario.service_count; i++)
		for (size_t k = 0; k < lab->scenario.services[i].address_count; k++) {
			struct spot s = { lab->scenario.services[i].addresses[k],
				lab->scenario.services[i].port, here };
			int fd = open_socket(&s, SOCK_STREAM, 0, &local, e);

			if (fd < 0)
				return false;
			arena_push(a, out->fds, out->count, int, fd);
			note_port(a, lab, s, local);
		}
	return true;
}

/* "%TLSA:host%" in a zone's text becomes the record's data for the lab's key. */
static bool put_tlsa(struct arena *a, struct lab_ca *ca, struct lab_zone *zone, struct error *e)
{
	struct str rest = zone->text;
	struct buf out;
	ptrdiff_t at;
	bool ok = true;

	buf_init(&out, MAX_ZONE);
	while (ok && (at = str_find(rest, STR("%TLSA:"))) >= 0) {
		struct str behind = str_skip(rest, (size_t)at + 6), host = str_cut(&behind, '%');

		ok = domain_is_fqdn(host);
		buf_add(&out, str_slice(rest, 0, (size_t)at));
		if (ok)
			buf_add(&out, lab_ca_tlsa(ca, a));
		rest = behind;
	}
	buf_add(&out, rest);
	zone->text = arena_str(a, buf_str(&out));
	ok = (ok || error_set(e, STR_FMT ": %%TLSA: wants a host and %%", STR_ARG(zone->file))) &&
	     (!buf_failed(&out) || error_set(e, STR_FMT ": too large", STR_ARG(zone->file)));
	buf_free(&out);
	return ok;
}

static void add_services(struct arena *a, struct event_base *base, struct lab *lab,
    struct lab_ca *ca, const struct sockets *s)
{
	size_t n = 0;

	for (size_t i = 0; i < lab->scenario.service_count; i++) {
		const struct lab_service *service = &lab->scenario.services[i];
		SSL_CTX *context = service->cert == LAB_CERT_NONE
				       ? NULL
				       : lab_ca_context(ca, a, service->host, service->cert,
					     lab_plays(service, LAB_OLD_TLS));

		if (context != NULL && lab_plays(service, LAB_RENEGOTIATE))
			SSL_CTX_set_options(context, SSL_OP_ALLOW_CLIENT_RENEGOTIATION);
		for (size_t k = 0; k < service->address_count; k++)
			lab_serve(base, service, lab->scenario.domain, context, s->fds[n++]);
	}
}

/* All that a lab consists of before it serves. */
struct parts {
	struct lab_ca *ca;
	struct lab_dns *dns;
	struct sockets sockets;
};

static void serve(struct arena *a, struct lab *lab, const struct parts *p)
{
	struct event_base *base = event_base_new();

	if (base == NULL)
		return;
	for (size_t i = 0; i < p->sockets.name_count; i++)
		lab_dns_serve(p->dns, base, i == 0 ? NULL : &lab->scenario.nameservers[i - 1],
		    p->sockets.names[i]);
	add_services(a, base, lab, p->ca, &p->sockets);
	event_base_dispatch(base);
}

static void release(const struct parts *p)
{
	for (size_t i = 0; i < p->sockets.count; i++)
		close(p->sockets.fds[i]);
	for (size_t i = 0; i < p->sockets.name_count; i++) {
		close(p->sockets.names[i][0]);
		close(p->sockets.names[i][1]);
	}
	if (p->dns != NULL)
		lab_dns_free(p->dns);
	if (p->ca != NULL)
		lab_ca_free(p->ca);
}

/* What was made must be released, whatever is returned. */
static bool assemble(struct arena *a, struct lab *lab, bool here, struct parts *p, struct error *e)
{
	p->ca = lab_ca_new(a);
	for (size_t i = 0; i < lab->scenario.zone_count; i++)
		if (!put_tlsa(a, p->ca, &lab->scenario.zones[i], e))
			return false;
	p->dns = lab_dns_new(a, &lab->scenario, e);
	return p->dns != NULL && open_all(a, lab, here, &p->sockets, e);
}

/* In memory: nothing is left behind, however the program ends. */
bool lab_roots_new(struct arena *a, struct lab_roots *out, struct error *e)
{
	out->fd = memfd_create("frank-lab-roots", MFD_CLOEXEC);
	out->path = arena_fmt(a, "/proc/%ld/fd/%d", (long)getpid(), out->fd);
	return out->fd >= 0 ||
	       error_set(e, "no file in memory for the lab's roots: %s", strerror(errno));
}

void lab_roots_close(struct lab_roots *r)
{
	if (r->fd >= 0)
		close(r->fd);
	*r = (struct lab_roots){ .fd = -1 };
}

static bool write_roots(struct arena *a, int fd, const struct parts *p, struct error *e)
{
	struct str pem = lab_ca_root(a, p->ca);

	return write(fd, pem.p, pem.n) == (ssize_t)pem.n ||
	       error_set(e, "the lab's roots cannot be written: %s", strerror(errno));
}

/* In the child: serve until the parent is gone or says so. */
static void be_the_lab(struct arena *a, struct lab *lab, const struct parts *p)
{
	signal(SIGINT, SIG_IGN); /* the parent ends us */
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == lab->parent)
		serve(a, lab, p);
	_exit(0);
}

bool lab_start(struct arena *a, struct str name, struct lab *lab, struct error *e)
{
	struct parts p = { 0 };
	bool ok;

	*lab = (struct lab){ .child = -1, .parent = getpid(), .roots.fd = -1 };
	ok = scenario_load(a, name, &lab->scenario, e) && assemble(a, lab, false, &p, e) &&
	     lab_roots_new(a, &lab->roots, e) && write_roots(a, lab->roots.fd, &p, e);
	if (ok) {
		lab->child = fork();
		if (lab->child == 0)
			be_the_lab(a, lab, &p);
		ok = lab->child > 0 ||
		     error_set(e, "the lab cannot be started: %s", strerror(errno));
	}
	release(&p);
	if (!ok)
		lab_roots_close(&lab->roots);
	return ok;
}

void lab_stop(struct lab *lab)
{
	if (lab->child > 0) {
		kill(lab->child, SIGKILL);
		waitpid(lab->child, NULL, 0);
	}
	lab_roots_close(&lab->roots);
	lab->child = -1;
}

bool lab_map(const struct lab *lab, struct ip *address, uint16_t *port)
{
	for (size_t i = 0; i < lab->port_count; i++)
		if (lab->ports[i].port == *port && ip_eq(lab->ports[i].address, *address)) {
			*address = (struct ip){ IP_V4, { 127, 0, 0, 1 } };
			*port = lab->ports[i].local_port;
			return true;
		}
	return false;
}

bool lab_serve_here(struct arena *a, struct str name, const struct lab_here *here, struct error *e)
{
	struct lab lab = { 0 };
	struct parts p = { 0 };

	if (scenario_load(a, name, &lab.scenario, e) && assemble(a, &lab, true, &p, e) &&
	    write_roots(a, here->roots_fd, &p, e)) {
		here->ready(here->context);
		serve(a, &lab, &p);
		error_set(e, "the lab has ended");
	}
	release(&p);
	return false;
}
