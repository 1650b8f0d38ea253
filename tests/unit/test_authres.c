/* test_authres - Authentication-Results: read, written, injected into, forged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "wire/authres.h"
#include "wire/harmless.h"

static const char *const fault_names[] = {
	[AUTHRES_FAULT_BYTE] = "byte",
	[AUTHRES_FAULT_OPEN] = "open",
	[AUTHRES_FAULT_NO_ID] = "no-id",
	[AUTHRES_FAULT_ID] = "id",
	[AUTHRES_FAULT_INSTANCE] = "instance",
	[AUTHRES_FAULT_EMPTY] = "empty",
	[AUTHRES_FAULT_NONE] = "none",
	[AUTHRES_FAULT_METHOD] = "method",
	[AUTHRES_FAULT_RESULT] = "result",
	[AUTHRES_FAULT_REASON] = "reason",
	[AUTHRES_FAULT_PROPERTY] = "property",
	[AUTHRES_FAULT_VALUE] = "value",
	[AUTHRES_FAULT_MANY] = "many",
};

static struct str result_summary(struct arena *a, const struct authres_result *r)
{
	struct str s = arena_fmt(
	    a, " | " STR_FMT "/%u=" STR_FMT, STR_ARG(r->method), r->version, STR_ARG(r->result));

	if (r->comment.p != NULL)
		s = arena_fmt(a, STR_FMT " (" STR_FMT ")", STR_ARG(s), STR_ARG(r->comment));
	if (r->reason.p != NULL)
		s = arena_fmt(a, STR_FMT " <" STR_FMT ">", STR_ARG(s), STR_ARG(r->reason));
	for (size_t i = 0; i < r->property_count; i++) {
		const struct authres_property *p = &r->properties[i];

		s = arena_fmt(a, STR_FMT " " STR_FMT "." STR_FMT "=[" STR_FMT "]", STR_ARG(s),
		    STR_ARG(p->ptype), STR_ARG(p->name), STR_ARG(p->value));
	}
	return s;
}

/* "3:id/version none | method/version=result (comment) <reason> ptype.name=[value] !fault@at" */
static struct str summary(struct arena *a, const struct authres *r)
{
	struct str s = arena_fmt(a, STR_FMT "/%u", STR_ARG(r->id), r->version);

	if (r->instance > 0)
		s = arena_fmt(a, "%u:" STR_FMT, r->instance, STR_ARG(s));
	if (r->none)
		s = arena_fmt(a, STR_FMT " none", STR_ARG(s));
	for (size_t i = 0; i < r->count; i++)
		s = arena_fmt(
		    a, STR_FMT STR_FMT, STR_ARG(s), STR_ARG(result_summary(a, &r->results[i])));
	for (size_t i = 0; i < r->fault_count; i++)
		s = arena_fmt(a, STR_FMT " !%s@%zu", STR_ARG(s), fault_names[r->faults[i].kind],
		    r->faults[i].at);
	return s;
}

