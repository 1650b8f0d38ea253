/*
 * authres - Authentication-Results (RFC 8601) and ARC-Authentication-Results (RFC 8617 section
 * 4.1.1): read, written, and known for a forgery.
 *
 *	payload    = [CFWS] authserv-id [CFWS version] ( no-result / 1*resinfo ) [CFWS]
 *	no-result  = [CFWS] ";" [CFWS] "none"
 *	resinfo    = [CFWS] ";" methodspec [CFWS reasonspec] [CFWS 1*propspec]
 *	methodspec = [CFWS] method [CFWS] "=" [CFWS] result
 *	method     = Keyword [ [CFWS] "/" [CFWS] 1*DIGIT ]
 *	reasonspec = "reason" [CFWS] "=" [CFWS] value
 *	propspec   = ptype [CFWS] "." [CFWS] property [CFWS] "=" pvalue
 *	pvalue     = [CFWS] ( value / [ [ local-part ] "@" ] domain-name ) [CFWS]
 *
 * Reading never fails: what can be read is read, what breaks the grammar is a fault with its place
 * (the fields of large providers have some).  Writing cannot be made to say what the caller did not
 * say: see harmless.h.  Methods, results and properties are names, not enums, because the registry
 * grows (RFC 8904 added the ptype "dns"), and what is unknown is carried.
 */
#ifndef WIRE_AUTHRES_H
#define WIRE_AUTHRES_H

#include "base/arena.h"

#define AUTHRES_FIELD	  "Authentication-Results"
#define AUTHRES_ARC_FIELD "ARC-Authentication-Results"

#define AUTHRES_MAX	    100 /* results of a field, properties of a result, faults; no more is read */
#define AUTHRES_VALUE_MAX   512 /* bytes; a longer value is not written: cut, it would be another */
#define AUTHRES_KEYWORD_MAX 64

struct authres_property {
	struct str ptype, name; /* "header", "d" */
	struct str value;	/* quotes undone; p is set even if it is empty */
};

struct authres_result {
	struct str method, result; /* "dkim", "pass" */
	unsigned version;	   /* of the method; 1 when none is named */
	struct str reason;	   /* {0}: none */
	struct str comment;	   /* the first behind the result; {0}: none */
	struct authres_property *properties;
	size_t property_count;
};

enum authres_fault_kind {
	AUTHRES_FAULT_BYTE,	/* a byte or line end that no field may hold */
	AUTHRES_FAULT_OPEN,	/* a comment or a quoted string without end */
	AUTHRES_FAULT_NO_ID,	/* no authserv-id where it belongs */
	AUTHRES_FAULT_ID,	/* something beside it, or bytes that no value may hold */
	AUTHRES_FAULT_INSTANCE, /* "i=" that is not 1..50 and a semicolon */
	AUTHRES_FAULT_EMPTY,	/* neither a result nor "none"; or nothing between semicolons */
	AUTHRES_FAULT_NONE,	/* "none" beside results */
	AUTHRES_FAULT_METHOD,	/* method or version is none */
	AUTHRES_FAULT_RESULT,	/* result missing or no Keyword */
	AUTHRES_FAULT_REASON,	/* twice, or behind properties */
	AUTHRES_FAULT_PROPERTY, /* not ptype.property=value; it is left out */
	AUTHRES_FAULT_VALUE,	/* should have been quoted, or is missing; it is kept */
	AUTHRES_FAULT_MANY,	/* what follows was not read */
};

struct authres_fault {
	enum authres_fault_kind kind;
	size_t at; /* offset in the value */
};

struct authres {
	unsigned instance; /* of the ARC form; 0: the plain one */
	struct str id;	   /* authserv-id; empty: there is none */
	unsigned version;  /* 1 when none is named */
	bool none;	   /* "none": nothing was authenticated */
	struct authres_result *results;
	size_t count;
	struct authres_fault *faults;
	size_t fault_count;
};

/* The value of a field, folded or not.  Slices point into it or into the arena. */
void authres_parse(struct arena *, struct str value, struct authres *out);
/* First result of that method, case ignored, or NULL. */
const struct authres_result *authres_find(const struct authres *, struct str method);
/* Value of a property, case ignored; p is NULL without it. */
struct str authres_value(const struct authres_result *, struct str ptype, struct str name);
/* A sentence for people. */
const char *authres_fault_text(enum authres_fault_kind);
/* Letters, digits and inner hyphens (RFC 5321 Keyword), at most AUTHRES_KEYWORD_MAX. */
bool authres_is_keyword(struct str);
/* May it stand as a pvalue without quotes?  A token, or [[dot-atom] "@"] domain. */
bool authres_is_bare(struct str);

/* ---- making one ---- */

/* Add a result; the pointer is good until the next one is added.  `method` and `result` are ours.
 */
struct authres_result *authres_add(
    struct arena *, struct authres *, struct str method, struct str result);
/*
 * Add ptype.name=value; only the value may be of strangers.  What will need quotes (header.b, IPv6
 * addresses) comes best last: python3-authres drops a quoted value that is not.
 */
void authres_property(struct arena *, struct authres_result *, const struct authres_property *);

enum authres_flags {
	AUTHRES_UTF8 = 1, /* the message is internationalised (RFC 6532): UTF-8 may stand in it */
	AUTHRES_LF = 2,	  /* lines end with LF alone, as milters want them */
};

/*
 * The value of the field (of the ARC form when there is an instance), folded at 78 columns, without
 * the name and without the last line end.  {0} when the authserv-id cannot be written: it must be a
 * token of at most 253 bytes; what other identifiers of ours are no Keywords is left out.  Values,
 * reasons and comments are made harmless first; in ASCII, domains become A-labels.  Without results
 * it says "none".
 */
struct str authres_write(struct arena *, const struct authres *, unsigned flags);

/* ---- fields that arrive ---- */

/* What a field that came with a message claims to be. */
enum authres_claim {
	AUTHRES_OTHER,	    /* somebody else's; may stay */
	AUTHRES_OURS,	    /* to be ours, which it cannot be: RFC 8601 section 5 has it deleted */
	AUTHRES_VERSION,    /* of a version nobody here knows: to be deleted as well */
	AUTHRES_UNREADABLE, /* whose it is depends on who reads it: delete it */
};

/*
 * Judge the value of an arriving field.  `ours` are our authserv-ids; one that begins with a full
 * stop stands for all names beneath.  Names are compared as section 5 asks: without case, A-labels
 * and U-labels alike, and a final dot ignored; read by the grammar and also as careless
 * readers would: at any semicolon, comments known or not, quotes and white space dropped.  Delete
 * after signatures were verified, as one may cover the field.
 */
enum authres_claim authres_claim(
    struct arena *, struct str value, const struct str *ours, size_t count);

#endif
