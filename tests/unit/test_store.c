/* test_store - what is kept, found again, forgotten in time, and survives being killed. */
#include <setjmp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "store/keeper.h"
#include "store/query.h"

#define NOW  1795000000
#define HOUR 3600

struct world {
	struct arena arena;
	struct error error;
	struct str path;
	char folder[64];
	struct store *store;
};

static struct world *open_world(void)
{
	struct world *w = calloc(1, sizeof(*w));

	w->error.arena = &w->arena;
	memcpy(w->folder, "/tmp/frank-store-XXXXXX", sizeof("/tmp/frank-store-XXXXXX"));
	assert_non_null(mkdtemp(w->folder));
	w->path = arena_fmt(&w->arena, "%s/frank.db", w->folder);
	w->store = store_open(w->path, 0, &w->error);
	assert_non_null(w->store);
	return w;
}

static void close_world(struct world *w)
{
	store_close(w->store);
	unlink(w->path.p);
	unlink(arena_fmt(&w->arena, STR_FMT "-wal", STR_ARG(w->path)).p);
	unlink(arena_fmt(&w->arena, STR_FMT "-shm", STR_ARG(w->path)).p);
	rmdir(w->folder);
	arena_free(&w->arena);
	free(w);
}

static void tokens_cannot_be_guessed(void **state)
{
	struct store_token a, b;

	(void)state;
	store_token_new(&a);
	store_token_new(&b);
	assert_true(store_token_valid(str_of(a.text)));
	assert_string_not_equal(a.text, b.text);
	assert_false(store_token_valid(STR("short")));
	assert_false(store_token_valid(STR("has-a-dash-in-it")));
	assert_false(store_token_valid(STR("ABCDEFGHABCDEFGH")));
}

static void a_box_is_found_until_it_expires(void **state)
{
	struct world *w = open_world();
	struct store_box box, found;

	(void)state;
	assert_true(store_box_new(w->store, NOW, HOUR, &box, &w->error));
	assert_string_not_equal(box.address.text, box.page.text);
	assert_true(
	    store_box_by_address(w->store, str_of(box.address.text), NOW, &found, &w->error));
	assert_int_equal(found.id, box.id);
	assert_true(store_box_by_page(w->store, str_of(box.page.text), NOW, &found, &w->error));
	assert_string_equal(found.address.text, box.address.text);
	/* One token is not good for the other. */
	assert_false(store_box_by_page(w->store, str_of(box.address.text), NOW, &found, &w->error));
	assert_false(store_box_by_address(
	    w->store, str_of(box.address.text), NOW + HOUR, &found, &w->error));
	assert_int_equal(w->error.text.n, 0);
	close_world(w);
}

static struct store_report audit_of(struct world *w, const char *domain, int64_t when)
{
	struct store_report r;

	assert_true(store_audit_new(w->store, str_of(domain), when, 24 * HOUR, &r, &w->error));
	return r;
}

static void finish(struct world *w, const struct store_report *r)
{
	const struct store_result done = { .state = STORE_DONE,
		.domain = r->domain,
		.subject = STR("Hello"),
		.finished = r->created + 5,
		.counts = { 1, 2, 3, 4, 5 },
		.evidence = { "\0evidence", 9 },
		.json = STR("json"),
		.page = STR("page"),
		.marks = STR("marks"),
		.version = STR("0.1.0") };

	assert_true(store_report_finish(w->store, r->id, &done, &w->error));
}

static void a_report_goes_its_way(void **state)
{
	struct world *w = open_world();
	struct store_report r = audit_of(w, "a.example", NOW), found, *list;
	struct str part;
	size_t count;

	(void)state;
	assert_true(store_unfinished(w->store, &w->arena, 10, &list, &count, &w->error));
	assert_int_equal(count, 1);
	assert_true(store_report_running(w->store, r.id, &w->error));
	finish(w, &r);
	assert_true(store_unfinished(w->store, &w->arena, 10, &list, &count, &w->error));
	assert_int_equal(count, 0);
	assert_true(
	    store_report_find(w->store, &w->arena, str_of(r.token.text), &found, &w->error));
	assert_int_equal(found.state, STORE_DONE);
	assert_int_equal(found.counts.minor, 3);
	assert_true(str_eq(found.domain, STR("a.example")));
	assert_true(store_report_part(w->store, &w->arena, r.id, STORE_EVIDENCE, &part, &w->error));
	assert_int_equal(part.n, 9);
	assert_true(store_report_delete(w->store, str_of(r.token.text), &w->error));
	assert_false(
	    store_report_find(w->store, &w->arena, str_of(r.token.text), &found, &w->error));
	assert_false(store_report_delete(w->store, str_of(r.token.text), &w->error));
	assert_int_equal(w->error.text.n, 0);
	close_world(w);
}