static void fields_are_read_and_faults_placed(void **state)
{
	static const struct {
		const char *value, *want;
	} rows[] = {
		/* RFC 8601 appendix B */
		{ "example.org 1; none", "example.org/1 none" },
		{ " example.com;\r\n\tspf=pass smtp.mailfrom=example.net",
		    "example.com/1 | spf/1=pass smtp.mailfrom=[example.net]" },
		{ "example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n"
		  " spf=pass smtp.mailfrom=example.net",
		    "example.com/1 | auth/1=pass (cram-md5) smtp.auth=[sender@example.net]"
		    " | spf/1=pass smtp.mailfrom=[example.net]" },
		{ "example.com; dkim=pass reason=\"good signature\"\n\theader.i=@mail.example.net",
		    "example.com/1 | dkim/1=pass <good signature>"
		    " header.i=[@mail.example.net]" },
		{ "foo.example.net (foobar) 1 (baz); \n dkim (Because I like it) / 1 (One yay) = "
		  "(wait for it) fail\n policy (A dot can go here) . (like that) expired\n"
		  " (this surprised me) = (as I wasn't expecting it) 1362471462",
		    "foo.example.net/1 | dkim/1=fail policy.expired=[1362471462]" },
		{ "i=3; a.example; arc=pass smtp.remote-ip=192.0.2.1",
		    "3:a.example/1 | arc/1=pass smtp.remote-ip=[192.0.2.1]" },
		/* later registrations, versions, quoting, UTF-8 */
		{ "a; dnswl=pass dns.zone=list.dnswl.example policy.ip=127.0.10.1",
		    "a/1 | dnswl/1=pass dns.zone=[list.dnswl.example] policy.ip=[127.0.10.1]" },
		{ "a; smime=pass body.smime-identifier=joe@a.example body.smime-part=\"1.2\"",
		    "a/1 | smime/1=pass body.smime-identifier=[joe@a.example] "
		    "body.smime-part=[1.2]" },
		{ "\"mail host\" 2; x-y/3=pass", "mail host/2 | x-y/3=pass" },
		{ "a; x=pass b.c=\"q\\\"; \\\\d\r\n e\"", "a/1 | x/1=pass b.c=[q\"; \\d e]" },
		{ "a; x=pass b.c=\"\"", "a/1 | x/1=pass b.c=[]" },
		{ "a; x=pass b.c=\"jo e\"@d.example", "a/1 | x/1=pass b.c=[\"jo e\"@d.example]" },
		{ "a; x=pass (o(i\\)n)n) b.c=d(e)f.g=h",
		    "a/1 | x/1=pass (o(i\\)n)n) b.c=[d] f.g=[h]" },
		{ "m\xc3\xbcller.example; spf=pass smtp.mailfrom=j\xc3\xb6@m\xc3\xbcller.example",
		    "m\xc3\xbcller.example/1 | spf/1=pass "
		    "smtp.mailfrom=[j\xc3\xb6@m\xc3\xbcller.example]" },
		{ "a; NONE\r\n", "a/1 none" },
		{ "a; x=pass;", "a/1 | x/1=pass" },
		/* what breaks the grammar */
		{ "", "/1 !no-id@0 !empty@0" },
		{ "a", "a/1 !empty@1" },
		{ "a b; x=pass", "a/1 | x/1=pass !id@0" },
		{ "a/1; x=pass", "/1 | x/1=pass !method@0 !no-id@0" },
		{ "a;; x=pass", "a/1 | x/1=pass !empty@2" },
		{ "a; none; x=pass", "a/1 none | x/1=pass !none@0" },
		{ "a; x=pass; b", "a/1 | x/1=pass !id@11" },
		{ "a; x=", "a/1 | x/1= !result@5" },
		{ "a; x/0=pass", "a/1 | x/0=pass !method@5" },
		{ "a; =pass", "a/1 !method@3 !empty@8" },
		{ "a; x_y=p_q", "a/1 | x_y/1=p_q !method@3 !result@7" },
		{ "a; x=pass junk b.c=d", "a/1 | x/1=pass b.c=[d] !property@10" },
		{ "a; x=pass b=c \"q\" .d=e",
		    "a/1 | x/1=pass !property@10 !property@14 !property@18" },
		{ "a; x=pass b.c=1:2 d.e=", "a/1 | x/1=pass b.c=[1:2] d.e=[] !value@14 !value@22" },
		{ "a; x=pass b.c=d reason=r", "a/1 | x/1=pass <r> b.c=[d] !reason@16" },
		{ "a; x=pass reason=r reason=s", "a/1 | x/1=pass <r> !reason@19" },
		{ "a; x=pass (open; y=pass", "a/1 | x/1=pass (open; y=pass) !open@23" },
		{ "a; x=pass b.c=\"open; y=pass", "a/1 | x/1=pass b.c=[open; y=pass] !open@27" },
		{ "a; x=pass\rb: c", "a/1 | x/1=pass !byte@9 !property@10 !property@13" },
		{ "a; x=pass\nb: c", "a/1 | x/1=pass !byte@9 !property@10 !property@13" },
		{ "a; x=pass b.c=\xff", "a/1 | x/1=pass b.c=[\xff] !byte@14" },
		{ "i=51; a; x=pass", "a/1 | x/1=pass !instance@0" },
		{ "i=1 j; a; x=pass", "a/1 | x/1=pass !instance@0" },
		{ "spf=pass b.c=d; a; x=pass", "a/1 | spf/1=pass b.c=[d] | x/1=pass !no-id@16" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct authres r;
		struct str got;

		authres_parse(&a, str_of(rows[i].value), &r);
		got = summary(&a, &r);
		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s:\n got " STR_FMT "\nwant %s", rows[i].value, STR_ARG(got),
			    rows[i].want);
		for (size_t f = 0; f < r.fault_count; f++)
			assert_true(str_of(authres_fault_text(r.faults[f].kind)).n > 0);
	}
	arena_free(&a);
}

