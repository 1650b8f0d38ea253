/*
 * verb - what a subcommand is: one constant table of options that drives parsing,
 * --help, the manual's check and the shell completions.
 */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include <stdio.h>

#include "base/error.h"

enum exit_status {
	STATUS_OK = 0,	   /* nothing failed */
	STATUS_FAILED = 1, /* something failed */
	STATUS_USAGE = 2,
	STATUS_UNJUDGED = 3, /* network trouble, temporary error: it could not be judged */
};

enum option_kind {
	OPTION_FLAG,   /* bool */
	OPTION_TEXT,   /* struct str */
	OPTION_LIST,   /* struct list: repeatable, and parted by commas when .commas */
	OPTION_NUMBER, /* long, min..max */
	OPTION_CHOICE, /* int: index into choices */
};

struct list {
	struct str *items;
	size_t count;
};

struct option {
	const char *name; /* "resolver": --resolver */
	char letter;	  /* 'r', or 0 */
	enum option_kind kind;
	const char *argument; /* "ADDR[:PORT]"; NULL for a flag */
	const char *help;     /* one line */
	size_t offset;	      /* of the value in the verb's options struct */
	long min, max;
	const char *const *choices; /* NULL-terminated */
	bool commas;
};

struct run {
	struct arena *arena;
	void *options;	  /* the verb's options struct, filled in */
	struct str *args; /* what is not an option */
	size_t arg_count;
	char **rest;			 /* what stood behind "--", NULL-terminated; or NULL */
	bool color, terminal;		 /* of standard output */
	bool unicode;			 /* a terminal, in a locale that has more than ASCII */
	const volatile int *interrupted; /* set by SIGINT and SIGTERM */
};

struct verb {
	const char *name;     /* "spf" */
	const char *usage;    /* "frank spf --ip IP --mail-from ADDR [OPTION...]" */
	const char *summary;  /* one line for `frank help` */
	const char *about;    /* a paragraph for --help */
	const char *examples; /* lines for --help */
	/* Option tables, NULL-terminated: common ones (where answers come from) and own. */
	const struct option_table *const *tables;
	size_t options_size;
	enum exit_status (*run)(struct run *);
};

struct option_table {
	const char *title; /* "Where answers come from" */
	const struct option *options;
	size_t count;
};

extern const struct verb *const verbs[];
extern const size_t verb_count;

/* One line on standard error: "frank: ...". */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
enum exit_status usage_error(const struct verb *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
