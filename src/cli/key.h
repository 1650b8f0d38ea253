/* key - what the rooms of `frank key` share: its options, and records in the forms people paste. */
#ifndef CLI_KEY_H
#define CLI_KEY_H

#include "auth/private_key.h"
#include "cli/source.h"
#include "wire/dkim_weak.h"

struct key_options {
	struct source_options source; /* first */
	struct str selector, domain, out;
	int type; /* index of "rsa", "ed25519", "both" */
	long bits;
	bool force, json;
	int format; /* index of "text", "zone", "panel", "json" */
};

enum { KEY_RSA, KEY_ED25519, KEY_BOTH };
enum { KEY_TEXT, KEY_ZONE, KEY_PANEL, KEY_JSON };

static inline int key_format(const struct key_options *o)
{
	return o->json ? KEY_JSON : o->format;
}

/* `frank key new DOMAIN`, `frank key show WHAT...`; the arguments behind the word. */
enum exit_status key_new(struct run *, struct str *args, size_t count);
enum exit_status key_show(struct run *, struct str *args, size_t count);

/*
 * "NAME. 3600 IN TXT ( ... )": strings of at most 255 bytes, a line each, as every name server's
 * zone file takes it.
 */
struct str key_zone_line(struct arena *, struct str name, struct str record);
/* selector._domainkey.domain */
struct str key_name(struct arena *, struct str selector, struct str domain);
const char *key_kind_name(enum dkim_key_kind); /* "RSA" */

/*
 * Write a secret to a new file that its owner alone can read; whole or not at all. An existing
 * one is replaced with `force` only.
 */
bool key_file_write(struct str path, struct str text, bool force, struct error *);

/* ---- key_read.c: what `frank key show` looks at ---- */

enum place { PLACE_PRIVATE, PLACE_PUBLIC, PLACE_RECORD, PLACE_DNS };

/* One thing to look at. */
struct shown {
	struct str what; /* as given */
	enum place place;
	struct str record;   /* what it says, or what it should be published as */
	struct dkim_key key; /* of the record */
	struct str trouble;  /* why nothing is known of it; {0}: it was read */
	bool temporary;	     /* the DNS did not answer */
	unsigned weak;	     /* enum dkim_weakness */
	bool failed;
};

struct showing {
	struct run *run;
	struct key_options *options;
	struct error error;
	struct frank_case facts;
	struct shown *items;
	size_t count;
};

/* A file, a record or a name, as it was given; a name is only noted, to be asked for later. */
bool key_read_item(struct showing *, struct shown *);
void key_take_record(struct showing *, struct shown *, enum place, struct str text);

#endif
