/*
 * settings - reads the settings of Postfix, Exim and Dovecot as their own programs print
 * them, and the files that name this machine.
 */
#ifndef CHECK_SETTINGS_H
#define CHECK_SETTINGS_H

#include "base/arena.h"

/* The value of the line "name = value" (blanks around both are no part); {0} when absent.
   With braces around it (a Dovecot block) a line does not count. */
struct str settings_value(struct str text, const char *name);
/* Is there such a line at all? */
bool settings_has(struct str text, const char *name);

/* A Postfix value with $name, ${name} and $(name) replaced from the same text, to a depth
   of 10 (postconf(5)); what has no value becomes empty. */
struct str settings_postfix(struct arena *, struct str text, const char *name);

/* An Exim string in which only the host's name is a variable, or {0} when it needs more of
   Exim's string expansion than that. */
struct str settings_exim(struct arena *, struct str value, struct str primary_hostname);

/* The first name that a line of an /etc/hosts file gives to the address; {0} when none does. */
struct str settings_hosts_name(struct str hosts, struct str address);

#endif
