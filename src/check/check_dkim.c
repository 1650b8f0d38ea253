/* check_dkim - the table of the dkim.* checks; the judges are in dkim_*.c. */
#include "check/catalogue.h"
#include "check/dkim_judges.h"

#define NEW_KEY                                                                                    \
	"Postfix: with OpenDKIM, opendkim-genkey -b 2048 -d DOMAIN -s SELECTOR, then KeyTable "    \
	"and "                                                                                     \
	"SigningTable; with rspamd, rspamadm dkim_keygen -b 2048 -s SELECTOR -d DOMAIN.\n"         \
	"Exim: openssl genrsa -out KEYFILE 2048; set dkim_domain, dkim_selector and "              \
	"dkim_private_key in the remote_smtp transport.\n"

#define PANEL_KEY                                                                                  \
	"DNS panel: one TXT record named SELECTOR._domainkey; paste the value as one line "        \
	"without "                                                                                 \
	"quotes, or as quoted pieces of at most 255 characters, as the panel wants it."

static const struct check checks[] = {
	{ "dkim.found", SEVERITY_CRITICAL, "DKIM key",
	    "Is there a DKIM key at the selectors given, or else at a common one?",
	    "Gmail, Yahoo and Outlook.com want DKIM signatures from everybody who sends much mail; "
	    "DKIM is also what survives forwarding. A signature without its key in the DNS fails.",
	    NEW_KEY PANEL_KEY, "RFC 6376 section 3.6.2",
	    "MXToolbox \"DKIM Record Published\"; Internet.nl \"DKIM existence\"", false,
	    judge_dkim_found },
	{ "dkim.syntax", SEVERITY_CRITICAL, "DKIM key record",
	    "Is there one record per selector, does it parse, is the key in it sound?",
	    "A key that was cut, re-wrapped or split into two records by a DNS panel makes every "
	    "signature fail, and nothing on the sending side notices.",
	    PANEL_KEY, "RFC 6376 section 3.6.1; RFC 6376 section 3.6.2.2; RFC 6376 erratum 3017",
	    "MXToolbox \"DKIM Syntax Check\", \"DKIM Public Key Check\"", false,
	    judge_dkim_syntax },
	{ "dkim.size", SEVERITY_MAJOR, "DKIM key size",
	    "Is the RSA key long enough, and does an RSA key stand beside an Ed25519 key?",
	    "Keys under 1024 bits are refused everywhere; 1024 bits are at their end; Ed25519 "
	    "alone "
	    "is not yet understood by all.",
	    NEW_KEY PANEL_KEY, "RFC 8301 section 3.2; RFC 8463 section 5",
	    "MXToolbox \"DKIM Public Key Check\"", false, judge_dkim_size },
	{ "dkim.test-mode", SEVERITY_MINOR, "DKIM test mode", "Is the flag t=y still set?",
	    "It tells receivers to treat signed mail as unsigned.",
	    "DNS panel: take t=y out of the key record.", "RFC 6376 section 3.6.1",
	    "happyDomain \"dkim.testing-mode\"", false, judge_dkim_test_mode },
	{ "dkim.revoked", SEVERITY_MAJOR, "DKIM key revoked",
	    "Is a key in use marked as revoked (empty p=)?", "Signatures with a revoked key fail.",
	    NEW_KEY PANEL_KEY, "RFC 6376 section 3.6.1", "happyDomain \"dkim.revoked-key\"", false,
	    judge_dkim_revoked },
	{ "dkim.flags", SEVERITY_MINOR, "DKIM tags h, k, s, t, g",
	    "Do the tags permit what is needed and nothing old?",
	    "h=sha1 or s= without email keep verifiers from using the key; unknown tags are noise.",
	    "DNS panel: replace the key record by the one proposed.",
	    "RFC 6376 section 3.6.1; RFC 8301 section 3.1", "happyDomain \"dkim.deprecated-hash\"",
	    false, judge_dkim_flags },
	{ "dkim.shared", SEVERITY_CRITICAL, "Weak or well-known DKIM keys",
	    "Is the private key known or easy to compute: examples out of documents, exponent 1, "
	    "ROCA, primes too close together?",
	    "Whoever has the private key signs as you, and DMARC passes.", NEW_KEY PANEL_KEY,
	    "RFC 8017 section 3.1; CVE-2017-15361; CVE-2022-26320", NULL, false,
	    judge_dkim_shared },
	{ "dkim.domainkeys", SEVERITY_MINOR, "Leftovers of DomainKeys and ADSP",
	    "Do records of withdrawn standards still stand under _domainkey?",
	    "They do no harm, but some tools take them for DKIM.",
	    "DNS panel: remove the TXT records at _domainkey and _adsp._domainkey.",
	    "RFC 4870 section 3.6; RFC 5617", "DomainDetective \"AdspRecordExists\"", false,
	    judge_dkim_domainkeys },
};

const struct check_table checks_dkim = { checks, LENGTH(checks) };
