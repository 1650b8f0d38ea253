/* inbox - see inbox.h. */
#include "cli/inbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/inbox_folder.h"

#define ROOM ((size_t)64 * 1024)
/* Bytes that must be there, or the end, to judge what begins a line. */
#define LOOK ((size_t)1024)

struct inbox {
	struct arena *arena;
	const struct str *names;
	size_t count, next;
	const volatile int *interrupted;
	struct inbox_folder folder; /* under way, when it has names left */
	/* The file under way: */
	struct arena scratch; /* its name */
	struct str name;
	int fd;		  /* -1: none */
	bool mbox, begun; /* begun: its first message was handed out */
	size_t number;
	bool in_message, at_line;
	bool ended; /* nothing more can be read */
	int error;  /* errno of the read that failed; 0: none */
	char *buffer;
	size_t from, to; /* what is there of it */
};

struct inbox *inbox_new(
    struct arena *a, const struct str *names, size_t count, const volatile int *interrupted)
{
	struct inbox *box = arena_new(a, struct inbox);

	*box = (struct inbox){
		.arena = a, .names = names, .count = count, .interrupted = interrupted, .fd = -1
	};
	box->buffer = arena_array(a, char, ROOM);
	return box;
}

static void close_file(struct inbox *box)
{
	if (box->fd > STDIN_FILENO)
		close(box->fd);
	box->fd = -1;
	box->in_message = false;
}

void inbox_free(struct inbox *box)
{
	close_file(box);
	inbox_folder_free(&box->folder);
	arena_free(&box->scratch);
}

/* ---- bytes ---- */

static bool interrupted(const struct inbox *box)
{
	return box->interrupted != NULL && *box->interrupted != 0;
}

static struct str waiting(const struct inbox *box)
{
	return (struct str){ box->buffer + box->from, box->to - box->from };
}

/* Until so many bytes wait, or no more come. */
static void fill(struct inbox *box, size_t wanted)
{
	if (box->to - box->from >= wanted || box->ended)
		return;
	memmove(box->buffer, box->buffer + box->from, box->to - box->from);
	box->to -= box->from;
	box->from = 0;
	while (box->to < wanted && !box->ended) {
		ssize_t n = read(box->fd, box->buffer + box->to, ROOM - box->to);

		if (n < 0 && errno == EINTR && !interrupted(box))
			continue;
		if (n < 0)
			box->error = errno;
		if (n <= 0)
			box->ended = true;
		else
			box->to += (size_t)n;
	}
}

/* ---- mbox ---- */

/* "12:34" and a year, which every program writes and no sentence has. */
static bool has_time(struct str line)
{
	bool time = false;
	size_t digits = 0;

	for (size_t i = 0; i < line.n; i++) {
		if (i >= 2 && i + 2 < line.n && line.p[i] == ':')
			time |= is_digit(line.p[i - 1]) && is_digit(line.p[i + 1]) &&
				is_digit(line.p[i + 2]);
		digits = is_digit(line.p[i]) ? digits + 1 : 0;
		if (time && digits == 4)
			return true;
	}
	return false;
}

static bool is_separator(struct str text)
{
	text = str_slice(text, 0, LOOK / 2);
	return str_starts(text, STR("From ")) && has_time(str_cut_line(&text));
}

/* Bytes of the empty line that ends a message; 0: it goes on. */
static size_t end_of_message(struct str text)
{
	size_t n = str_starts(text, STR("\r\n")) ? 2 : str_starts(text, STR("\n")) ? 1 : 0;

	return n > 0 && (text.n == n || is_separator(str_skip(text, n))) ? n : 0;
}

static bool is_quoted_from(struct str text)
{
	size_t n = 0;

	while (n < LOOK / 2 && n < text.n && text.p[n] == '>')
		n++;
	return n > 0 && str_starts(str_skip(text, n), STR("From "));
}

/* Up to where the next piece goes: behind whole lines, before what begins a line and matters. */
static size_t plain_bytes(struct inbox *box, struct str text)
{
	size_t at = 0;

	while (at < text.n) {
		struct str rest = str_skip(text, at);
		ptrdiff_t end;

		if (box->at_line && ((rest.n < LOOK && !box->ended) || end_of_message(rest) > 0 ||
					is_quoted_from(rest)))
			return at;
		end = str_chr(rest, '\n');
		box->at_line = end >= 0;
		at += end >= 0 ? (size_t)end + 1 : rest.n;
	}
	return at;
}

