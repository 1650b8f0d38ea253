/* test_received - Received as some thirty servers write it; who is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "wire/date.h"
#include "wire/received.h"

static struct str add(struct arena *a, struct str s, const char *name, struct str value)
{
	if (value.p == NULL)
		return s;
	return arena_fmt(
	    a, STR_FMT "%s%s=" STR_FMT, STR_ARG(s), s.n > 0 ? " " : "", name, STR_ARG(value));
}

/* "helo=... name=... ip=..."; what is absent is left out. */
static struct str summary(struct arena *a, const struct received *r)
{
	struct str s = r->from ? STR("from") : STR("");

	s = add(a, s, "helo", r->helo);
	s = add(a, s, r->name_checked ? "checked" : "name", r->name);
	if (r->ip.family != IP_NONE)
		s = add(a, s, "ip", ip_write(a, r->ip));
	s = add(a, s, "by", r->by);
	s = add(a, s, "with", r->with);
	s = add(a, s, "id", r->id);
	s = add(a, s, "for", r->rcpt);
	if (r->has_sender)
		s = add(a, s, "sender", arena_fmt(a, "<" STR_FMT ">", STR_ARG(r->sender)));
	if (r->has_date && r->date == 1795420800)
		return add(a, s, "date", STR("right"));
	return r->has_date ? add(a, s, "date", date_write(a, r->date)) : s;
}