static void the_one_before_is_of_the_same_domain(void **state)
{
	struct world *w = open_world();
	struct store_report first = audit_of(w, "a.example", NOW), other, second, third, found;

	(void)state;
	other = audit_of(w, "b.example", NOW + 1);
	second = audit_of(w, "a.example", NOW + 2);
	third = audit_of(w, "a.example", NOW + 3);
	finish(w, &first);
	finish(w, &other);
	assert_false(store_report_before(w->store, &w->arena, &first, &found, &w->error));
	/* The second never ended: the third is compared with the first. */
	assert_true(store_report_before(w->store, &w->arena, &third, &found, &w->error));
	assert_int_equal(found.id, first.id);
	assert_true(
	    store_audit_since(w->store, &w->arena, STR("a.example"), NOW + 1, &found, &w->error));
	assert_int_equal(found.id, third.id);
	assert_true(second.id < third.id);
	close_world(w);
}

/* ---- messages ---- */

struct gathering {
	pthread_mutex_t lock;
	pthread_cond_t told;
	size_t count;
	int64_t reports[600];
};

static struct gathering gathered = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.told = PTHREAD_COND_INITIALIZER };

static void on_kept(struct keeper_letter *l, int64_t report)
{
	(void)l;
	pthread_mutex_lock(&gathered.lock);
	gathered.reports[gathered.count++] = report;
	pthread_cond_signal(&gathered.told);
	pthread_mutex_unlock(&gathered.lock);
}

static void wait_for(size_t count)
{
	pthread_mutex_lock(&gathered.lock);
	while (gathered.count < count)
		pthread_cond_wait(&gathered.told, &gathered.lock);
	pthread_mutex_unlock(&gathered.lock);
}

static const struct delivery plain = { .helo = { "mx", 2 },
	.envelope = true,
	.mail_from = { "a@b.example", 11 },
	.received = NOW,
	.size = -1,
	.bytes = { "From: a\r\n\r\n\0\xff\r\n", 15 } };

static void many_letters_share_few_commits(void **state)
{
	struct world *w = open_world();
	struct keeper *k = keeper_new(w->path, STORE_FULL, &w->error);
	static struct keeper_letter letters[500];
	struct store_report *list;
	struct store_box box;
	struct delivery d;
	size_t count;

	(void)state;
	gathered.count = 0;
	assert_non_null(k);
	assert_true(store_box_new(w->store, NOW, HOUR, &box, &w->error));
	for (size_t i = 0; i < LENGTH(letters); i++) {
		letters[i] = (struct keeper_letter){ .delivery = &plain,
			.box = i % 2 == 0 ? str_of(box.address.text) : (struct str){ 0 },
			.lifetime = HOUR,
			.kept = on_kept };
		assert_true(keeper_put(k, &letters[i]));
	}
	wait_for(LENGTH(letters));
	assert_true(keeper_commits(k) < (int64_t)LENGTH(letters) / 2);
	assert_int_equal(keeper_trouble(k, &w->arena).n, 0);
	keeper_free(k);
	assert_true(store_letter(w->store, &w->arena, gathered.reports[7], &d, &w->error));
	assert_true(str_eq(d.bytes, plain.bytes));
	assert_true(str_eq(d.mail_from, plain.mail_from));
	assert_true(store_box_reports(w->store, &w->arena, box.id, 1000, &list, &count, &w->error));
	assert_int_equal(count, LENGTH(letters) / 2);
	assert_true(list[0].id > list[1].id);
	close_world(w);
}

/* In a child that will be killed: each number written has been acknowledged. */
static void keep_for_ever(const struct world *w, int fd)
{
	struct arena arena = { 0 };
	struct error e = { .arena = &arena };
	struct keeper *k = keeper_new(w->path, STORE_FULL, &e);

	for (;;) {
		struct keeper_letter l = { .delivery = &plain, .lifetime = HOUR, .kept = on_kept };

		gathered.count = 0;
		keeper_put(k, &l);
		wait_for(1);
		if (write(fd, &gathered.reports[0], sizeof(int64_t)) != sizeof(int64_t))
			_exit(1);
	}
}

