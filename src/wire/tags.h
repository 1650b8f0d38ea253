/*
 * tags - lists of tag=value parted by semicolons (RFC 6376 section 3.2).
 *
 * The grammar that DKIM keys and signatures, DMARC, MTA-STS, TLS-RPT and BIMI share.
 * Parsing never fails: what can be read is read, and what breaks the grammar is a
 * fault with its place; the owner of a format decides which faults spoil it.
 * Values are slices of the text: nothing is copied, folding white space inside stays.
 *
 *	tag-list  = tag-spec *( ";" tag-spec ) [ ";" ]
 *	tag-spec  = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]
 *	tag-name  = ALPHA *( ALPHA / DIGIT / "_" )
 *	tag-value = [ tval *( 1*(WSP / FWS) tval ) ]
 *	tval      = 1*( %x21-3A / %x3C-7E )
 */
#ifndef WIRE_TAGS_H
#define WIRE_TAGS_H

#include "base/arena.h"

#define TAGS_MAX	100 /* tags of one list; what follows is not read */
#define TAGS_FAULTS_MAX 100

struct tag {
	struct str name, value;	  /* trimmed; the value may be empty */
	size_t name_at, value_at; /* offsets in the text */
};

enum tag_fault_kind {
	TAG_NO_EQUALS, /* text between two semicolons without "=" */
	TAG_EMPTY,     /* nothing between two semicolons */
	TAG_NAME,      /* not a tag name */
	TAG_DUPLICATE, /* the name stood before: the whole list is invalid in DKIM */
	TAG_VALUE,     /* a byte that no value may hold */
	TAG_TOO_MANY,
};

struct tag_fault {
	enum tag_fault_kind kind;
	size_t at;	 /* offset in the text */
	struct str what; /* the offending piece: item, name, or byte */
};

struct tags {
	struct str text;
	struct tag *items;
	size_t count;
	struct tag_fault *faults;
	size_t fault_count;
};

void tags_parse(struct arena *, struct str text, struct tags *out);

/* The first tag of that name, compared with case as RFC 6376 asks; NULL without one. */
const struct tag *tags_find(const struct tags *, const char *name);
/* Its value, or {0} (value.p is NULL) without one; an empty value has a pointer. */
struct str tags_value(const struct tags *, const char *name);
bool tags_has_fault(const struct tags *, enum tag_fault_kind);

/* A sentence for people: "the tag \"p\" stands there twice". */
struct str tag_fault_write(struct arena *, const struct tag_fault *);

/*
 * The next element of a value that is itself a list, parted by `sep` (":" in DKIM's h=, s=,
 * t=; "," in DMARC's rua), trimmed.  False at the end.  Begin with *rest = value.
 */
bool tags_next(struct str *rest, char sep, struct str *out);

#endif
