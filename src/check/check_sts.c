/* check_sts - the table of MTA-STS (RFC 8461) and reports on TLS (RFC 8460). */
#include "check/catalogue.h"
#include "check/sts.h"

#define POLICY_HOW                                                                                 \
	"nginx: a server for mta-sts.example.com with a certificate of that name and the file "    \
	"/.well-known/mta-sts.txt.\n"                                                              \
	"Hosting panel: a web site named mta-sts.example.com with that one file.\n"                \
	"DNS panel: A and AAAA for mta-sts.example.com; TXT _mta-sts \"v=STSv1; id=20261123\"; a " \
	"new id with each change."

static const struct check rows[] = {
	{ "sts.record", SEVERITY_MAJOR, "MTA-STS record", "One TXT record v=STSv1 at _mta-sts.",
	    "It tells senders that mail to you must be encrypted to a proven server.", POLICY_HOW,
	    "RFC 8461 section 3.1", "MTA-STS", false, judge_sts_record },
	{ "sts.id", SEVERITY_MAJOR, "MTA-STS id",
	    "The record holds an id of 1 to 32 letters and digits.",
	    "By a new id senders learn of a new policy; without a good one they discard the "
	    "record.",
	    POLICY_HOW, "RFC 8461 section 3.1", NULL, false, judge_sts_id },
	{ "sts.policy", SEVERITY_MAJOR, "MTA-STS policy",
	    "The policy comes from https://mta-sts.DOMAIN/.well-known/mta-sts.txt with status 200, "
	    "no redirect, as text/plain.",
	    "A record without a readable policy protects nothing.", POLICY_HOW,
	    "RFC 8461 section 3.2; RFC 8461 section 3.3", "MTA-STS policy", false,
	    judge_sts_policy },
	{ "sts.certificate", SEVERITY_MAJOR, "Certificate of the policy",
	    "The web server's certificate is valid for mta-sts.DOMAIN.",
	    "Senders ignore a policy from a server that is not proven.", POLICY_HOW,
	    "RFC 8461 section 3.3; RFC 9525", NULL, false, judge_sts_certificate },
	{ "sts.mx", SEVERITY_MAJOR, "Policy and MX", "The policy names every mail host.",
	    "In mode enforce senders do not deliver to a host that is not named.", POLICY_HOW,
	    "RFC 8461 section 4.1", NULL, false, judge_sts_mx },
	{ "sts.mx-tls", SEVERITY_CRITICAL, "Mail hosts under the policy",
	    "Each mail host offers STARTTLS with a trusted certificate for its own name.",
	    "In mode enforce Gmail, Outlook.com and others do not deliver to a host that does not.",
	    "Postfix, Exim: a certificate for the MX name with its whole chain (see tls.chain, "
	    "tls.name); until then set mode: testing and a new id.",
	    "RFC 8461 section 4.2", NULL, false, judge_sts_mx_tls },
	{ "sts.mx-unused", SEVERITY_INFO, "Names in the policy that are no mail host",
	    "Every mx line of the policy is a mail host of the domain.",
	    "A name that nobody looks after may one day belong to somebody else.",
	    "Remove the line from the policy and set a new id.", "RFC 8461 section 4.1", NULL,
	    false, judge_sts_mx_unused },
	{ "sts.mode", SEVERITY_MINOR, "Mode of the policy", "The policy is enforced.",
	    "testing and none protect nothing.", POLICY_HOW, "RFC 8461 section 5", NULL, false,
	    judge_sts_mode },
	{ "sts.age", SEVERITY_MINOR, "Lifetime of the policy",
	    "max_age is between a week and a year.",
	    "A short life lets an attacker wait until it is forgotten.", POLICY_HOW,
	    "RFC 8461 section 3.2", NULL, false, judge_sts_age },
	{ "tlsrpt.record", SEVERITY_MINOR, "TLS report record",
	    "One TXT record v=TLSRPTv1 with rua at _smtp._tls.",
	    "Large senders then report each day which TLS connections to you failed.",
	    "DNS panel: TXT _smtp._tls \"v=TLSRPTv1; rua=mailto:tls-reports@example.com\".",
	    "RFC 8460 section 3", "TLS-RPT", false, judge_tlsrpt_record },
	{ "tlsrpt.target", SEVERITY_MINOR, "Address of the TLS reports",
	    "The domain of each report address takes mail.",
	    "Reports to an address that takes no mail are lost.",
	    "DNS panel: correct the address in rua.", "RFC 8460 section 3", NULL, false,
	    judge_tlsrpt_target },
};

const struct check_table checks_sts = { rows, LENGTH(rows) };
