/* test_settings - what Postfix, Exim and Dovecot print, and /etc/hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "check/settings.h"

static const char postfix[] = "mail_name = Postfix\n"
			      "mydomain = example.com\n"
			      "myhostname = mail.$mydomain\n"
			      "smtpd_banner = ${myhostname} ESMTP $(mail_name) $$5\n"
			      "smtp_helo_name = $myhostname\n"
			      "loop = $loop x\n"
			      "empty =\n";

static const struct {
	const char *name, *value;
} expansions[] = {
	{ "myhostname", "mail.example.com" },
	{ "smtpd_banner", "mail.example.com ESMTP Postfix $5" },
	{ "smtp_helo_name", "mail.example.com" },
	{ "loop", " x x x x x x x x x x x" },
	{ "empty", "" },
	{ "absent", "" },
};

static void postfix_values_expand(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(expansions); i++) {
		struct str got = settings_postfix(&a, STR(postfix), expansions[i].name);

		if (!str_eq(got, str_of(expansions[i].value)))
			fail_msg("%s: got \"%.*s\"", expansions[i].name, STR_ARG(got));
	}
	arena_free(&a);
}

static void exim_knows_its_host_only(void **state)
{
	struct arena a = { 0 };
	struct str host = STR("mx.example.com");

	(void)state;
	assert_true(
	    str_eq(settings_exim(&a, STR("$smtp_active_hostname ESMTP Exim $version_number"), host),
		STR("mx.example.com ESMTP Exim ")));
	assert_true(str_eq(settings_exim(&a, STR("${primary_hostname}"), host), host));
	assert_true(
	    str_eq(settings_exim(&a, STR("fixed.example.com"), host), STR("fixed.example.com")));
	assert_int_equal(settings_exim(&a, STR("${lookup{x}lsearch{y}}"), host).n, 0);
	arena_free(&a);
}

static void a_dovecot_block_hides_its_lines(void **state)
{
	struct str text =
	    STR("local 192.0.2.1 {\n  ssl_cert = </other\n}\nssl_cert = </etc/x.pem\n");

	(void)state;
	assert_true(str_eq(settings_value(text, "ssl_cert"), STR("</etc/x.pem")));
	assert_false(settings_has(text, "ssl"));
}

static void hosts_gives_the_first_name(void **state)
{
	struct str hosts =
	    STR("127.0.0.1 localhost\n# 127.0.1.1 no\n127.0.1.1\tmail.example.com mail # x\n");

	(void)state;
	assert_true(str_eq(settings_hosts_name(hosts, STR("127.0.1.1")), STR("mail.example.com")));
	assert_int_equal(settings_hosts_name(hosts, STR("192.0.2.1")).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(postfix_values_expand),
		cmocka_unit_test(exim_knows_its_host_only),
		cmocka_unit_test(a_dovecot_block_hides_its_lines),
		cmocka_unit_test(hosts_gives_the_first_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
