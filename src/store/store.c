/* store - opening the file, its tables, tokens; see store.h. */
#include <stdlib.h>
#include <sys/random.h>

#include "store/query.h"

#define APPLICATION 0x66726e6b /* "frnk": the file is one of ours */
#define WAIT_MS	    10000      /* for another connection that writes */

/* Each brings the tables from version i to i + 1.  Never changed once released; only added to. */
static const char *const migrations[] = {
	/* 1 */
	"CREATE TABLE box ("
	"  id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, page TEXT NOT NULL UNIQUE,"
	"  created INTEGER NOT NULL, expires INTEGER NOT NULL) STRICT;"
	"CREATE INDEX box_expires ON box (expires);"
	"CREATE TABLE report ("
	"  id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, kind INTEGER NOT NULL,"
	"  state INTEGER NOT NULL, domain TEXT NOT NULL DEFAULT '',"
	"  subject TEXT NOT NULL DEFAULT '', box INTEGER REFERENCES box (id) ON DELETE SET NULL,"
	"  created INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0,"
	"  expires INTEGER NOT NULL, critical INTEGER NOT NULL DEFAULT 0,"
	"  major INTEGER NOT NULL DEFAULT 0, minor INTEGER NOT NULL DEFAULT 0,"
	"  passed INTEGER NOT NULL DEFAULT 0, unknown INTEGER NOT NULL DEFAULT 0,"
	"  version TEXT NOT NULL DEFAULT '', marks BLOB, evidence BLOB, json BLOB, page BLOB) "
	"STRICT;"
	"CREATE INDEX report_domain ON report (kind, domain, id);"
	"CREATE INDEX report_box ON report (box, id) WHERE box IS NOT NULL;"
	"CREATE INDEX report_expires ON report (expires);"
	"CREATE INDEX report_unfinished ON report (id) WHERE state < 2;"
	"CREATE TABLE letter ("
	"  report INTEGER PRIMARY KEY REFERENCES report (id) ON DELETE CASCADE,"
	"  delivery TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;"
	"CREATE TABLE mail ("
	"  id INTEGER PRIMARY KEY, sender TEXT NOT NULL, recipient TEXT NOT NULL,"
	"  bytes BLOB NOT NULL, created INTEGER NOT NULL, next INTEGER NOT NULL,"
	"  tries INTEGER NOT NULL DEFAULT 0, trouble TEXT NOT NULL DEFAULT '') STRICT;"
	"CREATE INDEX mail_next ON mail (next);"
	"CREATE TABLE reply (address TEXT NOT NULL, at INTEGER NOT NULL) STRICT;"
	"CREATE INDEX reply_address ON reply (address, at);"
	"CREATE INDEX reply_at ON reply (at);",
};

static bool pragma(struct store *s, const char *text, int64_t *out, struct error *e)
{
	struct query q = query_begin(s, text);

	if (query_row(&q))
		*out = query_int(&q, 0);
	return query_end(&q, e);
}

static bool execute(struct store *s, const char *text, struct error *e)
{
	if (sqlite3_exec(s->db, text, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return error_set(e, STR_FMT ": %s", STR_ARG(s->path), sqlite3_errmsg(s->db));
}

/* Nobody else changes the tables meanwhile: the caller has begun a transaction. */
static bool migrate_from(struct store *s, int64_t version, struct error *e)
{
	char text[64];

	for (size_t i = (size_t)version; i < LENGTH(migrations); i++)
		if (!execute(s, migrations[i], e))
			return false;
	sqlite3_snprintf(sizeof(text), text, "PRAGMA user_version = %d", (int)LENGTH(migrations));
	if (!execute(s, text, e))
		return false;
	sqlite3_snprintf(sizeof(text), text, "PRAGMA application_id = %d", APPLICATION);
	return execute(s, text, e);
}

static bool is_ours(struct store *s, int64_t *version, struct error *e)
{
	int64_t application = 0, tables = 0;

	if (!pragma(s, "PRAGMA application_id", &application, e) ||
	    !pragma(s, "PRAGMA user_version", version, e) ||
	    !pragma(s, "SELECT count(*) FROM sqlite_schema", &tables, e))
		return false;
	if (application != APPLICATION && (application != 0 || *version != 0 || tables > 0))
		return error_set(e, STR_FMT ": a database of another program", STR_ARG(s->path));
	if (*version > (int64_t)LENGTH(migrations))
		return error_set(e,
		    STR_FMT
		    ": written by a newer frank (tables of version %lld; this one knows %zu)",
		    STR_ARG(s->path), (long long)*version, LENGTH(migrations));
	return true;
}

bool store_migrate(struct store *s, struct error *e)
{
	int64_t version = 0;
	bool ok;

	if (!is_ours(s, &version, e))
		return false;
	if (version == (int64_t)LENGTH(migrations))
		return true;
	if (!execute(s, "BEGIN IMMEDIATE", e))
		return false;
	/* Somebody may have been faster. */
	ok = is_ours(s, &version, e) &&
	     (version == (int64_t)LENGTH(migrations) || migrate_from(s, version, e));
	return execute(s, ok ? "COMMIT" : "ROLLBACK", e) && ok;
}

static bool set_up(struct store *s, unsigned flags, struct error *e)
{
	const char *safety = (flags & STORE_LOOSE) != 0	 ? "PRAGMA synchronous = OFF"
			     : (flags & STORE_FULL) != 0 ? "PRAGMA synchronous = FULL"
							 : "PRAGMA synchronous = NORMAL";

	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, WAIT_MS);
	if (!execute(s, "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF", e))
		return false;
	if ((flags & STORE_READ) != 0)
		return true;
	return execute(s, "PRAGMA journal_mode = WAL; PRAGMA secure_delete = FAST", e) &&
	       execute(s, safety, e) && store_migrate(s, e);
}

struct store *store_open(struct str path, unsigned flags, struct error *e)
{
	struct store *s = calloc(1, sizeof(*s));
	int how = (flags & STORE_READ) != 0 ? SQLITE_OPEN_READONLY
					    : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

	if (s == NULL)
		abort();
	s->path = arena_str(&s->arena, path);
	if (sqlite3_open_v2(s->path.p, &s->db, how | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		error_set(e, STR_FMT ": %s", STR_ARG(path),
		    s->db == NULL ? "out of memory" : sqlite3_errmsg(s->db));
	else if (set_up(s, flags, e))
		return s;
	store_close(s);
	return NULL;
}

void store_close(struct store *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++)
		sqlite3_finalize(s->statements[i].statement);
	sqlite3_close(s->db);
	arena_free(&s->arena);
	free(s);
}

/* ---- tokens ---- */

void store_token_new(struct store_token *out)
{
	/* Without l and o, 0 and 1: it can be read aloud and typed. */
	static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char random[STORE_TOKEN];

	_Static_assert(sizeof(alphabet) == 33, "five bits a character");
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		abort();
	for (size_t i = 0; i < STORE_TOKEN; i++)
		out->text[i] = alphabet[random[i] % 32];
	out->text[STORE_TOKEN] = '\0';
}

bool store_token_valid(struct str s)
{
	if (s.n != STORE_TOKEN)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) || to_lower(s.p[i]) != s.p[i])
			return false;
	return true;
}
