/* test_session_script - what may be said to somebody's server, and what may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "collect/session_script.h"

typedef void script_test(const struct script *, enum session_goal);

static void each(script_test *test)
{
	for (int p = PROTOCOL_SMTP; p <= PROTOCOL_POP3; p++)
		for (int g = GOAL_VISIT; g <= GOAL_INJECTION; g++)
			test(script_for((enum service_protocol)p, (enum session_goal)g),
			    (enum session_goal)g);
}

static bool says(const struct script *s, const char *words)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_ifind(str_of(s->steps[i].say), str_of(words)) >= 0)
			return true;
	return false;
}

static void takes_leave(const struct script *s, enum session_goal goal)
{
	const char *last = s->steps[s->count - 1].say;

	(void)goal;
	assert_string_equal(last, s->protocol == PROTOCOL_IMAP ? "LOGOUT" : "QUIT");
	assert_int_equal(s->steps[s->count - 1].when, ALWAYS);
}

static void every_script_takes_leave(void **state)
{
	(void)state;
	each(takes_leave);
}

static void sends_nothing(const struct script *s, enum session_goal goal)
{
	bool message = s->protocol == PROTOCOL_SMTP && goal == GOAL_SMUGGLE;

	if (says(s, "DATA") != message || says(s, "BDAT"))
		fail_msg("%s %s", session_protocol_name(s->protocol), session_goal_name(goal));
	for (size_t i = 0; i < s->count; i++) {
		struct str line = str_of(s->steps[i].say);

		/* Only the smuggling test writes a message, and that to postmaster alone. */
		if (message && str_starts(line, STR("RCPT")))
			assert_string_equal(line.p, "RCPT TO:<postmaster@%d>");
		if (!message && s->steps[i].manner >= QUIETLY)
			fail_msg("%s says bytes", session_goal_name(goal));
		if (str_istarts(line, STR("AUTH")) || str_istarts(line, STR("LOGIN")) ||
		    str_istarts(line, STR("USER")))
			fail_msg("%s logs in", session_goal_name(goal));
	}
}

static void only_smuggling_sends_a_message(void **state)
{
	(void)state;
	each(sends_nothing);
}

/* RFC 5321 section 7.1: strangers' mail to strangers. */
static void relaying_is_tried_for_a_stranger(void **state)
{
	const struct script *s = script_for(PROTOCOL_SMTP, GOAL_RELAY);

	(void)state;
	assert_true(says(s, "MAIL FROM:<%f>"));
	assert_true(says(s, "RCPT TO:<relay-test@example.net>"));
	assert_false(says(s, "STARTTLS"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_script_takes_leave),
		cmocka_unit_test(only_smuggling_sends_a_message),
		cmocka_unit_test(relaying_is_tried_for_a_stranger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