static void fields_are_read(void **state)
{
	static const struct {
		const char *server, *value, *want;
	} rows[] = {
		{ "Postfix",
		    "from mail.example.org (mail.example.org [192.0.2.1])\r\n\t(using TLSv1.3 with "
		    "cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n\t key-exchange X25519 "
		    "server-signature RSA-PSS (2048 bits))\r\n\t(Client CN \"mail.example.org\", "
		    "Issuer \"R3\" (verified OK))\r\n\tby mx.example.com (Postfix) with ESMTPS id "
		    "4F2Qab1zXyz\r\n\tfor <joe@example.com>; Mon, 23 Nov 2026 09:00:00 +0100 (CET)",
		    "from helo=mail.example.org checked=mail.example.org ip=192.0.2.1 "
		    "by=mx.example.com with=ESMTPS id=4F2Qab1zXyz for=joe@example.com date=right" },
		{ "Postfix, no name",
		    "from foo.example (unknown [IPv6:2001:db8::1])\r\n\tby mx.example.com "
		    "(Postfix) with ESMTP id 4F2Q; Mon, 23 Nov 2026 08:00:00 +0000 (UTC)",
		    "from helo=foo.example ip=2001:db8::1 by=mx.example.com with=ESMTP id=4F2Q "
		    "date=right" },
		{ "Postfix, HELO is a literal",
		    "from [192.168.1.5] (p5.example.net [192.0.2.5])\r\n\t(Authenticated sender: "
		    "joe)\r\n\tby mx.example.com (Postfix) with ESMTPSA id A1; Mon, 23 Nov 2026 "
		    "08:00:00 +0000",
		    "from helo=[192.168.1.5] checked=p5.example.net ip=192.0.2.5 by=mx.example.com "
		    "with=ESMTPSA id=A1 date=right" },
		{ "Postfix, local",
		    "by mx.example.com (Postfix, from userid 1000)\r\n\tid 4F2Q; Mon, 23 Nov 2026 "
		    "08:00:00 +0000 (UTC)",
		    "by=mx.example.com id=4F2Q date=right" },
		{ "Exim",
		    "from mail.example.org ([192.0.2.1] helo=foo.example)\r\n\tby mx.example.com "
		    "with esmtps  (TLS1.3) tls TLS_AES_256_GCM_SHA384\r\n\t(Exim "
		    "4.96)\r\n\t(envelope-from <ann@example.org>)\r\n\tid "
		    "1rAbCd-0001ab-2X\r\n\tfor joe@example.com;\r\n\tMon, 23 Nov 2026 08:00:00 "
		    "+0000",
		    "from helo=foo.example checked=mail.example.org ip=192.0.2.1 by=mx.example.com "
		    "with=esmtps id=1rAbCd-0001ab-2X for=joe@example.com sender=<ann@example.org> "
		    "date=right" },
		{ "Exim, HELO is the name",
		    "from mail.example.org ([192.0.2.1]:40122)\r\n\tby mx.example.com with esmtp "
		    "(Exim 4.96) id 1r-2; Mon, 23 Nov 2026 08:00:00 +0000",
		    "from helo=mail.example.org checked=mail.example.org ip=192.0.2.1 "
		    "by=mx.example.com with=esmtp id=1r-2 date=right" },
		{ "Exim, no name",
		    "from [192.0.2.1] (port=4711 helo=[10.1.1.1] ident=joe)\r\n\tby mx.example.com "
		    "with esmtp (Exim 4.96)\r\n\t(envelope-from <>)\r\n\tid 1r-2; Mon, 23 Nov 2026 "
		    "08:00:00 +0000",
		    "from helo=[10.1.1.1] ip=192.0.2.1 by=mx.example.com with=esmtp id=1r-2 "
		    "sender=<> date=right" },
		{ "Sendmail",
		    "from foo.example (IDENT:joe@mail.example.org [192.0.2.1])\r\n\tby "
		    "mx.example.com (8.18.1/8.18.1) with ESMTPS id "
		    "4AN8xyz012345\r\n\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 "
		    "verify=NOT)\r\n\tfor <joe@example.com>; Mon, 23 Nov 2026 08:00:00 GMT",
		    "from helo=foo.example checked=mail.example.org ip=192.0.2.1 by=mx.example.com "
		    "with=ESMTPS id=4AN8xyz012345 for=joe@example.com date=right" },
		{ "Sendmail, forged",
		    "from foo.example (mail.example.org [192.0.2.1] (may be forged))\r\n\tby "
		    "mx.example.com (8.18.1/8.18.1) with ESMTP id 4AN; Mon, 23 Nov 2026 08:00:00 "
		    "GMT",
		    "from helo=foo.example ip=192.0.2.1 by=mx.example.com with=ESMTP id=4AN "
		    "date=right" },
		{ "Sendmail, no name",
		    "from foo.example ([IPv6:2001:db8:0:0:0:0:0:1]) by mx.example.com "
		    "(8.18.1/8.18.1) with ESMTP id 4AN; Mon, 23 Nov 2026 08:00:00 GMT",
		    "from helo=foo.example ip=2001:db8::1 by=mx.example.com with=ESMTP id=4AN "
		    "date=right" },
		{ "Exchange",
		    "from mail.example.org (192.0.2.1) by\r\n "
		    "DB5EUR03FT012.mail.protection.outlook.com (10.152.20.1) with Microsoft "
		    "SMTP\r\n Server (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id "
		    "15.20.8158.24 via\r\n Frontend Transport; Mon, 23 Nov 2026 08:00:00 +0000",
		    "from helo=mail.example.org ip=192.0.2.1 "
		    "by=DB5EUR03FT012.mail.protection.outlook.com with=Microsoft SMTP Server "
		    "id=15.20.8158.24 date=right" },
		{ "Exchange, inside",
		    "from AM0PR01.eurprd01.prod.exchangelabs.com ([fe80::1]) by\r\n "
		    "AM0PR01.eurprd01.prod.exchangelabs.com ([fe80::2%3]) with mapi id\r\n "
		    "15.20.8158.024; Mon, 23 Nov 2026 08:00:00 +0000",
		    "from helo=AM0PR01.eurprd01.prod.exchangelabs.com ip=fe80::1 "
		    "by=AM0PR01.eurprd01.prod.exchangelabs.com with=mapi id=15.20.8158.024 "
		    "date=right" },
		{ "Microsoft pickup",
		    "from mail pickup service by mx.example.com with Microsoft SMTPSVC;\r\n\t Mon, "
		    "23 Nov 2026 08:00:00 +0000",
		    "from by=mx.example.com with=Microsoft SMTPSVC date=right" },
		{ "Gmail",
		    "from mail.example.org (p1.example.net. [192.0.2.1])\r\n        by "
		    "mx.google.com with ESMTPS id "
		    "4fb4d7f45d1cf-5bc-si123456.12.2026.11.23.00.00.00\r\n        for "
		    "<joe@example.com>\r\n        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 "
		    "bits=256/256);\r\n        Mon, 23 Nov 2026 00:00:00 -0800 (PST)",
		    "from helo=mail.example.org name=p1.example.net ip=192.0.2.1 by=mx.google.com "
		    "with=ESMTPS id=4fb4d7f45d1cf-5bc-si123456.12.2026.11.23.00.00.00 "
		    "for=joe@example.com date=right" },
		{ "Gmail, inside",
		    "by 2002:a05:6402:1234:b0:5bc:1:2 with SMTP id abc123csp456;\r\n        Mon, "
		    "23 Nov 2026 00:00:00 -0800 (PST)",
		    "by=2002:a05:6402:1234:b0:5bc:1:2 with=SMTP id=abc123csp456 date=right" },
		{ "Dovecot LMTP",
		    "from mx.example.com ([127.0.0.1])\r\n\tby store.example.com with LMTP\r\n\tid "
		    "aBcDeFgHi\r\n\t(envelope-from <ann@example.org>)\r\n\tfor <joe@example.com>; "
		    "Mon, 23 Nov 2026 08:00:00 +0000",
		    "from helo=mx.example.com ip=127.0.0.1 by=store.example.com with=LMTP "
		    "id=aBcDeFgHi for=joe@example.com sender=<ann@example.org> date=right" },
		{ "Cyrus",
		    "from mx.example.com ([unix socket])\r\n\t by mx (Cyrus 3.6.1) with "
		    "LMTPA;\r\n\t Mon, 23 Nov 2026 08:00:00 +0000",
		    "from helo=mx.example.com by=mx with=LMTPA date=right" },
		{ "qmail",
		    "from unknown (HELO foo.example) (joe@192.0.2.1)\r\n  by mx.example.com with "
		    "SMTP; 23 Nov 2026 08:00:00 -0000",
		    "from helo=foo.example ip=192.0.2.1 by=mx.example.com with=SMTP date=right" },
		{ "qmail, HELO is the name",
		    "from mail.example.org (192.0.2.1)\r\n  by mx.example.com with SMTP; 23 Nov "
		    "2026 08:00:00 -0000",
		    "from helo=mail.example.org ip=192.0.2.1 by=mx.example.com with=SMTP "
		    "date=right" },
		{ "qmail, local", "(qmail 12345 invoked by uid 89); 23 Nov 2026 08:00:00 -0000",
		    "date=right" },
		{ "OpenSMTPD",
		    "from foo.example (mail.example.org [192.0.2.1])\r\n\tby mx.example.com "
		    "(OpenSMTPD) with ESMTPS id 12ab34cd "
		    "(TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO)\r\n\tfor <joe@example.com>;\r\n\tMon, "
		    "23 Nov 2026 08:00:00 +0000 (UTC)",
		    "from helo=foo.example name=mail.example.org ip=192.0.2.1 by=mx.example.com "
		    "with=ESMTPS id=12ab34cd for=joe@example.com date=right" },
		{ "Courier",
		    "from foo.example (mail.example.org [::ffff:192.0.2.1])\r\n  (TLS: "
		    "TLSv1.3,256bits,TLS_AES_256_GCM_SHA384)\r\n  by mx.example.com with "
		    "ESMTPS\r\n  id 000000000012AB34.00000000678.000012AB; Mon, 23 Nov 2026 "
		    "08:00:00 +0000",
		    "from helo=foo.example name=mail.example.org ip=192.0.2.1 by=mx.example.com "
		    "with=ESMTPS id=000000000012AB34.00000000678.000012AB date=right" },
		{ "Haraka",
		    "from foo.example (NXDOMAIN [192.0.2.1])\r\n\tby mx.example.com (Haraka/3.0.2) "
		    "with ESMTPS id 6F1A.1\r\n\tenvelope-from <ann@example.org>\r\n\ttls "
		    "TLS_AES_256_GCM_SHA384;\r\n\tMon, 23 Nov 2026 08:00:00 +0000",
		    "from helo=foo.example ip=192.0.2.1 by=mx.example.com with=ESMTPS id=6F1A.1 "
		    "sender=<ann@example.org> date=right" },
		{ "IronPort",
		    "from unknown (HELO foo.example) ([192.0.2.1])\r\n  by mx.example.com with "
		    "ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384; 23 Nov 2026 08:00:00 +0000",
		    "from helo=foo.example ip=192.0.2.1 by=mx.example.com "
		    "with=ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384 date=right" },
		{ "Yahoo",
		    "from 192.0.2.1  (EHLO mail.example.org)\r\n by 10.197.38.5 with SMTPs\r\n "
		    "(version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256);\r\n Mon, 23 Nov 2026 08:00:00 "
		    "+0000",
		    "from helo=mail.example.org ip=192.0.2.1 by=10.197.38.5 with=SMTPs "
		    "date=right" },
		{ "Amavis",
		    "from mx.example.com ([127.0.0.1])\r\n\tby localhost (mx.example.com "
		    "[127.0.0.1]) (amavis, port 10024)\r\n\twith ESMTP id xYz-12 for "
		    "<joe@example.com>;\r\n\tMon, 23 Nov 2026 08:00:00 +0000 (UTC)",
		    "from helo=mx.example.com ip=127.0.0.1 by=localhost with=ESMTP id=xYz-12 "
		    "for=joe@example.com date=right" },
		{ "SES",
		    "from mail.example.org (mail.example.org [192.0.2.1])\r\n by "
		    "inbound-smtp.eu-west-1.amazonaws.com with SMTP id abc\r\n for "
		    "joe@example.com;\r\n Mon, 23 Nov 2026 08:00:00 +0000 (UTC)",
		    "from helo=mail.example.org name=mail.example.org ip=192.0.2.1 "
		    "by=inbound-smtp.eu-west-1.amazonaws.com with=SMTP id=abc for=joe@example.com "
		    "date=right" },
		{ "mox",
		    "from foo.example (mail.example.org [192.0.2.1]) via tcp with ESMTPS (TLS1.3) "
		    "by mx.example.com ([198.51.100.1]) id x9 for <joe@example.com>; 23 Nov 2026 "
		    "08:00:00 +0000",
		    "from helo=foo.example name=mail.example.org ip=192.0.2.1 by=mx.example.com "
		    "with=ESMTPS id=x9 for=joe@example.com date=right" },
		{ "maddy",
		    "from foo.example (mail.example.org [192.0.2.1]) by mx.example.com "
		    "(envelope-sender <ann@example.org>) with ESMTPS id ab12; Mon, 23 Nov 2026 "
		    "08:00:00 +0000",
		    "from helo=foo.example name=mail.example.org ip=192.0.2.1 by=mx.example.com "
		    "with=ESMTPS id=ab12 sender=<ann@example.org> date=right" },
		{ "CommuniGate",
		    "from [192.0.2.1] (account joe HELO foo.example)\r\n  by mx.example.com "
		    "(CommuniGate Pro SMTP 6.3.3)\r\n  with ESMTPSA id 123 for joe@example.com; "
		    "Mon, 23 Nov 2026 08:00:00 +0000",
		    "from helo=foo.example ip=192.0.2.1 by=mx.example.com with=ESMTPSA id=123 "
		    "for=joe@example.com date=right" },
		{ "Domino",
		    "from mail.example.org ([192.0.2.1])\r\n          by mx.example.com (Lotus "
		    "Domino Release 9.0.1)\r\n          with ESMTP id 2026112308-42 ;\r\n          "
		    "Mon, 23 Nov 2026 08:00:00 +0000",
		    "from helo=mail.example.org ip=192.0.2.1 by=mx.example.com with=ESMTP "
		    "id=2026112308-42 date=right" },
		{ "fetchmail",
		    "from pop.example.com [192.0.2.1]\r\n\tby localhost with POP3 "
		    "(fetchmail-6.4.37)\r\n\tfor <joe@localhost> (single-drop); Mon, 23 Nov 2026 "
		    "08:00:00 +0000 (UTC)",
		    "from helo=pop.example.com ip=192.0.2.1 by=localhost with=POP3 "
		    "for=joe@localhost date=right" },
		{ "MDaemon",
		    "from mail.example.org by mx.example.com (MDaemon PRO v20)\r\n\twith ESMTP id "
		    "md5000.msg for <joe@example.com>; Mon, 23 Nov 2026 08:00:00 +0000",
		    "from helo=mail.example.org by=mx.example.com with=ESMTP id=md5000.msg "
		    "for=joe@example.com date=right" },
		{ "Stalwart",
		    "from foo.example (mail.example.org [192.0.2.1])\r\n\t(using TLSv1.3 with "
		    "cipher TLS13_AES_256_GCM_SHA384)\r\n\tby mx.example.com (Stalwart SMTP) with "
		    "ESMTPS id 26B;\r\n\tMon, 23 Nov 2026 08:00:00 +0000",
		    "from helo=foo.example name=mail.example.org ip=192.0.2.1 by=mx.example.com "
		    "with=ESMTPS id=26B date=right" },
		{ "a HELO that writes another field",
		    "from x (evil [198.51.100.9]) by mx.example.com (Postfix) (p1.example "
		    "[192.0.2.1]) by mx.example.com; Mon, 23 Nov 2026 08:00:00 +0000",
		    "from date=right" },
		{ "two addresses",
		    "from x (a [198.51.100.9]) (p1.example [192.0.2.1]) by mx.example.com with "
		    "SMTP id 1",
		    "from by=mx.example.com with=SMTP id=1" },
		{ "two addresses, HELO apart",
		    "from [198.51.100.9] (HELO x) (192.0.2.1) by mx.example.com",
		    "from by=mx.example.com" },
		{ "a HELO that is an address, and nothing else is told",
		    "from [198.51.100.9] by mx.example.com with ESMTP id 1",
		    "from helo=[198.51.100.9] by=mx.example.com with=ESMTP id=1" },
		{ "Exim, neither HELO nor name",
		    "from [192.0.2.1] by mx.example.com with smtp (Exim 4.96) id 1",
		    "from ip=192.0.2.1 by=mx.example.com with=smtp id=1" },
		{ "a certificate that tells of a HELO",
		    "from mx.example.com (p1.example [192.0.2.1]) (Client CN \"a HELO b\") by "
		    "mx.example.com (Postfix)",
		    "from helo=mx.example.com checked=p1.example ip=192.0.2.1 "
		    "by=mx.example.com" },
		{ "one that does so as Exim would",
		    "from mx.example.com (p1.example [192.0.2.1]) (Client CN \"a helo=b\") by "
		    "mx.example.com (Postfix)",
		    "from by=mx.example.com" },
		{ "a name that is an address",
		    "from x (198.51.100.9 [192.0.2.1]) by mx.example.com (Postfix)",
		    "from helo=x ip=192.0.2.1 by=mx.example.com" },
		{ "two senders",
		    "from x ([192.0.2.1]) by mx.example.com (envelope-from <a@b.example>) "
		    "(envelope-from <c@b.example>)",
		    "from helo=x ip=192.0.2.1 by=mx.example.com" },
		{ "HELO is a clause",
		    "from by (by.example [192.0.2.1]) by with with id id id for for",
		    "from helo=by name=by.example ip=192.0.2.1 by=with with=id id=id" },
		{ "a certificate that looks like a client",
		    "from x (p1.example [192.0.2.1]) (Client CN \"[198.51.100.9]\") by "
		    "mx.example.com",
		    "from helo=x name=p1.example ip=192.0.2.1 by=mx.example.com" },
		{ "a quoted local part",
		    "from x by y for <\"a b;> c\"@example.com>; 23 Nov 2026 08:00:00 +0000",
		    "from helo=x by=y for=\"a b;> c\"@example.com date=right" },
		{ "no end of a comment", "from x (p1.example [192.0.2.1] by y",
		    "from helo=x name=p1.example ip=192.0.2.1" },
		{ "a zone is no name", "from x ([fe80::1%eth0]) by y",
		    "from helo=x ip=fe80::1 by=y" },
		{ "no date", "from x by y; yesterday", "from helo=x by=y" },
		{ "a semicolon too early", "from x; by y; 23 Nov 2026 08:00:00 +0000",
		    "from helo=x by=y date=right" },
		{ "empty", "", "" },
		{ "semicolons", ";;;", "" },
		{ "escapes", "from x (\\( [192.0.2.1] \\)) by y (\\", "from helo=x by=y" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct received r;
		struct str got;

		received_parse(&a, str_of(rows[i].value), &r);
		got = summary(&a, &r);
		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s:\n got " STR_FMT "\nwant %s", rows[i].server, STR_ARG(got),
			    rows[i].want);
	}
	arena_free(&a);
}