static void what_was_acknowledged_survives_a_kill(void **state)
{
	struct world *w = open_world();
	int64_t reports[200], report;
	size_t count = 0;
	int ends[2];
	pid_t child;

	(void)state;
	for (unsigned round = 0; round < 3; round++) {
		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (child == 0)
			keep_for_ever(w, ends[1]);
		close(ends[1]);
		for (unsigned i = 0; i < 20; i++)
			assert_int_equal(
			    read(ends[0], &reports[count++], sizeof(int64_t)), sizeof(int64_t));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		while (read(ends[0], &report, sizeof(report)) == sizeof(report) &&
		       count < LENGTH(reports))
			reports[count++] = report;
		close(ends[0]);
	}
	for (size_t i = 0; i < count; i++) {
		struct delivery d;

		assert_true(reports[i] > 0);
		assert_true(store_letter(w->store, &w->arena, reports[i], &d, &w->error));
		assert_true(str_eq(d.bytes, plain.bytes));
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(reports[k], reports[i]);
	}
	close_world(w);
}

/* ---- house-keeping ---- */

static void what_has_expired_is_forgotten_with_its_message(void **state)
{
	struct world *w = open_world();
	struct keeper *k = keeper_new(w->path, 0, &w->error);
	struct keeper_letter l = { .delivery = &plain, .lifetime = HOUR, .kept = on_kept };
	struct store_report r = audit_of(w, "a.example", NOW), found;
	struct delivery d;
	struct store_box box;
	size_t count;

	(void)state;
	gathered.count = 0;
	assert_true(store_box_new(w->store, NOW, HOUR, &box, &w->error));
	assert_true(keeper_put(k, &l));
	wait_for(1);
	keeper_free(k);
	assert_true(store_expire(w->store, NOW + HOUR - 1, &count, &w->error));
	assert_int_equal(count, 0);
	assert_true(store_expire(w->store, NOW + HOUR, &count, &w->error));
	assert_int_equal(count, 2); /* the message's report, and the box; the audit lives on */
	assert_false(store_letter(w->store, &w->arena, gathered.reports[0], &d, &w->error));
	assert_true(
	    store_report_find(w->store, &w->arena, str_of(r.token.text), &found, &w->error));
	assert_int_equal(w->error.text.n, 0);
	close_world(w);
}

static void mail_waits_until_it_is_due(void **state)
{
	struct world *w = open_world();
	const struct store_mail m = { .recipient = STR("a@b.example"),
		.bytes = STR("Subject: x\r\n\r\n"),
		.created = NOW,
		.next = NOW };
	struct store_mail *due;
	int64_t next;
	size_t count;

	(void)state;
	assert_true(store_mail_add(w->store, &m, &w->error));
	assert_true(store_mail_due(w->store, &w->arena, NOW - 1, 10, &due, &count, &w->error));
	assert_int_equal(count, 0);
	assert_true(store_mail_due(w->store, &w->arena, NOW, 10, &due, &count, &w->error));
	assert_int_equal(count, 1);
	assert_true(store_mail_later(w->store, due[0].id, NOW + 300, STR("451 later"), &w->error));
	assert_true(store_mail_waiting(w->store, &count, &next, &w->error));
	assert_int_equal(count, 1);
	assert_int_equal(next, NOW + 300);
	assert_true(store_mail_due(w->store, &w->arena, NOW + 300, 10, &due, &count, &w->error));
	assert_int_equal(due[0].tries, 1);
	assert_true(str_eq(due[0].trouble, STR("451 later")));
	assert_true(store_mail_remove(w->store, due[0].id, &w->error));
	assert_true(store_mail_waiting(w->store, &count, &next, &w->error));
	assert_int_equal(count, 0);
	close_world(w);
}