static bool read_mbox(struct inbox *box, struct str *piece)
{
	fill(box, LOOK);
	if (box->at_line && is_quoted_from(waiting(box))) {
		box->from++;
		box->at_line = false;
	} else if (box->at_line && (waiting(box).n == 0 || end_of_message(waiting(box)) > 0)) {
		box->from += end_of_message(waiting(box));
		return false;
	}
	*piece = waiting(box);
	piece->n = plain_bytes(box, *piece);
	box->from += piece->n;
	return piece->n > 0;
}

static void skip_line(struct inbox *box)
{
	for (fill(box, LOOK); waiting(box).n > 0; fill(box, LOOK)) {
		ptrdiff_t end = str_chr(waiting(box), '\n');

		box->from = end < 0 ? box->to : box->from + (size_t)end + 1;
		if (end >= 0)
			return;
	}
}

/* ---- messages ---- */

bool inbox_read(struct inbox *box, struct str *piece)
{
	if (!box->in_message)
		return false;
	if (box->mbox) {
		box->in_message = read_mbox(box, piece);
		return box->in_message;
	}
	fill(box, 1);
	*piece = waiting(box);
	box->from = box->to;
	box->in_message = piece->n > 0;
	return box->in_message;
}

static bool trouble(const struct inbox *box, struct error *e, const char *why)
{
	struct str name = str_eq(box->name, STR("-")) ? STR("standard input") : box->name;

	if (box->number > 0)
		return error_set(e, STR_FMT ", message %zu: %s", STR_ARG(name), box->number, why);
	return error_set(e, STR_FMT ": %s", STR_ARG(name), why);
}

bool inbox_broken(const struct inbox *box, struct error *e)
{
	return box->error != 0 && !trouble(box, e, strerror(box->error));
}

static bool first_line_is_lf(const struct inbox *box)
{
	struct str text = waiting(box);
	ptrdiff_t end = str_chr(text, '\n');

	return end == 0 || (end > 0 && text.p[end - 1] != '\r');
}

static enum inbox_event begin_message(struct inbox *box, struct letter *out)
{
	if (box->mbox) {
		skip_line(box);
		box->number++;
	}
	fill(box, ROOM / 2);
	box->begun = box->in_message = box->at_line = true;
	*out = (struct letter){
		.name = box->name, .number = box->number, .lf = first_line_is_lf(box)
	};
	return INBOX_MESSAGE;
}

/* ---- files ---- */

static bool refuse(struct inbox *box, struct error *e, const char *why)
{
	trouble(box, e, why);
	close_file(box);
	return false;
}

static bool open_file(struct inbox *box, struct str name, bool may_be_mbox, struct error *e)
{
	arena_reset(&box->scratch);
	box->name = arena_str(&box->scratch, name);
	box->fd = str_eq(name, STR("-")) ? STDIN_FILENO : open(box->name.p, O_RDONLY | O_CLOEXEC);
	box->from = box->to = box->number = 0;
	box->ended = box->begun = false;
	box->error = 0;
	if (box->fd < 0)
		return refuse(box, e, strerror(errno));
	fill(box, LOOK);
	if (box->error != 0)
		return refuse(box, e, strerror(box->error));
	if (waiting(box).n == 0)
		return refuse(box, e, "empty: there is no message in it");
	box->mbox = may_be_mbox && str_starts(waiting(box), STR("From "));
	return true;
}

/* What was named: a directory is gone through, all else is a file. */
static bool open_named(struct inbox *box, struct str name, struct error *e)
{
	struct stat there;

	if (str_eq(name, STR("-")) || stat(arena_str(box->arena, name).p, &there) != 0 ||
	    !S_ISDIR(there.st_mode))
		return open_file(box, name, true, e);
	return inbox_folder_read(&box->folder, name, e);
}

enum inbox_event inbox_next(struct inbox *box, struct letter *out, struct error *e)
{
	struct str piece, name;
	bool opened;

	while (!interrupted(box) && inbox_read(box, &piece))
		;
	for (;;) {
		if (interrupted(box))
			close_file(box);
		/* A plain file has one message. */
		if (box->fd >= 0 && (!box->begun || (box->mbox && waiting(box).n > 0)))
			return begin_message(box, out);
		close_file(box);
		if (interrupted(box))
			return INBOX_END;
		if (inbox_folder_next(&box->folder, &name))
			opened = open_file(box, name, false, e);
		else if (box->next < box->count)
			opened = open_named(box, box->names[box->next++], e);
		else
			return INBOX_END;
		if (!opened)
			return INBOX_TROUBLE;
	}
}