/* What lies behind the limit could contradict, so nothing is believed. */
static void a_field_is_bounded(void **state)
{
	struct arena a = { 0 };
	struct str text = STR("from x ([192.0.2.1]) by y with");
	struct received r;

	(void)state;
	received_parse(&a, text, &r);
	assert_true(r.from);
	for (size_t i = 0; i < RECEIVED_MAX_WORDS; i++)
		text = arena_fmt(&a, STR_FMT " z", STR_ARG(text));
	received_parse(&a, text, &r);
	assert_false(r.from);
	assert_int_equal(r.by.n, 0);
	assert_int_equal(r.ip.family, IP_NONE);
	arena_free(&a);
}

/* ---- who handed it over ---- */

static void read_header(struct arena *a, struct str text, struct message *m)
{
	struct str body;

	message_init(m, a, NULL);
	message_push(m, text);
	message_end(m);
	while (message_next(m, &body) == MESSAGE_HEADER)
		;
}

#define FROM_OUTSIDE                                                                               \
	"Received: from mail.example.org (p1.example.org [192.0.2.1])\n by mx.example.com "        \
	"(Postfix) with ESMTP id 1\n"
#define FROM_LIAR                                                                                  \
	"Received: from good.example (good.example [198.51.100.1]) by mx.example.com (Postfix) "   \
	"with ESMTP id 2\n"