static void replies_are_counted_by_the_hour(void **state)
{
	struct world *w = open_world();
	bool allowed;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		assert_true(store_reply_allowed(
		    w->store, STR("A@b.example"), NOW + i, 3, &allowed, &w->error));
		assert_int_equal(allowed, i < 3);
	}
	assert_true(store_reply_allowed(w->store, STR("c@b.example"), NOW, 3, &allowed, &w->error));
	assert_true(allowed);
	assert_true(store_reply_allowed(
	    w->store, STR("a@B.example"), NOW + HOUR + 1, 3, &allowed, &w->error));
	assert_true(allowed);
	close_world(w);
}

static void other_files_are_left_alone(void **state)
{
	static const struct {
		const char *made, *says;
	} cases[] = {
		{ "CREATE TABLE theirs (a)", "another program" },
		{ "PRAGMA application_id = 1718775403; PRAGMA user_version = 99", "newer frank" },
		{ "PRAGMA application_id = 7", "another program" },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct world *w = open_world();
		struct str path = arena_fmt(&w->arena, "%s/other.db", w->folder);
		sqlite3 *db;

		assert_int_equal(sqlite3_open(path.p, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, cases[i].made, NULL, NULL, NULL), SQLITE_OK);
		sqlite3_close(db);
		assert_null(store_open(path, 0, &w->error));
		assert_true(str_find(w->error.text, str_of(cases[i].says)) > 0);
		assert_true(str_starts(w->error.text, path));
		unlink(path.p);
		unlink(arena_fmt(&w->arena, STR_FMT "-wal", STR_ARG(path)).p);
		unlink(arena_fmt(&w->arena, STR_FMT "-shm", STR_ARG(path)).p);
		close_world(w);
	}
}

/* Ten thousand reports are found as fast as ten: nothing walks through a whole table. */
static void every_question_has_its_index(void **state)
{
	struct world *w = open_world();
	struct store_report r = audit_of(w, "a.example", NOW), found, *list;
	struct store_box box;
	struct store_mail *due;
	struct store *s = w->store;
	struct str part;
	size_t count;

	(void)state;
	/* Each statement once, so that it is known. */
	store_box_new(s, NOW, HOUR, &box, &w->error);
	store_box_by_address(s, STR("x"), NOW, &box, &w->error);
	store_box_by_page(s, STR("x"), NOW, &box, &w->error);
	store_report_find(s, &w->arena, STR("x"), &found, &w->error);
	store_report_before(s, &w->arena, &r, &found, &w->error);
	store_audit_since(s, &w->arena, STR("x"), NOW, &found, &w->error);
	store_box_reports(s, &w->arena, 1, 10, &list, &count, &w->error);
	store_unfinished(s, &w->arena, 10, &list, &count, &w->error);
	store_report_delete(s, STR("x"), &w->error);
	store_expire(s, NOW, &count, &w->error);
	store_mail_due(s, &w->arena, NOW, 10, &due, &count, &w->error);
	store_mail_remove(s, 1, &w->error);
	store_report_part(s, &w->arena, 1, STORE_PAGE, &part, &w->error);
	for (size_t i = 0; i < s->count; i++) {
		struct str text =
		    arena_fmt(&w->arena, "EXPLAIN QUERY PLAN %s", s->statements[i].text);
		sqlite3_stmt *plan;

		if (sqlite3_prepare_v2(s->db, text.p, -1, &plan, NULL) != SQLITE_OK)
			continue;
		while (sqlite3_step(plan) == SQLITE_ROW) {
			const char *row = (const char *)sqlite3_column_text(plan, 3);

			if (strncmp(row, "SCAN", 4) == 0 && strstr(row, "USING") == NULL &&
			    strstr(row, "sqlite_master") == NULL)
				fail_msg("%s: %s", s->statements[i].text, row);
		}
		sqlite3_finalize(plan);
	}
	close_world(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_cannot_be_guessed),
		cmocka_unit_test(a_box_is_found_until_it_expires),
		cmocka_unit_test(a_report_goes_its_way),
		cmocka_unit_test(the_one_before_is_of_the_same_domain),
		cmocka_unit_test(many_letters_share_few_commits),
		cmocka_unit_test(what_was_acknowledged_survives_a_kill),
		cmocka_unit_test(what_has_expired_is_forgotten_with_its_message),
		cmocka_unit_test(mail_waits_until_it_is_due),
		cmocka_unit_test(replies_are_counted_by_the_hour),
		cmocka_unit_test(other_files_are_left_alone),
		cmocka_unit_test(every_question_has_its_index),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
