/* servers - the lab's SMTP, IMAP, POP3 and HTTPS servers, honest or not; see servers.c. */
#ifndef LAB_SERVERS_H
#define LAB_SERVERS_H

#include <event2/event.h>

#include "lab/certs.h"

/* Serve on a listening socket. The service, the domain and the context must live on. */
void lab_serve(
    struct event_base *, const struct lab_service *, struct str domain, SSL_CTX *, int listener);

#endif
