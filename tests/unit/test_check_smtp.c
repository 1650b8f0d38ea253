/* test_check_smtp - talks and what the smtp.* checks make of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "talk_world.h"
#include "verdicts.h"

#define HELLO "< 220 mx.example.com ESMTP\n> EHLO us.test\n"
#define LISTS "< 250-mx.example.com\n< 250-PIPELINING\n< 250-8BITMIME\n< 250-SMTPUTF8\n"
#define TLS   "> STARTTLS\n< 220 go ahead\n* TLS\n> EHLO us.test\n"
#define BEGIN                                                                                      \
	HELLO LISTS "< 250 STARTTLS\n" TLS LISTS "< 250 SIZE 52428800\n> MAIL FROM:<>\n< 250 ok\n"
#define END		"> RSET\n< 250 ok\n> VRFY postmaster\n< 252 maybe\n> QUIT\n< 221 bye\n"
#define RCPT(to, reply) "> RCPT TO:<" to ">\n< " reply "\n"
#define RCPTS(postmaster, abuse, unknown)                                                          \
	RCPT("postmaster@example.com", postmaster)                                                 \
	RCPT("abuse@example.com", abuse)                                                           \
	RCPT("no-such-user-7c3f1e@example.com", unknown)                                           \
	RCPT("postmaster", "250 ok")                                                               \
	RCPT("postmaster@[192.0.2.1]", "250 ok")
#define GOOD	 BEGIN RCPTS("250 ok", "250 ok", "550 5.1.1 no such user") END
#define CATCHALL BEGIN RCPTS("250 ok", "250 ok", "250 ok") END
#define GREY	 BEGIN RCPTS("450 4.2.0 Greylisted", "450 later", "450 later") END
#define THROTTLED                                                                                  \
	BEGIN "> RCPT TO:<postmaster@example.com>\n< 421 4.7.0 too many connections\n! CLOSED\n"
#define US	"554 5.7.1 Service unavailable; Client host [203.0.113.5] blocked using zen.spamhaus.org"
#define PLAIN	HELLO LISTS "< 250 HELP\n> MAIL FROM:<>\n< 250 ok\n"
#define BUSY	"< 421 4.3.2 too many connections\n> QUIT\n! CLOSED\n"
#define CLOSED	"< 220 mx.example.com ESMTP\n> EHLO us.test\n! CLOSED\n"
#define CUT	"< 220 mx.example.com ESMTP\n> EHLO us.test\n< 250-mx.example.com\n! CLOSED\n"
#define EHLO421 "< 220 mx.example.com ESMTP\n> EHLO us.test\n< 421 4.7.0 slow down\n! CLOSED\n"

#define RELAY(from, reply)                                                                         \
	"< 220 mx\n> EHLO us.test\n< 250 mx\n> MAIL FROM:<relay-test@us.test>\n< " from            \
	"\n> RCPT TO:<relay-test@example.net>\n< " reply "\n"
#define PERCENT(reply) "> RCPT TO:<relay-test%example.net@example.com>\n< " reply "\n"
#define SOURCE(reply)  "> RCPT TO:<@example.com:relay-test@example.net>\n< " reply "\n"
#define NULLS(reply)   "> MAIL FROM:<>\n< 250 ok\n> RCPT TO:<relay-test@example.net>\n< " reply "\n"
#define DENIED	       "554 5.7.1 Relay access denied"
#define NO_RELAY       RELAY("250 ok", DENIED) PERCENT(DENIED) SOURCE(DENIED) NULLS(DENIED)
#define SUBMIT(ehlo)   "< 220 mx\n> EHLO us.test\n< 250-mx\n< 250 " ehlo "\n"
#define SUBMIT_TLS(ehlo)                                                                           \
	SUBMIT("STARTTLS") "> STARTTLS\n< 220 go\n* TLS\n> EHLO us\n< 250-mx\n< 250 " ehlo "\n"
#define SUBMIT_TO(reply)                                                                           \
	"> MAIL FROM:<postmaster@example.com>\n< 250 ok\n> RCPT "                                  \
	"TO:<relay-test@example.net>\n< " reply "\n"
#define SMUGGLE                                                                                    \
	HELLO "< 250 mx\n> MAIL FROM:<>\n< 250 ok\n> RCPT TO:<postmaster@example.com>\n< 250 "     \
	      "ok\n> DATA\n< 354 go\n> Subject: text{CR}{LF}\n"
#define QUIET  "> {LF}.{LF}\n> {LF}.{CR}{LF}\n> {CR}{LF}.{LF}\n"
#define INJECT HELLO LISTS "< 250 STARTTLS\n> STARTTLS{CR}{LF}XFRANK\n"
#define TLS_ON "< 220 go\n* TLS\n> EHLO us.test\n"
#define IMAP(caps)                                                                                 \
	"< * OK hi\n> f1 CAPABILITY\n< * CAPABILITY IMAP4rev1 " caps                               \
	"\n< f1 OK\n> f2 LOGOUT\n< * BYE\n< f2 OK\n"
#define POP3(caps) "< +OK hi\n> CAPA\n< +OK\n< " caps "\n< .\n> QUIT\n< +OK\n"
#define NO_MAIL	   "example.com MX 0 .\n"

static const struct talk_row rows[] = {
	{ "good", "smtp.starttls", .visit = GOOD, .want = "pass" },
	{ "none", "smtp.starttls", .visit = PLAIN, .want = "fail critical" },
	{ "masked by a firewall", "smtp.starttls", .visit = HELLO "< 250-mx\n< 250 XXXXXXXA\n",
	    .want = "fail critical", .says = "firewall" },
	{ "no mail host", "smtp.starttls", .zone = NO_MAIL, .want = "skip" },
	{ "port 25 blocked is said once", "smtp.starttls",
	    .zone = "example.com MX 10 mx.example.com.\nmx.example.com A 192.0.2.1\n"
		    "mx.example.com A 192.0.2.2\n",
	    .want = "unknown", .says = "see mx.reachable" },
	/* Internet.nl, Hardenize, sslscan and testssl read throttling as "no STARTTLS". */
	{ "throttled greeting", "smtp.starttls", .visit = BUSY, .want = "unknown" },
	{ "throttled EHLO", "smtp.starttls", .visit = EHLO421, .want = "unknown" },
	{ "closed at EHLO", "smtp.starttls", .visit = CLOSED, .want = "unknown" },
	{ "EHLO reply cut off", "smtp.starttls", .visit = CUT, .want = "unknown" },
	{ "no certificate", "smtp.starttls",
	    .visit = HELLO LISTS "< 250 STARTTLS\n> STARTTLS\n< 454 TLS not available\n",
	    .want = "fail critical" },
	{ "throttled STARTTLS", "smtp.starttls",
	    .visit = HELLO LISTS "< 250 STARTTLS\n> STARTTLS\n< 421 later\n! CLOSED\n",
	    .want = "unknown" },
	{ "handshake fails", "smtp.starttls",
	    .visit = HELLO LISTS "< 250 STARTTLS\n> STARTTLS\n< 220 go\n! TLS_FAILED\n",
	    .want = "fail critical", .says = "handshake" },

	{ "587 with STARTTLS", "smtp.submission", .visit = GOOD,
	    .port587 = SUBMIT_TLS("AUTH PLAIN"), .want = "pass" },
	{ "465", "smtp.submission", .visit = GOOD, .port465 = "* TLS\n" SUBMIT("AUTH PLAIN"),
	    .want = "pass" },
	{ "587 without", "smtp.submission", .visit = GOOD, .port587 = SUBMIT("AUTH PLAIN"),
	    .want = "fail minor" },
	{ "465 without", "smtp.submission", .visit = GOOD, .port465 = "! TLS_FAILED\n",
	    .want = "fail minor" },
	{ "silent", "smtp.submission", .visit = GOOD, .want = "unknown" },
	{ "closed ports", "smtp.submission", .visit = GOOD, .port587 = "! REFUSED\n",
	    .port465 = "! REFUSED\n", .want = "info" },
	{ "throttled 587", "smtp.submission", .visit = GOOD, .port587 = EHLO421,
	    .want = "unknown" },

	{ "under TLS only", "smtp.no-plain-auth", .visit = GOOD,
	    .port587 = SUBMIT_TLS("AUTH PLAIN"), .want = "pass" },
	{ "PLAIN on 25", "smtp.no-plain-auth", .visit = HELLO "< 250-mx\n< 250 AUTH PLAIN LOGIN\n",
	    .want = "fail major" },
	{ "the old spelling", "smtp.no-plain-auth", .visit = HELLO "< 250-mx\n< 250 AUTH=LOGIN\n",
	    .want = "fail major" },
	{ "LOGIN on 587", "smtp.no-plain-auth", .visit = GOOD, .port587 = SUBMIT("AUTH LOGIN"),
	    .want = "fail major" },
	{ "CRAM-MD5 on 587", "smtp.no-plain-auth", .visit = GOOD,
	    .port587 = SUBMIT("AUTH CRAM-MD5"), .want = "warn minor" },
	{ "25 under TLS", "smtp.no-plain-auth", .visit = SUBMIT_TLS("AUTH PLAIN"),
	    .want = "warn minor" },
	{ "nothing heard", "smtp.no-plain-auth", .visit = BUSY, .want = "unknown" },

	{ "refused", "smtp.open-relay", .visit = GOOD, .relay = NO_RELAY, .want = "pass" },
	{ "open", "smtp.open-relay", .visit = GOOD, .relay = RELAY("250 ok", "250 ok"),
	    .want = "fail critical" },
	{ "by source route", "smtp.open-relay", .visit = CATCHALL,
	    .relay = RELAY("250 ok", DENIED) SOURCE("250 ok"), .want = "fail critical" },
	{ "by empty sender", "smtp.open-relay", .visit = GOOD,
	    .relay = RELAY("250 ok", DENIED) NULLS("250 ok"), .want = "fail critical",
	    .says = "MAIL FROM:<> and RCPT" },
	{ "for its own domain's senders", "smtp.open-relay", .visit = GOOD,
	    .relay = RELAY("250 ok", DENIED) "> MAIL FROM:<postmaster@example.com>\n< 250 "
					     "ok\n> RCPT TO:<relay-test@example.net>\n< 250 ok\n",
	    .want = "fail critical", .says = "postmaster@example.com" },
	{ "for foreign senders", "smtp.open-relay", .visit = GOOD,
	    .relay = RELAY("250 ok", "250 ok") "> MAIL FROM:<postmaster@example.com>\n< 550 ours\n",
	    .want = "fail critical", .says = "relay-test@us.test" },
	{ "by percent", "smtp.open-relay", .visit = GOOD,
	    .relay = RELAY("250 ok", DENIED) PERCENT("250 ok"), .want = "fail critical" },
	{ "percent into a catch-all is no relay", "smtp.open-relay", .visit = CATCHALL,
	    .relay = RELAY("250 ok", DENIED) PERCENT("250 ok"), .want = "pass" },
	/* DomainDetective reads 4xx as denied. */
	{ "4xx tested nothing", "smtp.open-relay", .visit = GOOD,
	    .relay = RELAY("250 ok", "450 4.2.0 later"), .want = "unknown" },
	{ "answers one command late", "smtp.open-relay", .visit = GOOD,
	    .relay = RELAY("250 ok", "250 this answers MAIL") "> QUIT\n< 550 no\n< 221 bye\n",
	    .want = "unknown" },
	{ "421 tested nothing", "smtp.open-relay", .visit = GOOD,
	    .relay = RELAY("250 ok", "421 bye") "! CLOSED\n", .want = "unknown" },
	{ "sender refused, 503 tested nothing", "smtp.open-relay", .visit = GOOD,
	    .relay = RELAY("550 SPF fail", "503 need MAIL"), .want = "unknown" },
	{ "blocked", "smtp.open-relay", .want = "unknown" },
	{ "submission without login", "smtp.open-relay", .visit = GOOD, .relay = NO_RELAY,
	    .port587 = SUBMIT_TLS("AUTH PLAIN") SUBMIT_TO("250 ok"), .want = "fail critical" },
	{ "submission wants login", "smtp.open-relay", .visit = GOOD, .relay = NO_RELAY,
	    .port587 = SUBMIT_TLS("AUTH PLAIN") SUBMIT_TO("530 5.7.0 login"), .want = "pass" },

	{ "good", "smtp.postmaster", .visit = GOOD, .want = "pass" },
	{ "refused", "smtp.postmaster", .visit = BEGIN RCPTS("550 no", "250 ok", "550 no") END,
	    .want = "fail major" },
	{ "bare one refused", "smtp.postmaster",
	    .visit = BEGIN RCPT("postmaster@example.com", "250 ok") RCPT("postmaster", "501 no"),
	    .want = "warn minor" },
	{ "greylisted", "smtp.postmaster", .visit = GREY, .want = "unknown" },
	{ "throttled", "smtp.postmaster", .visit = THROTTLED, .want = "unknown" },
	{ "we are on a block list", "smtp.postmaster", .visit = BEGIN RCPTS(US, US, US) END,
	    .want = "unknown", .says = "good name" },
	{ "null sender refused", "smtp.postmaster",
	    .visit = HELLO "< 250 mx\n> MAIL FROM:<>\n< 550 no\n> RCPT "
			   "TO:<postmaster@example.com>\n< 503 MAIL first\n",
	    .want = "unknown" },
	{ "answers one command late", "smtp.postmaster",
	    .visit = BEGIN RCPTS("250 too many", "550 no", "250 ok") "> QUIT\n< 252 maybe\n< 221 "
								     "bye\n! GARBLED\n",
	    .want = "unknown" },
	{ "good", "smtp.abuse", .visit = GOOD, .want = "pass" },
	{ "refused", "smtp.abuse", .visit = BEGIN RCPTS("250 ok", "550 no", "550 no") END,
	    .want = "fail minor" },
	{ "greylisted", "smtp.abuse", .visit = GREY, .want = "unknown" },

	{ "good", "smtp.null-sender", .visit = GOOD, .want = "pass" },
	{ "refused", "smtp.null-sender", .visit = HELLO "< 250 mx\n> MAIL FROM:<>\n< 550 no\n",
	    .want = "fail major" },
	{ "put off", "smtp.null-sender", .visit = HELLO "< 250 mx\n> MAIL FROM:<>\n< 451 later\n",
	    .want = "unknown" },

	{ "good", "smtp.literal", .visit = GOOD, .want = "pass" },
	{ "refused", "smtp.literal", .visit = BEGIN RCPT("postmaster@[192.0.2.1]", "550 no") END,
	    .want = "info" },
	{ "good", "smtp.unknown-rejected", .visit = GOOD, .want = "pass" },
	{ "catch-all", "smtp.unknown-rejected", .visit = CATCHALL, .want = "fail minor" },
	{ "greylisted", "smtp.unknown-rejected", .visit = GREY, .want = "unknown" },
	{ "not us", "smtp.unknown-rejected", .visit = BEGIN RCPTS(US, US, US) END,
	    .want = "unknown" },

	{ "good", "smtp.vrfy-expn", .visit = GOOD, .want = "pass" },
	{ "confirms", "smtp.vrfy-expn", .visit = HELLO "< 250 mx\n> VRFY postmaster\n< 250 <p@x>\n",
	    .want = "info" },
	{ "EXPN", "smtp.vrfy-expn",
	    .visit = HELLO "< 250-mx\n< 250 EXPN\n> VRFY postmaster\n< 252 x\n", .want = "info" },
	{ "good", "smtp.size", .visit = GOOD, .want = "pass" },
	{ "none", "smtp.size", .visit = PLAIN, .want = "info" },
	{ "small", "smtp.size", .visit = HELLO "< 250-mx\n< 250 SIZE 1000000\n", .want = "info" },
	{ "no number", "smtp.size", .visit = HELLO "< 250-mx\n< 250 SIZE 10M\n",
	    .want = "warn info" },
	{ "unheard", "smtp.size", .visit = CUT, .want = "unknown" },
	{ "good", "smtp.ehlo", .visit = GOOD, .want = "pass" },
	{ "refused", "smtp.ehlo", .visit = HELLO "< 502 what\n", .want = "fail minor" },
	{ "throttled", "smtp.ehlo", .visit = EHLO421, .want = "unknown" },
	{ "not a keyword", "smtp.ehlo", .visit = HELLO "< 250-mx\n< 250 ***\n",
	    .want = "fail minor" },
	{ "forgotten under TLS", "smtp.ehlo",
	    .visit = HELLO LISTS "< 250 STARTTLS\n> STARTTLS\n< 220 go\n* TLS\n> EHLO us\n< 503 "
				 "again?\n",
	    .want = "fail minor", .says = "under TLS" },
	{ "STARTTLS again under TLS", "smtp.ehlo",
	    .visit = HELLO LISTS "< 250 STARTTLS\n" TLS LISTS "< 250 STARTTLS\n",
	    .want = "fail minor", .says = "under TLS" },
	{ "bare", "smtp.ehlo", .visit = HELLO "< 250 mx\n", .want = "info", .says = "8BITMIME" },
	{ "good", "smtp.greylisting", .visit = GOOD, .want = "pass" },
	{ "greylists", "smtp.greylisting", .visit = GREY, .want = "info", .says = "greylists" },
	{ "throttled", "smtp.greylisting", .visit = THROTTLED, .want = "unknown" },
	{ "ordinary", "smtp.smuggling", .visit = GOOD, .smuggle = SMUGGLE "> {LF}.{LF}\n< 250 ok\n",
	    .want = "skip" },
	{ "bare LF ends it", "smtp.smuggling", .visit = GOOD, .intrusive = true,
	    .smuggle = SMUGGLE "> {LF}.{LF}\n< 250 ok: queued\n> QUIT\n< 221 bye\n",
	    .want = "fail critical", .says = "LF . LF for the end" },
	{ "CR ends it", "smtp.smuggling", .visit = GOOD, .intrusive = true,
	    .smuggle = SMUGGLE QUIET "> {CR}.{CR}\n< 250 ok\n", .want = "fail critical",
	    .says = "CR . CR" },
	{ "nothing but CRLF ends it", "smtp.smuggling", .visit = GOOD, .intrusive = true,
	    .smuggle = SMUGGLE QUIET "> {CR}.{CR}\n> {CR}{LF}.{CR}{LF}\n< 250 ok\n> QUIT\n",
	    .want = "pass" },
	{ "refused at the true end", "smtp.smuggling", .visit = GOOD, .intrusive = true,
	    .smuggle = SMUGGLE QUIET "> {CR}.{CR}\n> {CR}{LF}.{CR}{LF}\n< 550 bare <LF>\n",
	    .want = "pass" },
	{ "bare LF refused", "smtp.smuggling", .visit = GOOD, .intrusive = true,
	    .smuggle = SMUGGLE "> {LF}.{LF}\n< 521 5.5.2 mx Error: bare <LF> received\n! CLOSED\n",
	    .want = "pass" },
	{ "refused, for whatever reason", "smtp.smuggling", .visit = GOOD, .intrusive = true,
	    .smuggle = SMUGGLE "> {LF}.{LF}\n< 550 5.7.1 spam\n", .want = "unknown" },
	{ "postmaster refused", "smtp.smuggling", .visit = GOOD, .intrusive = true,
	    .smuggle = HELLO "< 250 mx\n> MAIL FROM:<>\n< 250 ok\n> RCPT "
			     "TO:<postmaster@example.com>\n< 550 no\n> QUIT\n< 221 bye\n",
	    .want = "unknown" },
	{ "one message a host", "smtp.smuggling", .visit = GOOD, .intrusive = true,
	    .zone = "example.com MX 10 mx.example.com.\nmx.example.com A 192.0.2.1\n"
		    "mx.example.com A 192.0.2.2\n",
	    .smuggle = SMUGGLE "> {LF}.{LF}\n< 250 ok\n", .want = "fail critical" },

	{ "good", "smtp.greeting", .visit = GOOD, .want = "pass" },
	{ "no welcome", "smtp.greeting", .visit = "< 554 no mail here\n> QUIT\n< 221 bye\n",
	    .want = "warn major" },
	{ "no welcome for us", "smtp.greeting", .visit = "< " US "\n> QUIT\n", .want = "unknown" },
	{ "busy", "smtp.greeting", .visit = BUSY, .want = "unknown" },
	{ "another code", "smtp.greeting", .visit = "< 250 mx\n", .want = "warn minor" },
	{ "slow", "smtp.greeting", .visit = GOOD, .greeting_ms = 9000, .want = "warn minor",
	    .says = "9.0 seconds" },
	{ "silent", "smtp.greeting", .visit = "! TIMEOUT\n", .want = "warn minor",
	    .says = "15 seconds" },
	{ "hangs up", "smtp.greeting", .visit = "! CLOSED\n", .want = "unknown" },
	{ "not SMTP", "smtp.greeting", .visit = "* SSH-2.0\n! GARBLED\n", .want = "fail major" },
	{ "port 25 closed", "smtp.greeting", .want = "unknown" },

	{ "good", "smtp.reply-syntax", .visit = GOOD, .want = "pass" },
	{ "one reply too many", "smtp.reply-syntax", .visit = GOOD "! GARBLED\n",
	    .want = "fail minor" },
	{ "submission", "smtp.reply-syntax", .visit = GOOD,
	    .port587 = SUBMIT_TLS("AUTH PLAIN") "! GARBLED\n", .want = "fail minor" },
	{ "bare LF", "smtp.reply-syntax", .visit = GOOD "< 250 ok{LF}\n", .want = "fail minor",
	    .says = "line feed alone" },
	{ "nobody", "smtp.reply-syntax", .want = "unknown" },

	{ "good", "smtp.time", .visit = GOOD, .want = "pass" },
	{ "tarpit", "smtp.time", .visit = GOOD, .total_ms = 21000, .want = "info",
	    .says = "21.0 seconds" },
	{ "the greeting alone", "smtp.time", .visit = GOOD, .greeting_ms = 14000, .total_ms = 15000,
	    .want = "pass" },
	{ "no answer at the end", "smtp.time", .visit = THROTTLED, .total_ms = 21000,
	    .want = "info" },
	{ "nobody", "smtp.time", .want = "unknown" },

	{ "good", "smtp.throttled", .visit = GOOD, .want = "pass" },
	{ "greeting", "smtp.throttled", .visit = BUSY, .want = "info" },
	{ "in the talk", "smtp.throttled", .visit = THROTTLED, .want = "info" },
	{ "greylisting is none", "smtp.throttled", .visit = GREY, .want = "pass" },
	{ "450", "smtp.throttled", .visit = HELLO "< 450 4.7.1 rate limit exceeded\n",
	    .want = "info" },

	{ "dropped", "tls.starttls-injection", .visit = GOOD,
	    .injection = INJECT TLS_ON "< 250-mx\n< 250 SIZE\n", .want = "pass" },
	{ "obeyed", "tls.starttls-injection", .visit = GOOD,
	    .injection = INJECT TLS_ON "< 500 what?\n! GARBLED\n", .want = "fail major" },
	{ "hangs up", "tls.starttls-injection", .visit = GOOD,
	    .injection = INJECT "< 554 synchronization error\n! CLOSED\n", .want = "pass" },
	{ "hangs up without a word", "tls.starttls-injection", .visit = GOOD,
	    .injection = INJECT "! CLOSED\n", .want = "pass" },
	{ "the handshake breaks", "tls.starttls-injection", .visit = GOOD,
	    .injection = INJECT "! TLS_FAILED\n", .want = "pass" },
	{ "throttled", "tls.starttls-injection", .visit = GOOD, .injection = BUSY,
	    .want = "unknown" },
	{ "no TLS", "tls.starttls-injection", .visit = PLAIN, .want = "skip" },

	{ "good", "smtp.auth-mechanisms", .visit = GOOD, .port587 = SUBMIT_TLS("AUTH PLAIN LOGIN"),
	    .want = "pass" },
	{ "none", "smtp.auth-mechanisms", .visit = GOOD, .port587 = SUBMIT_TLS("SIZE"),
	    .want = "warn minor" },
	{ "old ones only", "smtp.auth-mechanisms", .visit = GOOD,
	    .port587 = SUBMIT_TLS("AUTH LOGIN CRAM-MD5"), .want = "warn minor" },
	{ "old ones too", "smtp.auth-mechanisms", .visit = GOOD,
	    .port587 = SUBMIT_TLS("AUTH PLAIN DIGEST-MD5"), .want = "info" },
	{ "no submission", "smtp.auth-mechanisms", .visit = GOOD, .want = "skip" },

	{ "good", "imap.no-plain-login", .visit = GOOD, .imap = IMAP("STARTTLS LOGINDISABLED"),
	    .want = "pass" },
	{ "login", "imap.no-plain-login", .visit = GOOD, .imap = IMAP("STARTTLS AUTH=PLAIN"),
	    .want = "fail major", .says = "not demanded" },
	{ "no TLS at all", "imap.no-plain-login", .visit = GOOD, .imap = IMAP("IDLE"),
	    .want = "fail major", .says = "not even offered" },
	{ "disabled, but AUTH=LOGIN", "imap.no-plain-login", .visit = GOOD,
	    .imap = IMAP("LOGINDISABLED AUTH=LOGIN"), .want = "fail major" },
	{ "BYE", "imap.no-plain-login", .visit = GOOD, .imap = "< * BYE\n> f1 LOGOUT\n! CLOSED\n",
	    .want = "unknown" },
	{ "993 alone", "imap.no-plain-login", .visit = GOOD, .imaps = "* TLS\n" IMAP("AUTH=PLAIN"),
	    .want = "pass" },
	{ "no IMAP", "imap.no-plain-login", .visit = GOOD, .want = "skip" },
	{ "good", "pop3.no-plain-login", .visit = GOOD, .pop3 = POP3("STLS\n< SASL"),
	    .want = "pass" },
	{ "USER", "pop3.no-plain-login", .visit = GOOD, .pop3 = POP3("STLS\n< USER"),
	    .want = "fail major" },
	{ "SASL PLAIN", "pop3.no-plain-login", .visit = GOOD, .pop3 = POP3("SASL CRAM-MD5 PLAIN"),
	    .want = "fail major" },
	{ "no CAPA", "pop3.no-plain-login", .visit = GOOD,
	    .pop3 = "< +OK hi\n> CAPA\n< -ERR what\n", .want = "unknown" },
};

static void talks(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		size_t n;
		const struct finding *f = talk_audit(&a, &rows[i], &n);
		struct str got = verdict_summary(&a, f, n);

		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s: %s: " STR_FMT " (" STR_FMT ")", rows[i].check, rows[i].name,
			    STR_ARG(got), STR_ARG(n > 0 ? f[0].says : STR("nothing")));
		if (rows[i].says != NULL && !verdict_mentions(f, n, rows[i].says))
			fail_msg("%s: %s: does not say \"%s\"", rows[i].check, rows[i].name,
			    rows[i].says);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(talks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
