/*
 * autoconfig_file - the file by which Thunderbird and others set up an account
 * (draft-ietf-mailmaint-autoconfig): which servers it names.  Pure.
 */
#ifndef CHECK_AUTOCONFIG_FILE_H
#define CHECK_AUTOCONFIG_FILE_H

#include "base/arena.h"

#define AUTOCONFIG_MAX_SERVERS 20

struct autoconfig_server {
	bool incoming;
	struct str type;	       /* "imap", "pop3", "smtp" */
	struct str host, port, socket; /* socket: "SSL", "STARTTLS", "plain" */
};

struct autoconfig_file {
	struct str fault; /* why it cannot be read; empty: it can */
	struct autoconfig_server servers[AUTOCONFIG_MAX_SERVERS];
	size_t count;
};

void autoconfig_parse(struct arena *, struct str text, struct autoconfig_file *out);

#endif
