/*
 * check_name - do address, reverse DNS, greeting and EHLO name agree?
 * RFC 5321 sections 4.1.1.1, 4.1.4, 4.2 and 4.3.1, RFC 8601 section 3, RFC 1912 section 2.1.
 */
#include "check/catalogue.h"
#include "check/name_judges.h"

#define SET_NAME                                                                                   \
	"Postfix: postconf -e 'myhostname = mail.example.com' && postfix reload.\n"                \
	"Exim: primary_hostname = mail.example.com in the main section.\n"                         \
	"Any Linux: hostnamectl set-hostname mail.example.com and the same name first in "         \
	"/etc/hosts.\n"                                                                            \
	"Hosting panel: look for \"server hostname\" or \"HELO name\"."

#define SET_PTR                                                                                    \
	"Hosting company: the reverse DNS is set by whoever gave you the address, mostly in the "  \
	"panel of the "                                                                            \
	"server (\"reverse DNS\", \"PTR\", \"rDNS\").\n"                                           \
	"Own address space: a PTR record in the in-addr.arpa or ip6.arpa zone.\n"                  \
	"Home connection: mostly impossible; send through a smarthost."

static const struct check rows[] = {
	{ "name.ptr", SEVERITY_CRITICAL, "Reverse DNS",
	    "Each address that sends mail has a PTR record.",
	    "Gmail, Yahoo, Outlook.com and most others refuse mail from an address without a name.",
	    SET_PTR, "RFC 1912 section 2.1; RFC 8601 section 3", "SMTP Reverse DNS", false,
	    judge_name_ptr },
	{ "name.fcrdns", SEVERITY_CRITICAL, "Forward-confirmed reverse DNS",
	    "The name of each address leads back to the address (iprev).",
	    "Anyone can put any name into his reverse DNS; only when the name leads back is it "
	    "believed.",
	    SET_PTR, "RFC 8601 section 3", "SMTP Reverse DNS Mismatch, FCrDNS", false,
	    judge_name_fcrdns },
	{ "name.ptr-generic", SEVERITY_MAJOR, "Reverse DNS of one's own",
	    "The reverse DNS is not a provider's generic name with the address in it.",
	    "Generic names belong to home connections and unused machines; filters know their "
	    "patterns.",
	    SET_PTR, "RFC 1912 section 2.1; RFC 5321 section 7.9", "Dynamic or generic rDNS", false,
	    judge_name_generic },
	{ "name.ptr-one", SEVERITY_MINOR, "One reverse name", "No address has several PTR records.",
	    "Receivers pick one by chance, and it may be the wrong one.", SET_PTR,
	    "RFC 1912 section 2.1", NULL, false, judge_name_ptr_one },
	{ "name.banner", SEVERITY_CRITICAL, "SMTP greeting",
	    "The greeting on port 25 begins with a fully qualified name.",
	    "It is the name the server also uses when it sends; receivers refuse one that is no "
	    "name.",
	    SET_NAME, "RFC 5321 section 4.2; RFC 5321 section 4.3.1", "SMTP Banner Check", false,
	    judge_name_banner },
	{ "name.banner-matches", SEVERITY_MAJOR, "Greeting and address",
	    "The greeting's name is that of the EHLO reply and belongs to the address.",
	    "A server that calls itself by a name of another machine looks forged.", SET_NAME,
	    "RFC 5321 section 4.3.1; RFC 8601 section 3", "Reverse DNS does not match SMTP Banner",
	    false, judge_name_matches },
	{ "name.banner-not-localhost", SEVERITY_CRITICAL, "No local name",
	    "No server calls itself localhost, an address, or a name without a domain.",
	    "It shows that the machine's name was never set; mail with such a name in EHLO is "
	    "refused widely.",
	    SET_NAME, "RFC 5321 section 2.3.5; RFC 5321 section 4.1.3", "SMTP Valid Hostname",
	    false, judge_name_not_localhost },
	{ "name.ehlo-resolves", SEVERITY_MAJOR, "EHLO name",
	    "The name in the EHLO reply has an address record with the server's address.",
	    "Receivers look the name up; one that leads nowhere or elsewhere counts against the "
	    "mail.",
	    SET_NAME, "RFC 5321 section 4.1.4", "HELO does not resolve", false,
	    judge_name_ehlo_resolves },
	{ "name.imap-banner", SEVERITY_MINOR, "IMAP greeting",
	    "The IMAP greeting names the host, or nothing, and no version.",
	    "A foreign or local name shows an unfinished server; a version invites attacks.",
	    "Dovecot: login_greeting = mail.example.com ready.\nCyrus: serverinfo: min.\nHosting "
	    "panel: cannot mostly be changed.",
	    "RFC 9051 section 7.1", "IMAP banner", false, judge_name_imap },
	{ "name.pop3-banner", SEVERITY_MINOR, "POP3 greeting",
	    "The POP3 greeting names the host, or nothing, and no version.",
	    "A foreign or local name shows an unfinished server; a version invites attacks.",
	    "Dovecot: login_greeting = mail.example.com ready.\nHosting panel: cannot mostly be "
	    "changed.",
	    "RFC 1939 section 4", "POP3 banner", false, judge_name_pop3 },
};

const struct check_table checks_name = { rows, LENGTH(rows) };
