/* verb_lab - `frank lab`: the scenarios, and running things inside one. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/namespace.h"
#include "cli/verbs.h"
#include "lab/lab.h"

struct lab_options {
	bool unused;
};

static enum exit_status failed(const struct error *e)
{
	complain(STR_FMT, STR_ARG(e->text));
	return STATUS_USAGE;
}

static enum exit_status list(struct run *run, struct str scenario)
{
	(void)scenario;
	for (size_t i = 0; i < lab_embedded_count; i++) {
		struct str name = str_of(lab_embedded[i].name), file = name;
		struct error e = { .arena = run->arena };
		struct scenario s;

		name = str_cut(&file, '/');
		if (str_eq(file, STR("scenario.conf")) && scenario_load(run->arena, name, &s, &e))
			printf("%-18.*s" STR_FMT "\n", STR_ARG(name), STR_ARG(s.about));
	}
	return STATUS_OK;
}

static void show_zone(struct run *run, const struct lab_zone *z)
{
	printf("\n; zone " STR_FMT "%s", STR_ARG(z->name),
	    z->secure  ? " (signed)"
	    : z->bogus ? " (bogus)"
		       : "");
	for (size_t i = 0; i < z->at_count; i++)
		printf(
		    "%s" STR_FMT, i == 0 ? " at " : ", ", STR_ARG(ip_write(run->arena, z->at[i])));
	printf("\n" STR_FMT, STR_ARG(z->text));
}

static enum exit_status show(struct run *run, struct str scenario)
{
	struct error e = { .arena = run->arena };
	struct scenario s;

	if (!scenario_load(run->arena, scenario, &s, &e))
		return failed(&e);
	printf(STR_FMT ": " STR_FMT "\ndomain " STR_FMT "\n", STR_ARG(s.name), STR_ARG(s.about),
	    STR_ARG(s.domain));
	for (size_t i = 0; i < s.service_count; i++)
		for (size_t k = 0; k < s.services[i].address_count; k++)
			printf("%5u  " STR_FMT " (" STR_FMT ")\n", s.services[i].port,
			    STR_ARG(s.services[i].host),
			    STR_ARG(ip_write(run->arena, s.services[i].addresses[k])));
	for (size_t i = 0; i < s.silence_count; i++)
		printf("silent: " STR_FMT " about \"" STR_FMT "\"\n",
		    STR_ARG(s.silences[i].server.family == IP_NONE
				? STR("resolver")
				: ip_write(run->arena, s.silences[i].server)),
		    STR_ARG(s.silences[i].name));
	for (size_t i = 0; i < s.zone_count; i++)
		show_zone(run, &s.zones[i]);
	return STATUS_OK;
}

/* Until a signal, or the end of the lab: signals are let in only where they wake us. */
static bool wait_for_end(struct run *run, pid_t lab)
{
	struct pollfd ended = { .fd = pidfd_open(lab, 0), .events = POLLIN };
	sigset_t both, before;
	int ready = 0;

	sigemptyset(&both);
	sigaddset(&both, SIGINT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, &before);
	while (*run->interrupted == 0 && ready <= 0)
		ready = ppoll(&ended, 1, NULL, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (ended.fd >= 0)
		close(ended.fd);
	return ready <= 0;
}

static enum exit_status serve(struct run *run, struct str scenario)
{
	struct error e = { .arena = run->arena };
	struct lab lab;
	bool asked;

	if (!lab_start(run->arena, scenario, &lab, &e))
		return failed(&e);
	printf("resolver " STR_FMT "\nroot certificate " STR_FMT "\n", STR_ARG(lab.resolver),
	    STR_ARG(lab.roots.path));
	for (size_t i = 0; i < lab.port_count; i++)
		printf(STR_FMT " port %u: 127.0.0.1:%u\n",
		    STR_ARG(ip_write(run->arena, lab.ports[i].address)), lab.ports[i].port,
		    lab.ports[i].local_port);
	fflush(stdout);
	asked = wait_for_end(run, lab.child);
	lab_stop(&lab);
	if (!asked)
		complain("the lab has ended by itself");
	return asked ? STATUS_OK : STATUS_USAGE;
}

/* ---- frank lab run ---- */

static void say_ready(void *context)
{
	int fd = *(int *)context;

	if (write(fd, "r", 1) == 1)
		close(fd);
}

/* The lab in a child of its own; -1 when it does not come to listen (it says why). */
static pid_t start_here(struct run *run, struct str scenario, int roots_fd)
{
	struct error e = { .arena = run->arena };
	int ends[2];
	char ready;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGINT, SIG_IGN); /* the parent ends us */
		close(ends[0]);
		lab_serve_here(
		    run->arena, scenario, &(struct lab_here){ roots_fd, say_ready, &ends[1] }, &e);
		complain(STR_FMT, STR_ARG(e.text));
		_exit(STATUS_USAGE);
	}
	close(ends[1]);
	if (child > 0 && read(ends[0], &ready, 1) != 1) {
		waitpid(child, NULL, 0);
		child = -1;
	}
	close(ends[0]);
	return child;
}