#define FOUND "found ip=192.0.2.1 helo=mail.example.org"

static struct str origin_of(
    struct arena *a, const char *header, struct str *hosts, size_t count, struct str proposed)
{
	static const char *const ends[] = { "found", "no field", "untrusted", "inside",
		"unreadable" };
	const struct received_trust trust = { hosts, count };
	struct received_origin o;
	struct message m;
	struct str s;

	read_header(a, str_of(header), &m);
	if (proposed.p != NULL) {
		struct str some[3];
		size_t n = received_propose(a, &m, some, LENGTH(some), &o);

		s = STR("");
		for (size_t i = 0; i < n; i++)
			s = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(s), i > 0 ? " " : "",
			    STR_ARG(some[i]));
		return s;
	}
	received_origin(a, &m, &trust, &o);
	s = str_of(ends[o.end]);
	if (o.end != RECEIVED_FOUND)
		return s;
	s = add(a, s, "ip", ip_write(a, o.received.ip));
	s = add(a, s, "helo", o.received.helo);
	return o.has_sender ? add(a, s, "from", arena_fmt(a, "<" STR_FMT ">", STR_ARG(o.sender)))
			    : s;
}

static void the_client_is_found(void **state)
{
	static const struct {
		const char *row, *header, *trust, *want, *proposed;
	} rows[] = {
		{ "none is trusted", FROM_OUTSIDE, "", "untrusted", "mx.example.com" },
		{ "the writer is trusted", FROM_OUTSIDE, "mx.example.com", FOUND,
		    "mx.example.com" },
		{ "names have no case", FROM_OUTSIDE, "MX.example.com.", FOUND, "mx.example.com" },
		{ "names beneath", FROM_OUTSIDE, ".example.com", FOUND, "mx.example.com" },
		{ "a suffix is not itself", FROM_OUTSIDE, ".mx.example.com", "untrusted",
		    "mx.example.com" },
		{ "what the client brought along is not read", FROM_OUTSIDE FROM_LIAR,
		    "mx.example.com", FOUND, "mx.example.com" },
		{ "nor what it brought in its own name", FROM_LIAR FROM_OUTSIDE, "mx.example.com",
		    "found ip=198.51.100.1 helo=good.example", "mx.example.com" },
		{ "no field at all", "Subject: x\n", "mx.example.com", "no field", "" },
		{ "over loopback to the store",
		    "Return-Path: <ann@example.org>\n"
		    "Received: from mx.example.com ([127.0.0.1]) by store.example.com with "
		    "LMTP\n" FROM_OUTSIDE,
		    ".example.com", FOUND " from=<ann@example.org>",
		    "store.example.com mx.example.com" },
		{ "the store alone is trusted",
		    "Received: from mx.example.com ([10.0.0.1]) by store.example.com with "
		    "LMTP\n" FROM_OUTSIDE,
		    "store.example.com", "untrusted", "store.example.com mx.example.com" },
		{ "a local socket",
		    "Received: from mx.example.com ([unix socket]) by mx.example.com with "
		    "LMTPA\n" FROM_OUTSIDE,
		    "mx.example.com", FOUND, "mx.example.com" },
		{ "a trusted address",
		    "Received: from mx.example.com (x [203.0.113.7]) by store.example.com with "
		    "LMTP\n" FROM_OUTSIDE,
		    ".example.com 203.0.113.0/24", FOUND, "store.example.com" },
		{ "a name that was made sure of",
		    "Received: from x (mx.example.com [203.0.113.7]) by store.example.com "
		    "(Postfix)\n" FROM_OUTSIDE,
		    ".example.com", FOUND, "store.example.com" },
		{ "a name that anybody can give his address",
		    "Received: from mx.example.com (HELO x) (203.0.113.7) by "
		    "store.example.com\n" FROM_LIAR,
		    ".example.com", "found ip=203.0.113.7 helo=x", "store.example.com" },
		{ "HELO is no proof",
		    "Received: from mx.example.com ([203.0.113.7]) by store.example.com "
		    "(Postfix)\n" FROM_LIAR,
		    ".example.com", "found ip=203.0.113.7 helo=mx.example.com",
		    "store.example.com" },
		{ "a server that is named by its address",
		    "Received: by 2002:a05:6402:1:b0:5bc:1:2 with SMTP id a\n" FROM_OUTSIDE,
		    "2002:a05::/32 mx.example.com", FOUND,
		    "2002:a05:6402:1:b0:5bc:1:2 mx.example.com" },
		{ "made on the server itself",
		    "Received: by mx.example.com (Postfix, from userid 0) id 3\n", "mx.example.com",
		    "inside", "" },
		{ "no address is told", "Received: from x by mx.example.com with ESMTP\n",
		    "mx.example.com", "unreadable", "" },
		{ "the null sender", "Return-Path: <>\n" FROM_OUTSIDE, "mx.example.com",
		    FOUND " from=<>", "mx.example.com" },
		{ "a sender without brackets", "Return-Path: ann@example.org\n" FROM_OUTSIDE,
		    "mx.example.com", FOUND " from=<ann@example.org>", "mx.example.com" },
		{ "no sender at all", "Return-Path: nobody\n" FROM_OUTSIDE, "mx.example.com", FOUND,
		    "mx.example.com" },
		{ "a sender that the client brought along",
		    FROM_OUTSIDE "Return-Path: <ann@example.org>\n", "mx.example.com", FOUND,
		    "mx.example.com" },
		{ "a sender in the field",
		    "Received: from x ([192.0.2.1]) by mx (envelope-from <ann@example.org>)\n",
		    "mx", "found ip=192.0.2.1 helo=x from=<ann@example.org>", "mx" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct str hosts[4], words = str_of(rows[i].trust), got;
		size_t n = 0;

		while (words.n > 0 && n < LENGTH(hosts))
			hosts[n++] = str_cut_word(&words);
		got = origin_of(&a, rows[i].header, hosts, n, (struct str){ 0 });
		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s:\n got " STR_FMT "\nwant %s", rows[i].row, STR_ARG(got),
			    rows[i].want);
		got = origin_of(&a, rows[i].header, hosts, n, STR("yes"));
		if (!str_eq(got, str_of(rows[i].proposed)))
			fail_msg("%s: proposed\n got " STR_FMT "\nwant %s", rows[i].row,
			    STR_ARG(got), rows[i].proposed);
	}
	arena_free(&a);
}