static void results_and_values_are_found_without_case(void **state)
{
	struct arena a = { 0 };
	struct authres r;

	(void)state;
	authres_parse(&a, STR("a; SPF=pass; dkim=fail Header.D=b.example header.s=\"\""), &r);
	const struct authres_result *dkim = authres_find(&r, STR("DKIM"));
	assert_non_null(dkim);
	assert_true(str_eq(authres_value(dkim, STR("header"), STR("d")), STR("b.example")));
	assert_non_null(authres_value(dkim, STR("header"), STR("s")).p);
	assert_null(authres_value(dkim, STR("header"), STR("i")).p);
	assert_null(authres_find(&r, STR("dmarc")));
	arena_free(&a);
}

static void what_is_read_is_bounded(void **state)
{
	struct arena a = { 0 };
	struct str results = STR("a"), properties = STR("a; x=pass");
	struct authres r;

	(void)state;
	for (size_t i = 0; i < AUTHRES_MAX + 5; i++) {
		results = arena_fmt(&a, STR_FMT "; x=pass", STR_ARG(results));
		properties = arena_fmt(&a, STR_FMT " b.c=d", STR_ARG(properties));
	}
	authres_parse(&a, results, &r);
	assert_int_equal(r.count, AUTHRES_MAX);
	assert_int_equal(r.faults[0].kind, AUTHRES_FAULT_MANY);
	authres_parse(&a, properties, &r);
	assert_int_equal(r.results[0].property_count, AUTHRES_MAX);
	assert_int_equal(r.fault_count, 5);
	arena_free(&a);
}

