/* opendkim_peer - see opendkim_peer.h. */
#include "opendkim_peer.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include <opendkim/dkim.h>

#define PIECE ((size_t)64 * 1024)

static struct {
	__typeof__(&dkim_init) init;
	__typeof__(&dkim_set_key_lookup) set_key_lookup;
	__typeof__(&dkim_options) options;
	__typeof__(&dkim_verify) verify;
	__typeof__(&dkim_sign) sign;
	__typeof__(&dkim_header) header;
	__typeof__(&dkim_eoh) eoh;
	__typeof__(&dkim_body) body;
	__typeof__(&dkim_eom) eom;
	__typeof__(&dkim_getsighdr) getsighdr;
	__typeof__(&dkim_free) free;
} call;
static DKIM_LIB *library;
static struct str asked; /* what its callback answers */

static DKIM_STAT look_up(DKIM *d, DKIM_SIGINFO *sig, unsigned char *room, size_t size)
{
	(void)d;
	(void)sig;
	snprintf((char *)room, size, "%.*s", STR_ARG(asked));
	return DKIM_STAT_OK;
}

static const struct {
	const char *name;
	void *place;
} symbols[] = {
	{ "dkim_init", &call.init },
	{ "dkim_set_key_lookup", &call.set_key_lookup },
	{ "dkim_options", &call.options },
	{ "dkim_verify", &call.verify },
	{ "dkim_sign", &call.sign },
	{ "dkim_header", &call.header },
	{ "dkim_eoh", &call.eoh },
	{ "dkim_body", &call.body },
	{ "dkim_eom", &call.eom },
	{ "dkim_getsighdr", &call.getsighdr },
	{ "dkim_free", &call.free },
};

static unsigned char *bytes_of(const char *p)
{
	return (unsigned char *)(uintptr_t)p;
}

bool peer_open(void)
{
	/* What our signer signs of such a message. */
	static const char *const fields[] = { "from", "reply-to", "subject", "date", "message-id",
		"to", "mime-version", "content-type", "list-unsubscribe", "list-unsubscribe-post",
		"feedback-id", NULL };
	void *handle = dlopen("libopendkim.so.11", RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return false;
	for (size_t i = 0; i < LENGTH(symbols); i++) {
		void *address = dlsym(handle, symbols[i].name);

		memcpy(symbols[i].place, &address, sizeof(address));
		if (address == NULL)
			return false;
	}
	library = call.init(NULL, NULL);
	call.set_key_lookup(library, look_up);
	call.options(library, DKIM_OP_SETOPT, DKIM_OPTS_SIGNHDRS, (void *)(uintptr_t)fields,
	    sizeof(unsigned char **));
	return true;
}

/* A field up to where the next begins, without its line end. */
static struct str cut_field(struct str *rest)
{
	struct str field;
	size_t n = 0;

	do {
		const char *lf = memchr(rest->p + n, '\n', rest->n - n);

		n = (size_t)(lf - rest->p) + 1;
	} while (n < rest->n && is_wsp(rest->p[n]));
	field = str_slice(*rest, 0, n - 2);
	*rest = str_skip(*rest, n);
	return field;
}

static bool feed(DKIM *d, struct str rest)
{
	while (rest.p[0] != '\r') {
		struct str field = cut_field(&rest);

		if (call.header(d, bytes_of(field.p), field.n) != DKIM_STAT_OK)
			return false;
	}
	rest = str_skip(rest, 2);
	if (call.eoh(d) != DKIM_STAT_OK)
		return false;
	for (; rest.n > 0; rest = str_skip(rest, PIECE))
		if (call.body(d, bytes_of(rest.p), str_slice(rest, 0, PIECE).n) != DKIM_STAT_OK)
			return false;
	return true;
}

bool peer_verify(struct str message, struct str record)
{
	DKIM_STAT status;
	DKIM *d = call.verify(library, (const unsigned char *)"id", NULL, &status);
	bool good;

	asked = record;
	good = d != NULL && feed(d, message) && call.eom(d, NULL) == DKIM_STAT_OK;
	call.free(d);
	return good;
}

bool peer_sign(struct str message, struct str pem, bool simple)
{
	dkim_canon_t canon = simple ? DKIM_CANON_SIMPLE : DKIM_CANON_RELAXED;
	unsigned char field[4096];
	DKIM_STAT status;
	DKIM *d = call.sign(library, (const unsigned char *)"id", NULL, bytes_of(pem.p),
	    (const unsigned char *)"s", (const unsigned char *)"example.com", canon, canon,
	    DKIM_SIGN_RSASHA256, -1, &status);
	bool good = d != NULL && feed(d, message) && call.eom(d, NULL) == DKIM_STAT_OK &&
		    call.getsighdr(d, field, sizeof(field), 0) == DKIM_STAT_OK;

	call.free(d);
	return good;
}