static void hosts_are_known(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = { { "mx.example.com", true }, { ".example.com", true }, { "localhost", true },
		{ "192.0.2.1", true }, { "192.0.2.0/24", true }, { "2001:db8::/32", true },
		{ "[192.0.2.1]", true }, { "[IPv6:2001:db8::1]", true }, { "192.0.2.0/33", false },
		{ "192.0.2.0/", false }, { "", false }, { ".", false }, { "a b", false },
		{ "mx.example.com/24", false }, { "a@b", false } };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (received_is_host(str_of(rows[i].text)) != rows[i].is)
			fail_msg("%s", rows[i].text);
}

/* ---- dates ---- */

static void dates_are_read(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: it is none */
	} rows[] = {
		{ "Mon, 23 Nov 2026 08:00:00 +0000", "2026-11-23T08:00:00Z" },
		{ "Mon, 23 Nov 2026 00:30 -0800 (PST)", "2026-11-23T08:30:00Z" },
		{ "23 Nov 26 08:00:00 GMT", "2026-11-23T08:00:00Z" },
		{ "Tue 1 Jan 91 00:00:00 EST", "1991-01-01T05:00:00Z" },
		{ "1 jan 126 00:00:00 UT", "2026-01-01T00:00:00Z" },
		{ "Thu, (x) 29 (y) Feb 2024 (z) 23 : 59 : 60 +0000 (c)", "2024-03-01T00:00:00Z" },
		{ "31 Dec 1969 23:59:59 +0000", "1969-12-31T23:59:59Z" },
		{ "1 Jan 0000 00:00:00 +0000", "0000-01-01T00:00:00Z" },
		{ "31 Dec 9999 23:59:59 +0000", "9999-12-31T23:59:59Z" },
		{ "Thu,\r\n\t29 Feb 2024 00:00:00 +0530", "2024-02-28T18:30:00Z" },
		{ "29 Feb 2023 00:00:00 +0000", NULL },
		{ "31 Jun 2026 00:00:00 +0000", NULL },
		{ "0 Jun 2026 00:00:00 +0000", NULL },
		{ "1 Jun 2026 24:00:00 +0000", NULL },
		{ "1 Jun 2026 00:60:00 +0000", NULL },
		{ "1 Jun 2026 00:00:61 +0000", NULL },
		{ "1 Jun 10000 00:00:00 +0000", NULL },
		{ "1 Jun 6 00:00:00 +0000", NULL },
		{ "1 Juno 2026 00:00:00 +0000", NULL },
		{ "1 Jun 2026 00:00:00", NULL },
		{ "1 Jun 2026 00:00:00 A", NULL },
		{ "1 Jun 2026 00:00:00 +00000", NULL },
		{ "1 Jun 2026 00:00:00 +0060", NULL },
		{ "1 Jun 2026 00:00:00 +0000 x", NULL },
		{ "2026-11-23T08:00:00Z", NULL },
		{ "", NULL },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int64_t got = -1;
		bool is = date_parse(&a, str_of(rows[i].text), &got);

		if (is != (rows[i].want != NULL))
			fail_msg("%s: %s", rows[i].text, is ? "taken" : "refused");
		if (is && !str_eq(date_write(&a, got), str_of(rows[i].want)))
			fail_msg("%s: " STR_FMT, rows[i].text, STR_ARG(date_write(&a, got)));
	}
	assert_null(date_write(&a, INT64_MAX).p);
	assert_null(date_write(&a, INT64_MIN).p);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read),
		cmocka_unit_test(a_field_is_bounded),
		cmocka_unit_test(the_client_is_found),
		cmocka_unit_test(hosts_are_known),
		cmocka_unit_test(dates_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
