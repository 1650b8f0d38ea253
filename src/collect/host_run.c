/* host_run - see host_run.h. */
#include "collect/host_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN_SECONDS 10

struct program {
	const char *key;
	const char *names[3]; /* the first that exists is run */
	const char *arguments[3];
};

static const struct program programs[] = {
	{ "run:postconf", { "postconf" }, { NULL } },
	{ "run:exim", { "exim4", "exim" }, { "-bP" } },
	{ "run:exim-transports", { "exim4", "exim" }, { "-bP", "transports" } },
	{ "run:doveconf", { "doveconf" }, { "-a" } },
	/* -P shows what -a hides; only the names of the two files are asked for. */
	{ "run:doveconf-tls", { "doveconf" }, { "-P", "ssl_cert", "ssl_key" } },
};

struct host_runs {
	struct collector *collector;
	struct arena *arena;
	struct running *first;
};

struct running {
	struct host_runs *runs;
	struct running *next;
	struct job *job;
	struct fact *fact;
	struct event *readable;
	pid_t pid;
	int fd;
	struct buf output;
};

struct host_runs *host_runs_new(struct collector *c, struct arena *a)
{
	struct host_runs *runs = arena_new(a, struct host_runs);

	runs->collector = c;
	runs->arena = a;
	return runs;
}

/* Where a program is: on the PATH, or where an administrator's programs are. */
static const char *find_program(struct arena *a, const char *name)
{
	const char *path = getenv("PATH");
	struct str rest =
	    arena_fmt(a, "%s:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin", path != NULL ? path : "");

	while (rest.n > 0) {
		struct str folder = str_cut(&rest, ':');

		if (folder.n == 0 || folder.p[0] != '/')
			continue;
		struct str file = arena_fmt(a, STR_FMT "/%s", STR_ARG(folder), name);
		if (access(file.p, X_OK) == 0)
			return file.p;
	}
	return NULL;
}

static void stop(struct running *r)
{
	struct running **at = &r->runs->first;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	event_free(r->readable);
	close(r->fd);
	kill(r->pid, SIGKILL);
	waitpid(r->pid, NULL, 0);
}

static void finish(struct running *r, const char *error)
{
	struct host_answer *out = &r->fact->host;
	struct arena *a = r->job->facts->arena;
	struct host_runs *runs = r->runs;

	*out = (struct host_answer){ .found = error == NULL };
	if (error == NULL)
		out->text = host_without_keys(a, buf_str(&r->output));
	else
		out->error = arena_str(a, str_of(error));
	r->fact->from = STR("this machine");
	stop(r);
	buf_free(&r->output);
	collect_answered(runs->collector, r->job, r->fact);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct running *r = context;
	char piece[4096];
	ssize_t n;

	if ((what & EV_TIMEOUT) != 0) {
		finish(r, "the program did not end within 10 seconds");
		return;
	}
	n = read((int)fd, piece, sizeof(piece));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		buf_add(&r->output, (struct str){ piece, (size_t)n });
		if (buf_failed(&r->output))
			finish(r, "the program printed more than 256 KiB");
		return;
	}
	finish(r, r->output.n > 0 ? NULL : "the program printed nothing");
}

static bool spawn(struct running *r, const char *path, const struct program *p)
{
	const char *argv[5] = { p->names[0] };
	posix_spawn_file_actions_t files;
	int ends[2];
	bool ok;

	for (size_t i = 0; i < LENGTH(p->arguments); i++)
		argv[i + 1] = p->arguments[i];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, ends[1], 1);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	ok = posix_spawn(&r->pid, path, &files, NULL, (char *const *)(uintptr_t)argv, environ) == 0;
	posix_spawn_file_actions_destroy(&files);
	close(ends[1]);
	r->fd = ends[0];
	if (!ok)
		close(ends[0]);
	return ok;
}

static void answer_missing(struct host_runs *runs, struct job *job, struct fact *f)
{
	f->host = (struct host_answer){ .error = STR("not installed here") };
	f->from = STR("this machine");
	collect_answered(runs->collector, job, f);
}

static void start(struct host_runs *runs, struct job *job, struct fact *f, const struct program *p)
{
	const struct timeval limit = { RUN_SECONDS, 0 };
	struct running *r = arena_new(runs->arena, struct running);
	const char *path = NULL;

	for (size_t i = 0; i < LENGTH(p->names) && path == NULL && p->names[i] != NULL; i++)
		path = find_program(runs->arena, p->names[i]);
	r->runs = runs;
	r->job = job;
	r->fact = f;
	if (path == NULL || !spawn(r, path, p)) {
		answer_missing(runs, job, f);
		return;
	}
	buf_init(&r->output, HOST_MAX_TEXT);
	fcntl(r->fd, F_SETFL, O_NONBLOCK);
	r->readable =
	    event_new(collect_base(runs->collector), r->fd, EV_READ | EV_PERSIST, on_readable, r);
	event_add(r->readable, &limit);
	r->next = runs->first;
	runs->first = r;
}

bool host_run(struct host_runs *runs, struct job *job, struct fact *f)
{
	for (size_t i = 0; i < LENGTH(programs); i++)
		if (str_eq(f->question.host, str_of(programs[i].key))) {
			start(runs, job, f, &programs[i]);
			return true;
		}
	return false;
}

void host_runs_cancel(struct host_runs *runs)
{
	while (runs->first != NULL) {
		struct running *r = runs->first;

		stop(r);
		buf_free(&r->output);
	}
}
