/* check_spf - the table of the spf.* checks; the judges are in spf_*.c. */
#include "check/catalogue.h"
#include "check/spf_judges.h"

#define PANEL                                                                                      \
	"DNS panel: replace the TXT record of the domain (name @ or empty) by the one proposed; "  \
	"there must be only one that begins with v=spf1."

#define NOT_HERE                                                                                   \
	"Postfix: nothing to do in Postfix itself; SPF is a DNS record.\n"                         \
	"Exim: nothing to do in Exim itself; SPF is a DNS record.\n"

static const struct check checks[] = {
	{ "spf.present", SEVERITY_CRITICAL, "SPF record",
	    "Is there exactly one TXT record that begins with v=spf1?",
	    "SPF names the servers that may send for the domain. Without it, or with two, "
	    "receivers "
	    "cannot tell your mail from forged mail; large ones refuse it.",
	    NOT_HERE PANEL, "RFC 7208 section 3.2; RFC 7208 section 4.5",
	    "MXToolbox \"SPF Record Published\", \"SPF Multiple Records\"; Internet.nl \"SPF "
	    "existence\"",
	    false, judge_spf_present },
	{ "spf.syntax", SEVERITY_CRITICAL, "SPF syntax",
	    "Does the record parse? Each fault is shown with its place and what was meant.",
	    "One fault anywhere makes the whole record a permanent error: no mail of yours passes.",
	    PANEL, "RFC 7208 section 4.6; RFC 7208 section 12",
	    "MXToolbox \"SPF Syntax Check\"; Internet.nl \"SPF policy\"", false, judge_spf_syntax },
	{ "spf.lookups", SEVERITY_CRITICAL, "SPF: ten lookups",
	    "How many DNS lookups does the record need, with everything that it includes?",
	    "Receivers stop at ten with a permanent error. Each service that you include may use "
	    "several.",
	    PANEL "\nTake out includes of services that no longer send for you; write ip4: and "
		  "ip6: instead "
		  "of a and mx; give a service a subdomain of its own.",
	    "RFC 7208 section 4.6.4", "MXToolbox \"SPF Included Lookups\"", false,
	    judge_spf_lookups },
	{ "spf.void", SEVERITY_CRITICAL, "SPF: void lookups",
	    "Do terms of the record ask for names or records that do not exist?",
	    "Receivers stop after two of them with a permanent error; a name that has expired can "
	    "be "
	    "registered by somebody else, who then sends in your name.",
	    PANEL, "RFC 7208 section 4.6.4; RFC 7208 section 11.1",
	    "MXToolbox \"SPF Void Lookups\"", false, judge_spf_void },
	{ "spf.mx-limit", SEVERITY_CRITICAL, "SPF: ten mail hosts behind mx",
	    "Does any mx term lead to more than ten hosts?", "More than ten are a permanent error.",
	    PANEL, "RFC 7208 section 4.6.4", "MXToolbox \"SPF MX Resource Records\"", false,
	    judge_spf_mx_limit },
	{ "spf.includes", SEVERITY_CRITICAL, "SPF includes",
	    "Does every include and redirect lead to one sound record, without a loop?",
	    "An include that leads nowhere is a permanent error for all of your mail.", PANEL,
	    "RFC 7208 section 5.2; RFC 7208 section 6.1",
	    "MXToolbox \"SPF Recursive Loop\"; Internet.nl \"SPF bad_include\"", false,
	    judge_spf_includes },
	{ "spf.hosts", SEVERITY_CRITICAL, "SPF permits your servers",
	    "Does mail from each mail host, and from each address given with --ip, pass, over IPv4 "
	    "and IPv6?",
	    "An address that the record forgot, most often the IPv6 one, has its mail refused or "
	    "put "
	    "into junk.",
	    PANEL "\nPostfix: when the server has IPv6 and the record does not, "
		  "smtp_address_preference = "
		  "ipv4 in main.cf helps for the time being.\n"
		  "Exim: disable_ipv6 = true helps for the time being.",
	    "RFC 7208 section 4; RFC 7208 section 5",
	    "mox \"SPF check of your IPs\"; AboutMy.email \"SPF\"", false, judge_spf_hosts },
	{ "spf.helo", SEVERITY_MINOR, "SPF of the EHLO name",
	    "Do the mail hosts under this domain have SPF records that permit them?",
	    "Bounces have no envelope sender; receivers then check the name given in EHLO.",
	    "DNS panel: add a TXT record \"v=spf1 a -all\" at each mail host's name.",
	    "RFC 7208 section 2.3; RFC 7208 section 2.4", "mox \"host SPF\"", false,
	    judge_spf_helo },
	{ "spf.all", SEVERITY_CRITICAL, "SPF: everybody else",
	    "What does the record say about all other addresses?",
	    "+all permits the whole world; ?all and a missing all say nothing, as if there were no "
	    "record.",
	    PANEL, "RFC 7208 section 5.1; RFC 7208 section 4.7",
	    "MXToolbox \"SPF Policy\"; Internet.nl \"SPF policy\"", false, judge_spf_all },
	{ "spf.wide", SEVERITY_MAJOR, "SPF permits too much",
	    "Does the record permit networks far larger than any mail system?",
	    "Every machine in a permitted network can send in your name.", PANEL,
	    "RFC 7208 section 11; RFC 9989 section 7.1", NULL, false, judge_spf_wide },
	{ "spf.ptr", SEVERITY_MINOR, "SPF: ptr", "Is the mechanism ptr used?",
	    "It is slow and unreliable, and some large receivers skip it.", PANEL,
	    "RFC 7208 section 5.5", "MXToolbox \"SPF Deprecated PTR\"", false, judge_spf_ptr },
	{ "spf.unreachable", SEVERITY_MINOR, "SPF terms without effect",
	    "Are there terms behind all, a redirect beside all, terms that stand there twice or "
	    "are "
	    "covered by others?",
	    "They do nothing, but they hide mistakes and use up lookups.", PANEL,
	    "RFC 7208 section 5.1; RFC 7208 section 6.1", "MXToolbox \"SPF Characters After ALL\"",
	    false, judge_spf_unreachable },
	{ "spf.length", SEVERITY_MINOR, "Size of the TXT records",
	    "Do the TXT records of the domain fit into one packet?",
	    "Answers that do not fit need TCP, which some firewalls block; the SPF record is then "
	    "lost.",
	    "DNS panel: remove TXT records of old verifications; shorten the SPF record.",
	    "RFC 7208 section 3.3; RFC 7208 section 3.4", NULL, false, judge_spf_length },
	{ "spf.type99", SEVERITY_MINOR, "Records of type SPF",
	    "Is there a record of the withdrawn type SPF (99)?",
	    "Nobody reads it; it only confuses.",
	    "DNS panel: remove the record of type SPF; keep the TXT record.",
	    "RFC 7208 section 3.1", "MXToolbox \"SPF Type 99\"", false, judge_spf_type99 },
	{ "spf.senderid", SEVERITY_MINOR, "Sender ID leftovers",
	    "Is there a record of Sender ID (spf2.0/...)?", "Nobody reads it; it only confuses.",
	    "DNS panel: remove the TXT record that begins with spf2.0.", "RFC 4406", NULL, false,
	    judge_spf_senderid },
	{ "spf.macro", SEVERITY_INFO, "SPF macros", "Are macros used, and harmless ones?",
	    "Macros make the result depend on the message; %{p} is slow and should not be used.",
	    PANEL, "RFC 7208 section 7", NULL, false, judge_spf_macro },
	{ "spf.exp", SEVERITY_INFO, "SPF explanation", "Does the text that exp= names exist?",
	    "Without it, people whose mail is refused get no explanation.", PANEL,
	    "RFC 7208 section 6.2", NULL, false, judge_spf_exp },
	{ "spf.subdomains", SEVERITY_INFO, "SPF of names without mail",
	    "Do names that send no mail say so?",
	    "SPF is not inherited: anybody may use www.example.com as an envelope sender.",
	    "DNS panel: add a TXT record \"v=spf1 -all\" at the name.", "RFC 7208 section 10.1.2",
	    NULL, false, judge_spf_subdomains },
	{ "spf.case-bytes", SEVERITY_CRITICAL, "SPF: strange characters",
	    "Does the record hold typographic quotes, long dashes, invisible characters, or is "
	    "v=spf1 "
	    "glued to the next word?",
	    "They look right on the screen and make the record void.", PANEL,
	    "RFC 7208 section 4.5; RFC 7208 section 12", NULL, false, judge_spf_case_bytes },
};

const struct check_table checks_spf = { checks, LENGTH(checks) };
