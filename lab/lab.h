/*
 * lab - a small Internet on loopback: a scenario's name servers and services in a child
 * process, on ports of the system's choice, and the map from the scenario's addresses to them.
 */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include "lab/scenario.h"

struct lab_port {
	struct ip address;
	uint16_t port;	     /* as in the scenario */
	uint16_t local_port; /* on 127.0.0.1 */
};

/*
 * The lab's root certificate, PEM, as a file in memory: it has a path for as long as the process
 * that made it lives, for itself and for programs of the same user.
 */
struct lab_roots {
	int fd;
	struct str path; /* "/proc/PID/fd/N" */
};

bool lab_roots_new(struct arena *, struct lab_roots *out, struct error *);
void lab_roots_close(struct lab_roots *);

struct lab {
	struct scenario scenario;
	struct lab_port *ports;
	size_t port_count;
	struct str resolver; /* "127.0.0.1:PORT" */
	struct lab_roots roots;
	int child, parent;
};

/* Serves until lab_stop(), or until this process ends. */
bool lab_start(struct arena *, struct str scenario, struct lab *out, struct error *);
void lab_stop(struct lab *);

/* The real end of a scenario's address and port; false when nothing is there. */
bool lab_map(const struct lab *, struct ip *address, uint16_t *port);

struct lab_here {
	int roots_fd; /* the root certificate is written there */
	void (*ready)(void *context);
	void *context;
};

/*
 * Serve in the foreground on the addresses and ports of the scenario themselves (in a network
 * namespace that has them); `ready` is called once all listen.  Returns only false, on error.
 */
bool lab_serve_here(struct arena *, struct str scenario, const struct lab_here *, struct error *);

#endif