static void text_is_made_harmless(void **state)
{
	const struct {
		struct str text, ascii, utf8;
	} rows[] = {
		{ STR("joe@a.example"), STR("joe@a.example"), STR("joe@a.example") },
		{ STR(" a \r\n\t b "), STR("a b"), STR("a b") },
		{ STR("a\0b\x01\x7f"), STR("a?b??"), STR("a?b??") },
		{ STR("a;b(c)d\"e\\f"), STR("a?b?c?d?e?f"), STR("a?b?c?d?e?f") },
		{ STR("SRS0=x=TT=a.example=joe@b.example"),
		    STR("SRS0=x=TT=a.example=joe@b.example"),
		    STR("SRS0=x=TT=a.example=joe@b.example") },
		{ STR("dkim=pass@evil.example"), STR("dkim?pass@evil.example"),
		    STR("dkim?pass@evil.example") },
		{ STR("x DMARC = pass"), STR("x DMARC ? pass"), STR("x DMARC ? pass") },
		{ STR("xspf/1=pass"), STR("xspf/1?pass"), STR("xspf/1?pass") },
		{ STR("header.d=bank.example"), STR("header.d?bank.example"),
		    STR("header.d?bank.example") },
		{ STR("reason=x policy=reject"), STR("reason?x policy=reject"),
		    STR("reason?x policy=reject") },
		{ STR("=?utf-8?q?dkim=3Dpass?="), STR("??utf-8?q?dkim?3Dpass?="),
		    STR("??utf-8?q?dkim?3Dpass?=") },
		{ STR("a==;"), STR("a???"), STR("a???") },
		{ STR("j\xc3\xb6"), STR("j?"), STR("j\xc3\xb6") },
		{ STR("a\xcd\xbe"
		      "b"),
		    STR("a?b"), STR("a?b") },
		{ STR("a\xef\xbc\x9b"
		      "b\xe2\x80\xae"),
		    STR("a?b?"), STR("a?b?") },
		{ STR("a\xffz\xc2\x85"), STR("a?z?"), STR("a?z?") },
		{ STR(""), STR(""), STR("") },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct str ascii = harmless(&a, rows[i].text, 0);
		struct str utf8 = harmless(&a, rows[i].text, HARMLESS_UTF8);

		if (!str_eq(ascii, rows[i].ascii) || !str_eq(utf8, rows[i].utf8))
			fail_msg(
			    "%zu: got " STR_FMT " and " STR_FMT, i, STR_ARG(ascii), STR_ARG(utf8));
	}
	assert_null(harmless(&a, (struct str){ 0 }, 0).p);
	assert_true(str_eq(harmless(&a, STR("a b"), HARMLESS_ONE_WORD), STR("a?b")));
	arena_free(&a);
}

/* Parsed and written again: the canonical form. */
static void fields_are_written_in_one_form(void **state)
{
	static const struct {
		const char *value;
		unsigned flags;
		const char *want;
	} rows[] = {
		{ "a.example; none", 0, "a.example; none" },
		{ "i=2;a.example;none", 0, "i=2; a.example; none" },
		{ "a.example 1;spf=pass(c)smtp.mailfrom=b.example;dkim/2=fail reason=bad", 0,
		    "a.example;\r\n\tspf=pass (c) smtp.mailfrom=b.example;\r\n\tdkim/2=fail "
		    "reason=\"bad\"" },
		{ "a.example;spf=pass;dkim=fail", AUTHRES_LF,
		    "a.example;\n\tspf=pass;\n\tdkim=fail" },
		{ "a.example; iprev=pass policy.iprev=2001:db8::1 header.b=a/b+c "
		  "smtp.mailfrom=\"\"",
		    0,
		    "a.example;\r\n\tiprev=pass policy.iprev=\"2001:db8::1\" "
		    "header.b=\"a/b+c\"\r\n "
		    "smtp.mailfrom=\"\"" },
		{ "a.example; dkim=fail reason=\"one two three four five six seven eight nine ten "
		  "eleven twelve thirteen\" header.d=d.example",
		    0,
		    "a.example;\r\n\tdkim=fail reason=\"one two three four five six seven eight "
		    "nine "
		    "ten\r\n eleven twelve thirteen\" header.d=d.example" },
		{ "m\xc3\xbcller.example; spf=pass smtp.mailfrom=j\xc3\xb6@m\xc3\xbcller.example",
		    0,
		    "xn--mller-kva.example;\r\n\tspf=pass smtp.mailfrom=j?@xn--mller-kva.example" },
		{ "m\xc3\xbcller.example; spf=pass smtp.mailfrom=j\xc3\xb6@m\xc3\xbcller.example",
		    AUTHRES_UTF8,
		    "m\xc3\xbcller.example;\r\n\tspf=pass "
		    "smtp.mailfrom=j\xc3\xb6@m\xc3\xbcller.example" },
		{ "a.example; d_k=pass; dkim=p_q; spf=pass a_b.c=d", 0,
		    "a.example;\r\n\tspf=pass" },
		{ "a.example; spf=fail smtp.mailfrom=\"\\\"x; dkim=pass\\\"@e.example\"", 0,
		    "a.example;\r\n\tspf=fail smtp.mailfrom=\"?x??dkim?pass?@e.example\"" },
		{ "\"not a token\"; spf=pass", 0, "" },
		{ "\"a;dkim=pass\"; spf=pass", 0, "" },
		{ "joe@a.example; spf=pass", 0, "" },
		{ "spf=pass", 0, "" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct authres r;
		struct str got;

		authres_parse(&a, str_of(rows[i].value), &r);
		got = authres_write(&a, &r, rows[i].flags);
		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s:\n got " STR_FMT "\nwant %s", rows[i].value, STR_ARG(got),
			    rows[i].want);
	}
	arena_free(&a);
}