static bool build_world(const struct scenario *s, struct error *e)
{
	bool ok = namespace_enter(e) && namespace_own_resolver(e);

	for (size_t i = 0; ok && i < s->nameserver_count; i++)
		ok = namespace_add_address(s->nameservers[i], e);
	for (size_t i = 0; i < s->service_count; i++)
		for (size_t k = 0; ok && k < s->services[i].address_count; k++)
			ok = namespace_add_address(s->services[i].addresses[k], e);
	return ok;
}

/* Ctrl-C is the command's alone; SIGTERM is handed on to it. */
static int run_command(struct run *run)
{
	int status = 0;
	pid_t child = fork();

	if (child < 0)
		return STATUS_USAGE;
	if (child == 0) {
		signal(SIGINT, SIG_DFL);
		signal(SIGPIPE, SIG_DFL);
		execvp(run->rest[0], run->rest);
		complain("%s: %s", run->rest[0], strerror(errno));
		_exit(127);
	}
	signal(SIGINT, SIG_IGN);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		if (*run->interrupted != 0)
			kill(child, SIGTERM);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static enum exit_status run_in_world(struct run *run, struct str name, const struct lab_roots *r)
{
	int status = STATUS_USAGE;
	pid_t lab = start_here(run, name, r->fd);

	if (lab > 0) {
		setenv("SSL_CERT_FILE", r->path.p, 1);
		setenv("FRANK_LAB", arena_str(run->arena, name).p, 1);
		status = run_command(run);
		kill(lab, SIGKILL);
		waitpid(lab, NULL, 0);
	}
	return (enum exit_status)status;
}

static enum exit_status run_inside(struct run *run, struct str name)
{
	struct error e = { .arena = run->arena };
	struct lab_roots roots;
	struct scenario s;
	enum exit_status status;

	if (run->rest == NULL || run->rest[0] == NULL)
		return usage_error(&verb_lab,
		    "what shall run? For instance: frank lab run %.*s -- dig MX startup.example",
		    STR_ARG(name));
	if (!scenario_load(run->arena, name, &s, &e) || !build_world(&s, &e) ||
	    !lab_roots_new(run->arena, &roots, &e))
		return failed(&e);
	status = run_in_world(run, name, &roots);
	lab_roots_close(&roots);
	return status;
}

static const struct {
	const char *word;
	bool needs_scenario;
	enum exit_status (*run)(struct run *, struct str scenario);
} actions[] = {
	{ "list", false, list },
	{ "show", true, show },
	{ "serve", true, serve },
	{ "run", true, run_inside },
};

static enum exit_status run_lab(struct run *run)
{
	struct str word = run->arg_count > 0 ? run->args[0] : STR("list");

	for (size_t i = 0; i < LENGTH(actions); i++) {
		if (!str_eq(word, str_of(actions[i].word)))
			continue;
		if (actions[i].needs_scenario != (run->arg_count == 2))
			return usage_error(&verb_lab, "%s",
			    actions[i].needs_scenario
				? "one scenario, please (frank lab list shows them)"
				: "list takes no argument");
		return actions[i].run(run, run->arg_count == 2 ? run->args[1] : (struct str){ 0 });
	}
	return usage_error(
	    &verb_lab, "there is no \"%.*s\": list, show, serve or run", STR_ARG(word));
}

static const struct option_table *const tables[] = { NULL };

const struct verb verb_lab = {
	.name = "lab",
	.usage = "frank lab [list | show SCENARIO | serve SCENARIO | run SCENARIO -- COMMAND]",
	.summary = "a small Internet on loopback, to try things in",
	.about = "Scenarios are built in, or a folder (a name with a slash). \"run\" gives the "
		 "command a\n"
		 "network namespace in which the scenario's addresses, ports and resolver are "
		 "real; its\n"
		 "exit status is the command's. \"frank check --lab SCENARIO\" needs no namespace.",
	.examples = "  frank lab list\n"
		    "  frank check --lab startup-before startup.example\n"
		    "  sudo frank lab run startup-after -- dig MX startup.example\n",
	.tables = tables,
	.options_size = sizeof(struct lab_options),
	.run = run_lab,
};
