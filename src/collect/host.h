/*
 * host - what this machine says of itself, for `frank check --here`.
 *
 * A question is one word of a short list, never a free command:
 *
 *	hostname            gethostname(2)
 *	fqdn                the canonical name of it, as `hostname -f`
 *	addresses           the addresses of the interfaces, one a line, loopback left out
 *	file:PATH           a text file; private keys in it are left out
 *	key:PATH            the public half of a private key, as PEM; the key itself is never kept
 *	roots:PATH          trusted roots that the certificates in PATH could end in, PEM
 *	run:postconf, run:exim, run:exim-transports, run:doveconf, run:doveconf-tls
 *	                    the settings as these programs print them
 *
 * Files are at most 256 KiB, programs have ten seconds.  What is found is kept in the evidence,
 * so secrets must not pass: only the public half of a key, and no file that is not asked for
 * by a setting of the mail system.
 */
#ifndef COLLECT_HOST_H
#define COLLECT_HOST_H

#include "base/buf.h"
#include "collect/collect.h"

#define HOST_MAX_TEXT ((size_t)256 * 1024)

/* The text without the blocks of private keys in it: evidence is meant to be shown around. */
struct str host_without_keys(struct arena *, struct str text);

#endif