static void a_value_too_long_is_left_out_not_cut(void **state)
{
	struct arena a = { 0 };
	struct authres r = { .id = STR("a.example") };
	char *big = arena_array(&a, char, AUTHRES_VALUE_MAX + 1);
	struct authres_property p = { STR("header"), STR("d"), { big, AUTHRES_VALUE_MAX + 1 } };
	struct authres_result *one = authres_add(&a, &r, STR("dkim"), STR("pass"));

	(void)state;
	memset(big, 'x', AUTHRES_VALUE_MAX + 1);
	authres_property(&a, one, &p);
	one->reason = one->comment = p.value;
	assert_true(str_eq(authres_write(&a, &r, 0), STR("a.example;\r\n\tdkim=pass")));
	arena_free(&a);
}

/* ---- injection ---- */

static uint32_t random_next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Up to eight pieces of an attack, glued together. */
static struct str attack(struct arena *a, uint32_t *seed)
{
	const struct str pieces[] = { STR(";"), STR("; dkim=pass "), STR("dkim=pass"),
		STR(" dmarc = pass"), STR("DKIM/1=PASS"), STR("header.d=bank.example"), STR("\r\n"),
		STR("\r\n\r\n"), STR("\n "), STR("\r"), STR("\0"), STR("\""), STR("\\"), STR("("),
		STR(")"), STR("\\\""), STR("=?utf-8?q?"), STR("?="), STR("="), STR("/1"), STR(" "),
		STR("\t"), STR("@"), STR("bank.example"), STR("dkim"), STR("dma"), STR("rc"),
		STR("header."), STR("d"), STR("\xcd\xbe"), STR("\xef\xbc\x9b"), STR("\xe2\x80\xa8"),
		STR("\xff"), STR("\xc3"), STR("\xb6"), STR("\xc3\xb6"), STR("none"), STR("reason"),
		STR("us.example"), STR("Authentication-Results: us.example; dkim=pass"),
		STR("a-word-that-is-rather-long-and-fills-more-than-half-of-a-line") };
	char *out = arena_array(a, char, 1024);
	size_t n = 0;

	for (uint32_t left = random_next(seed) % 9; left > 0; left--) {
		struct str piece = pieces[random_next(seed) % LENGTH(pieces)];

		memcpy(out + n, piece.p, piece.n);
		n += piece.n;
	}
	return (struct str){ out, n };
}

