/*
 * verify - the rooms of `frank verify`: who the client is, messages judged in batches, what is
 * printed.  verb_verify.c has the options and the order of things.
 */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include "cli/inbox.h"
#include "cli/source.h"
#include "render/mail_report.h"

struct verify_options {
	struct source_options source; /* first */
	struct str ip, helo, mail_from, at, authserv_id, save;
	struct list trust, sealers;
	int format;
	bool json, authres, verbose, quiet;
};

/* What was typed, made sure of. */
struct verify_terms {
	struct ip ip;	      /* IP_NONE: not given */
	struct str helo;      /* {0}: not given */
	bool has_sender;      /* mail_from was given */
	struct str mail_from; /* without <> */
	struct received_trust trust;
	struct list sealers; /* A-labels */
	struct str authserv_id;
	bool trace;
};

/* ---- verify_client.c ---- */

bool verify_terms_read(
    struct run *, const struct verify_options *, struct verify_terms *, struct error *);
/* Who handed this message over, as far as it was said or may be believed. */
void verify_client(struct arena *, const struct verify_terms *, const struct message *,
    struct mail_query *, struct mail_client *);

/* ---- verify_batch.c ---- */

#define VERIFY_BATCH 50 /* messages whose questions are asked side by side */

struct verify_batch;

/* The case holds the answers, for all messages; the batch may be judged when it is empty, too. */
struct verify_batch *verify_batch_new(
    struct arena *, const struct verify_terms *, struct collector *, struct frank_case *);
/*
 * Read the message that the inbox has just begun.  False when reading failed: the error says why,
 * and the message is none of the batch.
 */
bool verify_batch_read(
    struct verify_batch *, struct inbox *, const struct letter *, struct error *);
size_t verify_batch_count(const struct verify_batch *);
/* Judge all that were read; false when the time was up before all was answered. */
bool verify_batch_judge(struct verify_batch *);
/* After that; what is in it lives until verify_batch_clear(). */
const struct mail_report *verify_batch_report(struct verify_batch *, size_t i);
void verify_batch_clear(struct verify_batch *);
void verify_batch_free(struct verify_batch *);

#endif
