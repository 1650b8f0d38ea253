/* lab - see lab.h. Sockets are bound before the fork, so that the parent knows the ports. */
#include "lab/lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab/dns.h"
#include "lab/servers.h"

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
		error_set(e, "the lab cannot listen on port %u: %s", s->port, strerror(errno));
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
	if (pair[0] < 0)
		return false;
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
static struct str with_tlsa(struct arena *a, struct lab_ca *ca, struct str text)
{
	ptrdiff_t at;

	while ((at = str_find(text, STR("%TLSA:"))) >= 0) {
		struct str behind = str_skip(text, (size_t)at + 6), host = str_cut(&behind, '%');

		text = arena_fmt(a, STR_FMT STR_FMT STR_FMT, (int)at, text.p,
		    STR_ARG(lab_ca_tlsa(ca, a, host)), STR_ARG(behind));
	}
	return text;
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
					     service->trick == LAB_OLD_TLS);

		for (size_t k = 0; k < service->address_count; k++)
			lab_serve(base, service, lab->scenario.domain, context, s->fds[n++]);
	}
}

static void serve(struct arena *a, struct lab *lab, struct lab_ca *ca, const struct lab_dns *dns,
    const struct sockets *s)
{
	struct event_base *base = event_base_new();

	for (size_t i = 0; i < s->name_count; i++)
		lab_dns_serve(dns, base, i > 0, s->names[i][0], s->names[i][1]);
	add_services(a, base, lab, ca, s);
	event_base_dispatch(base);
}

static void close_all(const struct sockets *s)
{
	for (size_t i = 0; i < s->count; i++)
		close(s->fds[i]);
	for (size_t i = 0; i < s->name_count; i++) {
		close(s->names[i][0]);
		close(s->names[i][1]);
	}
}

static bool write_roots(struct arena *a, struct lab *lab, struct str pem, struct error *e)
{
	struct str path = arena_str(a, STR("/tmp/frank-lab-XXXXXX"));
	int fd = mkstemp((char *)(uintptr_t)path.p);

	if (fd < 0 || write(fd, pem.p, pem.n) != (ssize_t)pem.n)
		return error_set(e, "%s: %s", path.p, strerror(errno));
	close(fd);
	lab->roots = path;
	return true;
}

static struct lab_dns *prepare(struct arena *a, struct lab *lab, struct lab_ca *ca, struct error *e)
{
	for (size_t i = 0; i < lab->scenario.zone_count; i++)
		lab->scenario.zones[i].text = with_tlsa(a, ca, lab->scenario.zones[i].text);
	return lab_dns_new(a, &lab->scenario, e);
}

/* In the child: serve until the parent is gone or says so. */
static void be_the_lab(struct arena *a, struct lab *lab, struct lab_ca *ca,
    const struct lab_dns *dns, const struct sockets *s)
{
	signal(SIGINT, SIG_IGN); /* the parent ends us */
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == lab->parent)
		serve(a, lab, ca, dns, s);
	_exit(0);
}

bool lab_start(struct arena *a, struct str name, struct lab *lab, struct error *e)
{
	struct lab_ca *ca;
	struct lab_dns *dns;
	struct sockets s = { 0 };

	*lab = (struct lab){ .child = -1, .parent = getpid() };
	if (!scenario_load(a, name, &lab->scenario, e))
		return false;
	ca = lab_ca_new(a);
	dns = prepare(a, lab, ca, e);
	if (dns == NULL || !open_all(a, lab, false, &s, e) ||
	    !write_roots(a, lab, lab_ca_root(a, ca), e)) {
		lab_ca_free(ca);
		return false;
	}
	lab->child = fork();
	if (lab->child == 0)
		be_the_lab(a, lab, ca, dns, &s);
	close_all(&s);
	lab_dns_free(dns);
	lab_ca_free(ca);
	return lab->child > 0 ? true
			      : error_set(e, "the lab cannot be started: %s", strerror(errno));
}

void lab_stop(struct lab *lab)
{
	if (lab->child > 0) {
		kill(lab->child, SIGKILL);
		waitpid(lab->child, NULL, 0);
	}
	if (lab->roots.n > 0)
		unlink(lab->roots.p);
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

bool lab_serve_here(struct arena *a, struct str name, struct str roots_file, void (*ready)(void *),
    void *context, struct error *e)
{
	struct lab lab = { 0 };
	struct lab_ca *ca;
	struct lab_dns *dns;
	struct sockets s = { 0 };
	FILE *file;

	if (!scenario_load(a, name, &lab.scenario, e))
		return false;
	ca = lab_ca_new(a);
	dns = prepare(a, &lab, ca, e);
	file = dns != NULL ? fopen(roots_file.p, "we") : NULL;
	if (file == NULL || !open_all(a, &lab, true, &s, e))
		return dns == NULL || file != NULL
			   ? false
			   : error_set(e, "%s: %s", roots_file.p, strerror(errno));
	struct str pem = lab_ca_root(a, ca);
	fwrite(pem.p, 1, pem.n, file);
	fclose(file);
	ready(context);
	serve(a, &lab, ca, dns, &s);
	return error_set(e, "the lab has ended");
}