static size_t count_of(struct str s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

/* What the most careless reader relies on; NULL, or what it would be misled by. */
static const char *misleads(struct str field, size_t semicolons, bool utf8)
{
	static const char *const never[] = { "dkim=pass", "dmarc=pass", "dmarc = pass",
		"dkim/1=pass", "header.d=bank", "=?", "\\", "\r\n\r", "\xcd\xbe", "\xef\xbc\x9b",
		"\xe2\x80\xa8" };
	struct str rest = field;

	for (size_t i = 0; i < LENGTH(never); i++)
		if (str_ifind(field, str_of(never[i])) >= 0)
			return never[i];
	if (count_of(field, ';') != semicolons)
		return "semicolons";
	if (count_of(field, '(') != 1 || count_of(field, ')') != 1)
		return "comments";
	if (count_of(field, '"') % 2 != 0)
		return "quotes";
	if (!utf8 && !str_is_ascii(field))
		return "bytes that are not ASCII";
	for (bool first = true; rest.n > 0; first = false) {
		struct str line = str_cut(&rest, '\n');

		if (!first && (line.n < 2 || !is_wsp(line.p[0])))
			return "a line that is no folding";
		if (rest.n > 0 && (line.n == 0 || line.p[--line.n] != '\r'))
			return "a bare line feed";
		for (size_t i = 0; i < line.n; i++)
			if (((unsigned char)line.p[i] < 0x20 && (i > 0 || line.p[i] != '\t')) ||
			    line.p[i] == 0x7f)
				return "a control character";
		if (line.n > 72 && str_chr(str_trim(line), ' ') >= 0)
			if (line.n > 78)
				return "a long line";
	}
	return NULL;
}

static struct str hostile_field(struct arena *a, uint32_t *seed, unsigned flags)
{
	struct authres r = { .id = STR("us.example") };
	struct authres_result *spf = authres_add(a, &r, STR("spf"), STR("fail"));
	struct authres_property from = { STR("smtp"), STR("mailfrom"), attack(a, seed) };
	struct authres_property helo = { STR("smtp"), STR("helo"), attack(a, seed) };
	struct str attacked = attack(a, seed);

	spf->comment = arena_fmt(a, "x" STR_FMT, STR_ARG(attacked));
	spf->reason = attack(a, seed);
	authres_property(a, spf, &from);
	authres_property(a, spf, &helo);
	authres_add(a, &r, STR("dkim"), STR("none"));
	return authres_write(a, &r, flags);
}

static void nothing_can_be_injected(void **state)
{
	struct arena a = { 0 };
	uint32_t seed = 8601;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		unsigned flags = round % 2 == 0 ? 0 : AUTHRES_UTF8;
		struct str field = hostile_field(&a, &seed, flags);
		const char *misled = misleads(field, 2, flags != 0);
		struct authres r;

		if (misled != NULL)
			fail_msg("round %u: %s in " STR_FMT, round, misled, STR_ARG(field));
		authres_parse(&a, field, &r);
		if (r.fault_count > 0 || r.count != 2 || r.results[0].property_count != 2 ||
		    !str_eq(r.results[0].result, STR("fail")))
			fail_msg("round %u: " STR_FMT " is read as " STR_FMT, round, STR_ARG(field),
			    STR_ARG(summary(&a, &r)));
		if (!str_eq(authres_write(&a, &r, flags), field))
			fail_msg(
			    "round %u: " STR_FMT " is not written again", round, STR_ARG(field));
		arena_reset(&a);
	}
	arena_free(&a);
}

/* ---- forgeries ---- */

/* A field of somebody else with so many pieces between semicolons. */
static struct str many_pieces(struct arena *a, size_t count)
{
	const struct str id = STR("a.example"), result = STR(";x=y");
	char *out = arena_array(a, char, id.n + result.n * (count - 1));

	memcpy(out, id.p, id.n);
	for (size_t i = 0; i + 1 < count; i++)
		memcpy(out + id.n + i * result.n, result.p, result.n);
	return (struct str){ out, id.n + result.n * (count - 1) };
}

