/* spf_parser - what spf_parse.c (the record) and spf_term.c (one term) share. */
#ifndef AUTH_SPF_PARSER_H
#define AUTH_SPF_PARSER_H

#include "auth/spf.h"

struct spf_parser {
	struct arena *arena;
	struct spf_record *out;
	struct spf_term term; /* the one being read */
};

/* `where` is a piece of the record, or {0} for its end. */
void spf_fault(struct spf_parser *, enum spf_fault_kind, struct str where, const char *says);
/* What the last fault's term was meant to be. */
void spf_fault_mended(struct spf_parser *, struct str mended);

/* One term of the record, added to it or found faulty. */
void spf_read_term(struct spf_parser *, struct str text);

#endif
