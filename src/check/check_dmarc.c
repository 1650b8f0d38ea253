/* check_dmarc - the table of the dmarc.* checks; the judges are in dmarc_*.c. */
#include "check/catalogue.h"
#include "check/dmarc_judges.h"

#define PANEL_DMARC                                                                                \
	"DNS panel: add a TXT record; the name is _dmarc (some panels want the full name), the "   \
	"value is the text without quotes.\n"

static const struct check checks[] = {
	{ "dmarc.present", SEVERITY_CRITICAL, "DMARC record",
	    "Is there exactly one DMARC record that applies to the domain, and where does it "
	    "stand?",
	    "DMARC tells receivers what to do with mail that only pretends to come from you, and "
	    "asks them for reports. Without it anybody can send as you, and bulk mail is refused "
	    "by "
	    "Gmail, Yahoo and Outlook.com.",
	    PANEL_DMARC
	    "Postfix: nothing to do in Postfix itself; DMARC is a DNS record.\n"
	    "Exim: nothing to do in Exim itself; DMARC is a DNS record.\n"
	    "Begin with p=none and an address for reports, read the reports for some weeks, then "
	    "go on to quarantine and reject.",
	    "RFC 9989 section 4.7; RFC 9989 section 4.10",
	    "MXToolbox \"DMARC Record Published\", \"DMARC Multiple Records\"; Internet.nl "
	    "\"DMARC\"",
	    false, judge_dmarc_present },
	{ "dmarc.syntax", SEVERITY_MAJOR, "DMARC record syntax",
	    "Does the record read as it was meant: v first, known tags, valid values?",
	    "Receivers silently ignore what they cannot read; a typing error in p= turns the whole "
	    "policy into none, or switches DMARC off.",
	    "DNS panel: replace the TXT record at _dmarc by the one proposed.\n"
	    "The tags pct, rf and ri no longer exist; t=y took the place of pct.",
	    "RFC 9989 section 4.7; RFC 9989 section 4.8",
	    "MXToolbox \"DMARC Syntax Check\"; happyDomain \"dmarc.missing-policy\"", false,
	    judge_dmarc_syntax },
	{ "dmarc.policy", SEVERITY_MAJOR, "DMARC policy",
	    "What are receivers asked to do with mail that fails: nothing (none), treat it as "
	    "suspicious (quarantine) or refuse it (reject)?",
	    "Only quarantine and reject keep forged mail away from people. none with reports is "
	    "the "
	    "right first step; none without reports is worth nothing.",
	    "DNS panel: change p= in the TXT record at _dmarc, one step at a time, when the "
	    "reports "
	    "show that your own mail passes.\n"
	    "Mailing lists: a domain whose people write to mailing lists should stay at "
	    "quarantine; "
	    "lists change messages and break signatures (RFC 9989 section 7.4).",
	    "RFC 9989 section 4.7; RFC 9989 section 5.1.7",
	    "MXToolbox \"DMARC Policy Not Enabled\", \"DMARC Quarantine/Reject policy not "
	    "enabled\"; "
	    "Internet.nl \"DMARC policy\"",
	    false, judge_dmarc_policy },
	{ "dmarc.subdomains", SEVERITY_MINOR, "DMARC below the domain",
	    "Are subdomains, existing or invented, protected as the domain is?",
	    "Who may not forge example.com forges billing.example.com instead.",
	    "DNS panel: take sp= and np= out of the TXT record at _dmarc, or set them as strict as "
	    "p=; remove weaker records at subdomains.",
	    "RFC 9989 section 4.7; RFC 9989 section 4.10.1", "mox \"sp=none\"", false,
	    judge_dmarc_subdomains },
	{ "dmarc.rua", SEVERITY_MAJOR, "DMARC report address",
	    "Is an address for aggregate reports given, and does its domain take mail?",
	    "The reports are the only way to see who sends in your name and what fails.",
	    "DNS panel: add rua=mailto:ADDRESS to the TXT record at _dmarc.\n"
	    "Postfix: make the address a mailbox or an alias in /etc/aliases, then run "
	    "newaliases.\n"
	    "Exim: make the address a mailbox or an alias in /etc/aliases.",
	    "RFC 9989 section 4.7; RFC 9990 section 3.5", "checkdmarc \"rua\"", false,
	    judge_dmarc_rua },
	{ "dmarc.external", SEVERITY_MAJOR, "Consent of report receivers",
	    "Have other organisations agreed to receive your reports?",
	    "Receivers drop every address whose owner has not agreed in the DNS, so that nobody "
	    "can "
	    "be flooded with reports. You then get none.",
	    "Report service: it publishes the record for you; look up its instructions or ask it.\n"
	    "DNS panel: when both domains are yours, add the TXT record \"v=DMARC1;\" at the name "
	    "given, in the zone of the receiving domain.",
	    "RFC 9990 section 4", "MXToolbox \"DMARC External Validation\"", false,
	    judge_dmarc_external },
	{ "dmarc.ruf", SEVERITY_INFO, "DMARC failure reports",
	    "Are reports about single messages asked for?",
	    "They hold parts of other people's mail; few receivers send them.",
	    "DNS panel: take ruf= and fo= out of the TXT record at _dmarc unless you use them.",
	    "RFC 9991 section 7", NULL, false, judge_dmarc_ruf },
	{ "dmarc.alignment", SEVERITY_CRITICAL, "Can your mail pass DMARC?",
	    "Does this domain have what DMARC needs to pass: an SPF record or a DKIM key at the "
	    "domain itself, under the alignment that the record asks for?",
	    "DMARC counts SPF and DKIM only when they passed for the domain in the From field. A "
	    "strict policy over a domain without either makes receivers refuse your own mail.",
	    "Postfix: sign with OpenDKIM or rspamd, with d= the domain in From; see dkim.found.\n"
	    "Exim: set dkim_domain and dkim_selector in the remote_smtp transport.\n"
	    "Newsletter service: set up its DKIM for your domain (usually two CNAMEs).",
	    "RFC 9989 section 4.4; RFC 9989 section 4.10.2", "AboutMy.email \"alignment\"", false,
	    judge_dmarc_alignment },
	{ "dmarc.psd", SEVERITY_MINOR, "DMARC psd and t", "Are the tags psd and t used rightly?",
	    "psd=y on an ordinary domain splits it from its own subdomains; a forgotten t=y lowers "
	    "the policy by one step.",
	    "DNS panel: take the tag out of the TXT record at _dmarc.",
	    "RFC 9989 section 4.7; RFC 9989 section 4.10", NULL, false, judge_dmarc_psd },
	{ "dmarc.ready", SEVERITY_INFO, "Ready for a stricter policy",
	    "Do the reports show that the policy may be tightened?",
	    "Tightened too early, a policy makes receivers refuse your own mail.",
	    "Collect aggregate reports for some weeks; every source of your own mail has to pass.",
	    "RFC 9989 section 5.1.6", NULL, false, judge_dmarc_ready },
};

const struct check_table checks_dmarc = { checks, LENGTH(checks) };