static void forged_fields_are_known(void **state)
{
	const struct str ours[] = { STR("us.example"), STR(".mx.us.example"),
		STR("xn--mller-kva.example"), STR("mailhost") };
	const struct {
		struct str value;
		enum authres_claim want;
	} rows[] = {
		/* somebody else's */
		{ STR("other.example; dkim=pass"), AUTHRES_OTHER },
		{ STR("us.example.other.example; dkim=pass"), AUTHRES_OTHER },
		{ STR("notus.example; dkim=pass"), AUTHRES_OTHER },
		{ STR("mx.us.examples; dkim=pass"), AUTHRES_OTHER },
		{ STR("other.example; spf=pass (sender of us.example is fine) "
		      "smtp.mailfrom=us.example"),
		    AUTHRES_OTHER },
		{ STR("other.example; x_y=p_q action=none"), AUTHRES_OTHER },
		{ STR("\"other host\"; none"), AUTHRES_OTHER },
		/* ours, by the grammar */
		{ STR("us.example; dkim=pass"), AUTHRES_OURS },
		{ STR(" US.Example 1 ; none"), AUTHRES_OURS },
		{ STR("us.example.; dkim=pass"), AUTHRES_OURS },
		{ STR("us.example 2; dkim=pass"), AUTHRES_OURS },
		{ STR("\r\n\t(a (b\\)) ;)\r\n us.example (c); dkim=pass"), AUTHRES_OURS },
		{ STR("\"us.example\"; dkim=pass"), AUTHRES_OURS },
		{ STR("\"us\\.ex\\ample\"; dkim=pass"), AUTHRES_OURS },
		{ STR("\" us.example \"; dkim=pass"), AUTHRES_OURS },
		{ STR("host1.mx.us.example; dkim=pass"), AUTHRES_OURS },
		{ STR("mx.us.example; dkim=pass"), AUTHRES_OURS },
		{ STR("mailhost; dkim=pass"), AUTHRES_OURS },
		{ STR("i=1; us.example; dkim=pass"), AUTHRES_OURS },
		{ STR("m\xc3\xbcller.example; dkim=pass"), AUTHRES_OURS },
		{ STR("M\xc3\x9cLLER.example; dkim=pass"), AUTHRES_OURS },
		{ STR("xn--mller-kva.EXAMPLE; dkim=pass"), AUTHRES_OURS },
		{ STR("\xef\xbd\x95s.example; dkim=pass"), AUTHRES_OURS }, /* full-width u */
		{ STR("us\xe3\x80\x82"
		      "example; dkim=pass"),
		    AUTHRES_OURS },
		{ STR("us.exam\xc2\xadple; dkim=pass"), AUTHRES_OURS }, /* soft hyphen */
		/* ours, to a careless reader */
		{ STR("us.example\0; dkim=pass"), AUTHRES_OURS },
		{ STR("us.example\0.other.example; dkim=pass"), AUTHRES_OURS },
		{ STR("us.ex(a comment)ample; dkim=pass"), AUTHRES_OURS },
		{ STR("us.ex\r\n ample; dkim=pass"), AUTHRES_OURS },
		{ STR("us.example dkim=pass"), AUTHRES_OURS },
		{ STR("us.example other.example; dkim=pass"), AUTHRES_OURS },
		{ STR("(us.example; dkim=pass) other.example; none"), AUTHRES_OURS },
		{ STR("other.example; none; us.example; dkim=pass"), AUTHRES_OURS },
		{ STR("spf=none; us.example; dkim=pass"), AUTHRES_OURS },
		{ STR("other.example; x=pass a.b=\";us.example;dkim=pass\""), AUTHRES_OURS },
		{ STR("<us.example>; dkim=pass"), AUTHRES_OURS },
		{ STR("us.example\"; dkim=pass"), AUTHRES_OURS },
		/* another version */
		{ STR("other.example 2; dkim=pass"), AUTHRES_VERSION },
		{ STR("other.example 0; dkim=pass"), AUTHRES_VERSION },
		/* nobody's, or anybody's */
		{ STR(""), AUTHRES_UNREADABLE },
		{ STR("dkim=pass"), AUTHRES_UNREADABLE },
		{ STR("=?utf-8?q?us.example?=; dkim=pass"), AUTHRES_UNREADABLE },
		{ STR("other.example; none\r\nAuthentication-Results: us.example; dkim=pass"),
		    AUTHRES_UNREADABLE },
		{ STR("other.example; none\rX: us.example; dkim=pass"), AUTHRES_UNREADABLE },
		{ STR("other.example (; dkim=pass"), AUTHRES_UNREADABLE },
		{ STR("other.example \"; dkim=pass"), AUTHRES_UNREADABLE },
		{ STR("other.example/1; dkim=pass"), AUTHRES_UNREADABLE },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		enum authres_claim got = authres_claim(&a, rows[i].value, ours, LENGTH(ours));

		if (got != rows[i].want)
			fail_msg("%zu: " STR_FMT ": got %d, want %d", i, STR_ARG(rows[i].value),
			    (int)got, (int)rows[i].want);
	}
	assert_int_equal(authres_claim(&a, STR("a; none"), NULL, 0), AUTHRES_OTHER);
	assert_int_equal(authres_claim(&a, many_pieces(&a, 1000), ours, 1), AUTHRES_OTHER);
	assert_int_equal(authres_claim(&a, many_pieces(&a, 1001), ours, 1), AUTHRES_UNREADABLE);
	arena_free(&a);
}

