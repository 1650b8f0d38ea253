/* sign - what the rooms of `frank sign` share: its options, and a message that is read twice. */
#ifndef CLI_SIGN_H
#define CLI_SIGN_H

#include "auth/arc_seal.h"
#include "auth/dkim_sign.h"
#include "cli/source.h"
#include "wire/mend.h"

struct sign_options {
	struct source_options source; /* first; for --seal */
	struct list keys, selectors, domains;
	struct str identity, headers, expire, at, authserv_id;
	int canon; /* index of "relaxed/relaxed", "relaxed/simple", "simple/relaxed",
		      "simple/simple" */
	bool mend, field, seal, no_time;
};

/*
 * A message in a file, or in a temporary one when it came through a pipe: what is signed has to be
 * read before the first byte is written, and memory does not grow with it.
 */
struct source_text {
	FILE *file;
	struct str name;
	bool lf; /* its first line ends in LF alone */
	bool mend;
};

bool source_text_open(struct source_text *, struct arena *, struct str name, struct error *);
void source_text_close(struct source_text *);
/* All of it from the beginning, in pieces; mended when asked for.  False: take() said no. */
bool source_text_pass(
    struct source_text *, bool (*take)(void *, struct str piece), void *, struct error *);

/* One run. */
struct signing {
	struct run *run;
	struct sign_options *options;
	struct error error;
	struct source_text text;
	struct crypto *crypto;
	struct dkim_signer_key keys[DKIM_SIGN_KEYS];
	size_t key_count;
	struct dkim_terms terms;
	struct message message;
	struct dkim_signer *signer;
	struct arc *arc; /* with --seal */
	struct arc_sealer *sealer;
};

/* Everything of the options: keys are read, the message is opened. */
bool sign_terms_read(struct signing *);

#endif
