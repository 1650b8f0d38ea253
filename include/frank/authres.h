/*
 * frank/authres.h - Authentication-Results (RFC 8601), ARC-Authentication-Results (RFC 8617
 * section 4.1.1) and Received-SPF (RFC 7208 section 9.1): read, written, and known for a forgery.
 *
 * Reading never fails: what can be read is read, what breaks the grammar is a fault with its
 * place. Writing cannot be made to say what the program did not say: values that are a stranger's
 * are made harmless or left out. Methods, results and properties are names, as their registry
 * grows.
 */
#ifndef FRANK_AUTHRES_H
#define FRANK_AUTHRES_H

#include <frank/str.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How fields are written, here and in frank/mail.h; joined with |. */
enum frank_write {
	FRANK_WRITE_UTF8 = 1, /* the message is internationalised (RFC 6532) */
	FRANK_WRITE_LF = 2,   /* lines end with LF alone, as milters want them */
};

/* ---- Authentication-Results ---- */

struct frank_authres;

/* Empty: no authserv-id, no results. Never NULL. */
FRANK_API struct frank_authres *frank_authres_new(void);
FRANK_API void frank_authres_free(struct frank_authres *); /* NULL is allowed */

/*
 * The value of a field, folded or not, instead of what was there; it is copied. At most 100
 * results, properties of one result, and faults are read.
 */
FRANK_API void frank_authres_read(struct frank_authres *, struct frank_str value);

/* What is given out lives until the next frank_authres_read() or the end of the object. */

/* The authserv-id: who says so; absent: it is not there. */
FRANK_API struct frank_str frank_authres_id(const struct frank_authres *);
/* i= of the ARC form; 0: the plain one. */
FRANK_API unsigned frank_authres_instance(const struct frank_authres *);

struct frank_authres_result {
	struct frank_str method, result; /* "dkim", "pass" */
	unsigned version;		 /* of the method; 1 when none is named */
	struct frank_str reason;	 /* absent: none */
	struct frank_str comment;	 /* the first behind the result; absent: none */
	size_t properties;		 /* how many */
};

FRANK_API size_t frank_authres_count(const struct frank_authres *);
/* The ith result. False: there are fewer. */
FRANK_API bool frank_authres_result(
    const struct frank_authres *, size_t i, struct frank_authres_result *out);

struct frank_authres_property {
	struct frank_str ptype, name; /* "header", "d" */
	struct frank_str value;	      /* quotes undone */
};

/* The jth property of the ith result. False: there are fewer. */
FRANK_API bool frank_authres_property(
    const struct frank_authres *, size_t i, size_t j, struct frank_authres_property *out);
/* The value of ptype.name of the ith result, case ignored; p is NULL without it. */
FRANK_API struct frank_str frank_authres_value(
    const struct frank_authres *, size_t i, struct frank_str ptype, struct frank_str name);

/* How many faults; the ith as a sentence, and *at, which may be NULL, where. */
FRANK_API size_t frank_authres_faults(const struct frank_authres *);
FRANK_API struct frank_str frank_authres_fault(const struct frank_authres *, size_t i, size_t *at);

/* ---- writing one; everything is copied ---- */

FRANK_API void frank_authres_set_id(struct frank_authres *, struct frank_str id);
/* Add a result, ours; what follows is said about the one added last. */
FRANK_API void frank_authres_add(
    struct frank_authres *, struct frank_str method, struct frank_str result);
FRANK_API void frank_authres_add_reason(struct frank_authres *, struct frank_str reason);
/* ptype and name are ours, the value may be a stranger's. */
FRANK_API void frank_authres_add_property(
    struct frank_authres *, struct frank_str ptype, struct frank_str name, struct frank_str value);
/*
 * The value of the field, folded at 78 columns, without the name and the last line end; flags of
 * enum frank_write. Absent when the authserv-id is no token of at most 253 bytes. Without
 * results it says "none". What cannot be said safely is left out. It lives as long as what was
 * read.
 */
FRANK_API struct frank_str frank_authres_write(struct frank_authres *, unsigned flags);

/* ---- fields that arrive ---- */

enum frank_authres_claim {
	FRANK_AUTHRES_OTHER,	  /* somebody else's; may stay */
	FRANK_AUTHRES_OURS,	  /* claims to be ours, and cannot be: delete it */
	FRANK_AUTHRES_VERSION,	  /* of a version nobody here knows: delete it */
	FRANK_AUTHRES_UNREADABLE, /* whose it is depends on who reads it: delete it */
};

/*
 * What a field that came with a message claims to be (RFC 8601 section 5). `ours` are our
 * authserv-ids; one that begins with a full stop stands for all names beneath. Delete after
 * signatures were verified, as one may cover the field.
 */
FRANK_API enum frank_authres_claim frank_authres_claim(
    struct frank_str value, const struct frank_str *ours, size_t count);

/* ---- Received-SPF ---- */

struct frank_received_spf;

/* Empty. Never NULL. It is read and written as the above. */
FRANK_API struct frank_received_spf *frank_received_spf_new(void);
FRANK_API void frank_received_spf_free(struct frank_received_spf *); /* NULL is allowed */
/* False: it breaks the grammar, and *at, which may be NULL, is where; what can be read is. */
FRANK_API bool frank_received_spf_read(
    struct frank_received_spf *, struct frank_str value, size_t *at);
FRANK_API struct frank_str frank_received_spf_result(const struct frank_received_spf *);
FRANK_API struct frank_str frank_received_spf_comment(const struct frank_received_spf *);
/* The first of that key ("client-ip"), case ignored; p is NULL without it. */
FRANK_API struct frank_str frank_received_spf_value(
    const struct frank_received_spf *, struct frank_str key);
/* Begin one anew: "softfail", and a comment for people or absent. */
FRANK_API void frank_received_spf_set(
    struct frank_received_spf *, struct frank_str result, struct frank_str comment);
/* The key is ours, the value may be a stranger's. */
FRANK_API void frank_received_spf_add(
    struct frank_received_spf *, struct frank_str key, struct frank_str value);
/* The value of the field; absent when the result is none of the seven of RFC 7208. */
FRANK_API struct frank_str frank_received_spf_write(struct frank_received_spf *, unsigned flags);

#ifdef __cplusplus
}
#endif

#endif