/* The same authserv-id by the grammar, spelled at random. */
static struct str spelled(struct arena *a, uint32_t *seed)
{
	const struct str around[] = { STR(""), STR(" "), STR("\r\n\t"), STR("(c)"),
		STR(" (a (b) \\) ;) "), STR("(\"us\")"), STR("\n (other.example;)\n ") };
	const struct str names[] = { STR("us.example"), STR("US.eXample"), STR("us.example."),
		STR("\"us.example\""), STR("\"u\\s.\\eXample\""), STR("\"us.exa\r\nmple.\""),
		STR("xn--mller-kva.example"), STR("m\xc3\xbcller.EXAMPLE"),
		STR("\"M\xc3\x9cller.example.\"") };
	const struct str versions[] = { STR(""), STR(" 1"), STR("(x)1 "), STR(" 01"), STR(" 7") };
	const struct str rests[] = { STR("; dkim=pass"), STR(";none"), STR(""), STR(";;"),
		STR(" ; dkim=pass (open"), STR("; x_y=p_q junk") };

	struct str before = around[random_next(seed) % LENGTH(around)];
	struct str name = names[random_next(seed) % LENGTH(names)];
	struct str version = versions[random_next(seed) % LENGTH(versions)];
	struct str behind = around[random_next(seed) % LENGTH(around)];
	struct str rest = rests[random_next(seed) % LENGTH(rests)];

	return arena_fmt(a, STR_FMT STR_FMT STR_FMT STR_FMT STR_FMT, STR_ARG(before), STR_ARG(name),
	    STR_ARG(version), STR_ARG(behind), STR_ARG(rest));
}

static void no_spelling_hides_our_name(void **state)
{
	const struct str ours[] = { STR("us.example"), STR("m\xc3\xbcller.example") };
	struct arena a = { 0 };
	uint32_t seed = 5;

	(void)state;
	for (unsigned round = 0; round < 4000; round++) {
		struct str field = spelled(&a, &seed);

		if (authres_claim(&a, field, ours, LENGTH(ours)) != AUTHRES_OURS)
			fail_msg("round %u: " STR_FMT, round, STR_ARG(field));
		arena_reset(&a);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read_and_faults_placed),
		cmocka_unit_test(results_and_values_are_found_without_case),
		cmocka_unit_test(what_is_read_is_bounded),
		cmocka_unit_test(text_is_made_harmless),
		cmocka_unit_test(fields_are_written_in_one_form),
		cmocka_unit_test(a_value_too_long_is_left_out_not_cut),
		cmocka_unit_test(nothing_can_be_injected),
		cmocka_unit_test(forged_fields_are_known),
		cmocka_unit_test(no_spelling_hides_our_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
