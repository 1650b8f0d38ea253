/*
 * query - a prepared statement of a store while it is used; for the files of this room only.
 *
 *	struct query q = query_begin(store, "SELECT ... WHERE token = ?1");
 *	query_text(&q, 1, token);
 *	while (query_row(&q))
 *		... query_int(&q, 0)
 *	return query_end(&q, error);
 *
 * A fault is kept and told by query_end().  Statements are prepared once for each text (which is a
 * literal: its address is the key).
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include <sqlite3.h>

#include "store/store.h"

#define STORE_MAX_STATEMENTS 64

struct store {
	sqlite3 *db;
	struct str path;
	struct arena arena;
	struct {
		const char *text;
		sqlite3_stmt *statement;
	} statements[STORE_MAX_STATEMENTS];
	size_t count;
};

struct query {
	struct store *store;
	sqlite3_stmt *statement; /* NULL: it could not be prepared */
	int status;
	size_t rows;
};

struct query query_begin(struct store *, const char *text);
void query_set_text(struct query *, int at, struct str);
void query_set_blob(struct query *, int at, struct str);
void query_set_int(struct query *, int at, int64_t);
bool query_row(struct query *);
int64_t query_int(const struct query *, int column);
struct str query_bytes(const struct query *, struct arena *, int column);
void query_token(const struct query *, int column, struct store_token *);
/* Runs it to its end; false, with the error, when something went wrong. */
bool query_end(struct query *, struct error *);
/* The same; false without an error when there was no row, or (for a change) none was changed. */
bool query_end_one(struct query *, struct error *);
/* A statement without values. */
bool query_run(struct store *, const char *text, struct error *);
/* Brings the tables up to date, or says why not. */
bool store_migrate(struct store *, struct error *);

#endif
