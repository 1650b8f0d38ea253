/*
 * here - what the checks of --here share: the mail programs found on this machine, and the
 * name that it ought to say.
 */
#ifndef CHECK_HERE_H
#define CHECK_HERE_H

#include "check/judge.h"
#include "check/settings.h"

/* One name that a program will say, and the line that sets it. */
struct said {
	const char *program; /* "Postfix" */
	const char *where;   /* "banner", "EHLO" */
	const char *setting; /* "smtpd_banner" */
	struct str name;     /* empty: cannot be told from the settings */
	struct str value;    /* as set */
	const char *file;    /* where the mending line goes; NULL: it is a command */
	const char *line;    /* format with one %.*s for the right name */
};

#define MAX_SAID 8
/* All of them; false while pending. */
bool here_said(struct judge *, struct said said[MAX_SAID], size_t *count);

/* A public address of this machine, and the names that its PTR records give. */
struct own_address {
	struct ip address;
	const struct dns_answer *ptr;
};
/* This machine's addresses among the senders; behind NAT, all senders.  False while pending. */
bool here_addresses(struct judge *, struct own_address **out, size_t *count);

/* The name to say: the PTR name, else the mail host, else mail.DOMAIN. */
struct str here_right_name(struct judge *, const struct own_address *, size_t count);

/* A certificate that a program serves, and its key; a path is empty when it is not set. */
struct tls_files {
	const char *program;
	struct str certificate, key;
	const char *line; /* the setting to write, with one %.*s for a file */
	const char *file; /* where to */
};

#define MAX_TLS_FILES 4
bool here_tls_files(struct judge *, struct tls_files files[MAX_TLS_FILES], size_t *count);

/* A signer's setting: which key it signs with, and under which name the key is published. */
struct signer {
	const char *program; /* "OpenDKIM" */
	struct str domain, selector, key_file;
};

#define MAX_SIGNERS 16
bool here_signers(struct judge *, struct signer signers[MAX_SIGNERS], size_t *count);

#endif
