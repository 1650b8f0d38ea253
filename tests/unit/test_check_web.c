/* test_check_web - CAA, SRV, autoconfig, BIMI and the web site. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "check/bimi_svg.h"
#include "page_world.h"
#include "wire/caa.h"

#define MX	 "example.com MX 10 mx.example.com.\nmx.example.com A 192.0.2.1\n"
#define CAA(v)	 MX "example.com CAA " v "\n"
#define IMAPS(t) MX "_imaps._tcp.example.com SRV 0 1 993 " t "\n"
#define CHAIN	 "leaf inter"
#define WEB	 "example.com A 192.0.2.5\n"
#define AUTO	 MX "autoconfig.example.com A 192.0.2.5\n"
#define XML(host, socket)                                                                          \
	"<?xml version=\"1.0\"?>\n<clientConfig version=\"1.1\"><emailProvider id=\"x\">"          \
	"<incomingServer type=\"imap\"><hostname>" host "</hostname><port>993</port>"              \
	"<socketType>" socket "</socketType></incomingServer></emailProvider></clientConfig>"
#define AT_AUTO	 "autoconfig.example.com/mail/config-v1.1.xml"
#define BIMI(v)	 WEB "default._bimi.example.com TXT \"" v "\"\n"
#define LOGO	 BIMI("v=BIMI1; l=https://example.com/logo.svg")
#define DMARC(v) "_dmarc.example.com TXT \"v=DMARC1; " v "\"\n"
#define SVG                                                                                        \
	"<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" baseProfile=\"tiny-ps\" "       \
	"viewBox=\"0 0 10 10\"><title>Us</title><path d=\"M0 0h10v10z\"/></svg>"

static const struct page_row rows[] = {
	{ "none", "caa.present", MX, .want = "info" },
	{ "at the domain", "caa.present", CAA("0 issue \"letsencrypt.org\""), .want = "pass" },
	{ "unknown", "caa.present", MX "mx.example.com CAA TIMEOUT\n", .want = "unknown" },
	{ "no mail host", "caa.present", "example.com TXT \"x\"\n", .want = "skip" },
	{ "none", "caa.syntax", MX, .want = "skip" },
	{ "good", "caa.syntax", CAA("0 issue \"letsencrypt.org; accounturi=https://x/1\""),
	    .want = "pass" },
	{ "unknown and critical", "caa.syntax", CAA("128 tbs \"x\""), .want = "warn minor" },
	{ "unknown", "caa.syntax", CAA("0 tbs \"x\""), .want = "pass" },
	{ "no domain", "caa.syntax", CAA("0 issue \"Let's Encrypt\""), .want = "warn minor" },
	{ "good", "caa.match", CAA("0 issue \"letsencrypt.org\""), .chain = "leleaf le",
	    .want = "pass" },
	{ "another", "caa.match", CAA("0 issue \"digicert.com\""), .chain = "leleaf le",
	    .want = "warn minor", .says = "letsencrypt.org" },
	{ "nobody", "caa.match", CAA("0 issue \";\""), .chain = "leleaf le", .want = "warn minor" },
	{ "nearer records count alone", "caa.match",
	    CAA("0 issue \"letsencrypt.org\"") "mx.example.com CAA 0 issue \"digicert.com\"\n",
	    .chain = "leleaf le", .want = "warn minor" },
	{ "only wildcards are limited", "caa.match", CAA("0 issuewild \"digicert.com\""),
	    .chain = "leleaf le", .want = "pass" },
	{ "an issuer nobody knows", "caa.match", CAA("0 issue \"digicert.com\""), .chain = CHAIN,
	    .want = "skip" },

	{ "none", "srv.imap", MX, .chain = CHAIN, .want = "info" },
	{ "good", "srv.imap", IMAPS("mx.example.com."), .chain = CHAIN, .want = "pass" },
	{ "not offered", "srv.imap", MX "_imap._tcp.example.com SRV 0 0 0 .\n", .chain = CHAIN,
	    .want = "pass" },
	{ "no address", "srv.imap", IMAPS("gone.example.com."), .chain = CHAIN, .want = "warn info",
	    .says = "no address" },
	{ "alias", "srv.imap", IMAPS("i.example.com.") "i.example.com CNAME mx.example.com.\n",
	    .chain = CHAIN, .want = "warn info", .says = "alias" },
	{ "nothing listens", "srv.imap", MX "_imap._tcp.example.com SRV 0 1 144 mx.example.com.\n",
	    .chain = CHAIN, .want = "warn info", .says = "144" },
	{ "other name", "srv.imap", IMAPS("mx.example.com."), .chain = "wrong inter",
	    .want = "warn info", .says = "another name" },
	{ "silent", "srv.imap", IMAPS("mx.example.com."), .chain = "TIMEOUT", .want = "unknown" },
	{ "unknown", "srv.imap", MX "_imaps._tcp.example.com SRV TIMEOUT\n", .chain = CHAIN,
	    .want = "unknown" },
	{ "none", "srv.submission", MX, .chain = CHAIN, .want = "info" },
	{ "none", "srv.pop3", MX, .chain = CHAIN, .want = "info" },

	{ "none", "web.site", MX, .want = "info" },
	{ "good", "web.site", WEB, { { "example.com/", "hello" } }, .want = "pass" },
	{ "redirects", "web.site", WEB, { { "example.com/", "", .code = 301 } }, .want = "pass" },
	{ "error", "web.site", WEB, { { "example.com/", "", .code = 503 } }, .want = "warn info" },
	{ "refused", "web.site", WEB, { { "example.com/", "REFUSED" } }, .want = "warn info" },
	{ "silent", "web.site", WEB, { { "example.com/", "TIMEOUT" } }, .want = "unknown" },
	{ "other name", "web.site", WEB, { { "example.com/", "x", .chain = "wrong inter" } },
	    .want = "warn info" },

	{ "none", "autoconfig.mozilla", MX, .want = "info" },
	{ "good", "autoconfig.mozilla", AUTO, { { AT_AUTO, XML("mx.example.com", "SSL") } },
	    .want = "pass" },
	{ "the other place", "autoconfig.mozilla", MX WEB,
	    { { "example.com/.well-known/autoconfig/mail/config-v1.1.xml",
		XML("mx.example.com", "STARTTLS") } },
	    .want = "pass" },
	{ "plain", "autoconfig.mozilla", AUTO, { { AT_AUTO, XML("mx.example.com", "plain") } },
	    .want = "warn info", .says = "without encryption" },
	{ "host is gone", "autoconfig.mozilla", AUTO,
	    { { AT_AUTO, XML("gone.example.com", "SSL") } }, .want = "warn info" },
	{ "a page", "autoconfig.mozilla", AUTO, { { AT_AUTO, "<html><body/></html>" } },
	    .want = "warn info" },
	{ "cut", "autoconfig.mozilla", AUTO, { { AT_AUTO, "<clientConfig>" } },
	    .want = "warn info" },
	{ "entities are refused", "autoconfig.mozilla", AUTO,
	    { { AT_AUTO, "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>" } },
	    .want = "warn info", .says = "DOCTYPE" },
	{ "silent", "autoconfig.mozilla", AUTO, { { AT_AUTO, "TIMEOUT" } }, .want = "unknown" },
	{ "none", "autoconfig.outlook", MX, .want = "info" },
	{ "answers", "autoconfig.outlook", MX "autodiscover.example.com A 192.0.2.5\n",
	    { { "autodiscover.example.com/autodiscover/autodiscover.xml", "", .code = 401 } },
	    .want = "pass" },
	{ "by SRV", "autoconfig.outlook",
	    MX WEB "_autodiscover._tcp.example.com SRV 0 0 443 example.com.\n",
	    { { "example.com/autodiscover/autodiscover.xml", "", .code = 405 } }, .want = "pass" },
	{ "broken", "autoconfig.outlook", MX "autodiscover.example.com A 192.0.2.5\n",
	    { { "autodiscover.example.com/autodiscover/autodiscover.xml", "TLS_FAILED" } },
	    .want = "warn info" },

	{ "none", "bimi.record", MX, .want = "info" },
	{ "good", "bimi.record", LOGO, .want = "pass" },
	{ "declined", "bimi.record", BIMI("v=BIMI1; l=; a="), .want = "info", .says = "declares" },
	{ "no https", "bimi.record", BIMI("v=BIMI1; l=http://example.com/l.svg"),
	    .want = "warn info" },
	{ "two", "bimi.record", LOGO "default._bimi.example.com TXT \"v=BIMI1; l=;\"\n",
	    .want = "warn info" },
	{ "not one", "bimi.record", BIMI("v=spf1 -all"), .want = "info" },
	{ "unknown", "bimi.record", MX "default._bimi.example.com TXT TIMEOUT\n",
	    .want = "unknown" },
	{ "none", "bimi.dmarc", MX, .want = "skip" },
	{ "enforced", "bimi.dmarc", LOGO DMARC("p=reject"), .want = "pass" },
	{ "none", "bimi.dmarc", LOGO DMARC("p=none"), .want = "warn info" },
	{ "subdomains are free", "bimi.dmarc", LOGO DMARC("p=reject; sp=none"),
	    .want = "warn info" },
	{ "testing", "bimi.dmarc", LOGO DMARC("p=quarantine; t=y"), .want = "warn info" },
	{ "absent", "bimi.dmarc", LOGO, .want = "warn info" },
	{ "good", "bimi.svg", LOGO, { { "example.com/logo.svg", SVG, "image/svg+xml" } },
	    .want = "pass" },
	{ "type", "bimi.svg", LOGO, { { "example.com/logo.svg", SVG, "text/plain" } },
	    .want = "warn info" },
	{ "absent", "bimi.svg", LOGO, .want = "warn info", .says = "404" },
	{ "script", "bimi.svg", LOGO,
	    { { "example.com/logo.svg",
		"<svg version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 1 1\"><title>x</title>"
		"<script>1</script></svg>",
		"image/svg+xml" } },
	    .want = "warn info", .says = "<script>" },
	{ "self-asserted", "bimi.vmc", LOGO, .want = "info" },
	{ "a server's certificate", "bimi.vmc",
	    BIMI("v=BIMI1; l=https://example.com/l.svg; a=https://example.com/vmc.pem"),
	    { { "example.com/vmc.pem", "rubbish" } }, .want = "warn info" },
};

static void worlds(void **state)
{
	(void)state;
	page_rows_hold(rows, LENGTH(rows));
}

static const struct {
	const char *record, *issuer;
	enum caa_tag tag;
	bool fault;
} caas[] = {
	{ "0 issue \"ca.example\"", "ca.example", CAA_ISSUE, false },
	{ "0 issue \" ca.example ; a=b \"", "ca.example", CAA_ISSUE, false },
	{ "0 issue \";\"", "", CAA_ISSUE, false },
	{ "0 issue \"\"", "", CAA_ISSUE, false },
	{ "0 ISSUE \"ca.example\"", "ca.example", CAA_ISSUE, false },
	{ "0 issuewild \"ca.example\"", "ca.example", CAA_ISSUEWILD, false },
	{ "0 issuemail \"ca.example\"", "ca.example", CAA_ISSUEMAIL, false },
	{ "0 issue \"ca.example; validationmethods\"", "ca.example", CAA_ISSUE, true },
	{ "0 issue \"%%%%\"", "%%%%", CAA_ISSUE, true },
	{ "0 iodef \"mailto:a@example.com\"", "", CAA_IODEF, false },
	{ "0 iodef \"a@example.com\"", "", CAA_IODEF, true },
	{ "0 contactemail \"a@example.com\"", "", CAA_CONTACT, false },
	{ "1 issue \"ca.example\"", "ca.example", CAA_ISSUE, true },
	{ "128 issue \"ca.example\"", "ca.example", CAA_ISSUE, false },
	{ "128 new \"x\"", "", CAA_UNKNOWN, true },
	{ "0 new \"x\"", "", CAA_UNKNOWN, false },
};

static void caa_records(void **state)
{
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < LENGTH(caas); i++) {
		struct dns_record r;
		struct caa c;

		dns_record_parse(&a, DNS_CAA, str_of(caas[i].record), &r);
		assert_true(r.parsed);
		caa_parse(&r.caa, &c);
		if (c.tag != caas[i].tag || !str_eq(c.issuer, str_of(caas[i].issuer)) ||
		    (c.fault != NULL) != caas[i].fault)
			fail_msg("%s: " STR_FMT " %s", caas[i].record, STR_ARG(c.issuer),
			    c.fault != NULL ? c.fault : "good");
	}
	arena_free(&a);
}

static const struct {
	const char *svg;
	size_t faults, notes;
} svgs[] = {
	{ SVG, 0, 0 },
	{ "", 1, 0 },
	{ "<html/>", 1, 0 },
	{ "<svg/>", 3, 1 },
	{ "<svg version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 20 "
	  "10\"><title>a</title></svg>",
	    0, 1 },
	{ "<svg version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 1 1\" "
	  "x=\"0\"><title>a</title>"
	  "</svg>",
	    1, 0 },
	{ "<svg version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 1 1\"><title> </title></svg>",
	    1, 0 },
	{ "<svg version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 1 1\"><g><title>a</title></g>"
	  "</svg>",
	    1, 0 },
	{ "<svg version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 1 1\" onload=\"x()\">"
	  "<title>a</title></svg>",
	    1, 0 },
	{ "<svg version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 1 1\"><title>a</title>"
	  "<use xlink:href=\"http://x/\"/><use xlink:href=\"#a\"/></svg>",
	    1, 0 },
	{ "<svg version=\"1.2\" baseProfile=\"tiny-ps\" viewBox=\"0 0 1 1\"><title>a</title>"
	  "<image href=\"#a\"/></svg>",
	    1, 0 },
	{ "<!DOCTYPE svg><svg/>", 1, 0 },
};

static void images(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(svgs); i++) {
		struct arena a = { 0 };
		struct bimi_svg out;

		bimi_svg_check(&a, str_of(svgs[i].svg), &out);
		if (out.fault_count != svgs[i].faults || out.note_count != svgs[i].notes)
			fail_msg("image %zu: %zu faults, %zu notes (" STR_FMT ")", i,
			    out.fault_count, out.note_count,
			    STR_ARG(out.fault_count > 0 ? out.faults[0] : STR("")));
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worlds),
		cmocka_unit_test(caa_records),
		cmocka_unit_test(images),
	};

	return cmocka_run_group_tests(tests, tls_setup, tls_teardown);
}
