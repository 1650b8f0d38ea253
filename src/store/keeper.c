/* keeper - see keeper.h. */
#include "store/keeper.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "evidence/file_delivery.h"
#include "store/query.h"

struct keeper {
	struct store *store; /* of the thread */
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t filled;
	struct keeper_letter *first, **last;
	size_t waiting;
	bool ending;
	struct arena arena;
	struct str trouble;
	atomic_int_fast64_t commits;
};

/* ---- writing, in the thread ---- */

/* The box as it stands; an address that has expired meanwhile still gets its message. */
static bool add_report(struct store *s, struct keeper_letter *l, struct error *e)
{
	struct store_token token;
	struct query q =
	    query_begin(s, "INSERT INTO report (token, kind, state, box, created, expires) "
			   "VALUES (?1, 1, 0, (SELECT id FROM box WHERE address = ?2), ?3, ?4)");

	store_token_new(&token);
	query_set_text(&q, 1, str_of(token.text));
	query_set_text(&q, 2, l->box);
	query_set_int(&q, 3, l->delivery->received);
	query_set_int(&q, 4, l->delivery->received + l->lifetime);
	if (!query_end(&q, e))
		return false;
	l->report = sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool add_letter(struct store *s, const struct keeper_letter *l, struct error *e)
{
	struct arena scratch = { 0 };
	json_t *o = delivery_json(&scratch, l->delivery, false);
	char *text = json_dumps(o, JSON_COMPACT);
	struct query q =
	    query_begin(s, "INSERT INTO letter (report, delivery, bytes) VALUES (?1, ?2, ?3)");
	bool ok;

	query_set_int(&q, 1, l->report);
	query_set_text(&q, 2, str_of(text));
	query_set_blob(&q, 3, l->delivery->bytes);
	ok = query_end(&q, e);
	free(text);
	json_decref(o);
	arena_free(&scratch);
	return ok;
}

static bool write_all(struct store *s, struct keeper_letter *first, struct error *e)
{
	bool ok = query_run(s, "BEGIN IMMEDIATE", e);

	for (struct keeper_letter *l = first; ok && l != NULL; l = l->next)
		ok = add_report(s, l, e) && add_letter(s, l, e);
	if (ok && query_run(s, "COMMIT", e))
		return true;
	if (!sqlite3_get_autocommit(s->db))
		query_run(s, "ROLLBACK", &(struct error){ .arena = e->arena });
	return false;
}

/* One that cannot be written does not take the others with it: each alone then. */
static void write_each(struct keeper *k, struct keeper_letter *first, struct error *e)
{
	for (struct keeper_letter *next, *l = first; l != NULL; l = next) {
		next = l->next;
		l->next = NULL;
		if (!write_all(k->store, l, e))
			l->report = 0;
		else
			atomic_fetch_add(&k->commits, 1);
		l->next = next;
	}
}

static void note_trouble(struct keeper *k, struct str text)
{
	pthread_mutex_lock(&k->lock);
	arena_reset(&k->arena);
	k->trouble = arena_str(&k->arena, text);
	pthread_mutex_unlock(&k->lock);
}

static void keep(struct keeper *k, struct keeper_letter *first)
{
	struct arena scratch = { 0 };
	struct error e = { .arena = &scratch };

	if (write_all(k->store, first, &e))
		atomic_fetch_add(&k->commits, 1);
	else
		write_each(k, first, &e);
	note_trouble(k, e.text);
	arena_free(&scratch);
	for (struct keeper_letter *next; first != NULL; first = next) {
		next = first->next;
		first->kept(first, first->report);
	}
}

static void *run(void *context)
{
	struct keeper *k = context;
	struct keeper_letter *first;

	pthread_mutex_lock(&k->lock);
	while (k->first != NULL || !k->ending) {
		if (k->first == NULL) {
			pthread_cond_wait(&k->filled, &k->lock);
			continue;
		}
		first = k->first;
		k->first = NULL;
		k->last = &k->first;
		k->waiting = 0;
		pthread_mutex_unlock(&k->lock);
		keep(k, first);
		pthread_mutex_lock(&k->lock);
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

/* ---- for others ---- */

struct keeper *keeper_new(struct str path, unsigned flags, struct error *e)
{
	struct keeper *k = calloc(1, sizeof(*k));

	if (k == NULL)
		abort();
	k->last = &k->first;
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->filled, NULL);
	k->store = store_open(path, flags, e);
	if (k->store != NULL && pthread_create(&k->thread, NULL, run, k) == 0)
		return k;
	if (k->store != NULL)
		error_set(e, "no thread for the store could be started");
	store_close(k->store);
	free(k);
	return NULL;
}

bool keeper_put(struct keeper *k, struct keeper_letter *l)
{
	bool room;

	l->next = NULL;
	l->report = 0;
	pthread_mutex_lock(&k->lock);
	room = k->waiting < KEEPER_MAX_WAITING;
	if (room) {
		*k->last = l;
		k->last = &l->next;
		k->waiting++;
		pthread_cond_signal(&k->filled);
	}
	pthread_mutex_unlock(&k->lock);
	return room;
}

int64_t keeper_commits(const struct keeper *k)
{
	return atomic_load(&k->commits);
}

struct str keeper_trouble(struct keeper *k, struct arena *a)
{
	struct str copy;

	pthread_mutex_lock(&k->lock);
	copy = arena_str(a, k->trouble);
	pthread_mutex_unlock(&k->lock);
	return copy;
}

void keeper_free(struct keeper *k)
{
	if (k == NULL)
		return;
	pthread_mutex_lock(&k->lock);
	k->ending = true;
	pthread_cond_signal(&k->filled);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	store_close(k->store);
	pthread_mutex_destroy(&k->lock);
	pthread_cond_destroy(&k->filled);
	arena_free(&k->arena);
	free(k);
}
