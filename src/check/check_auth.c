/* check_auth - the table of the auth.* checks; the judges are in auth_*.c. */
#include "check/auth_judges.h"
#include "check/catalogue.h"

#define SIGNERS                                                                                    \
	"Postfix: the signer is a milter (frank milter, rspamd, OpenDKIM); what it signs is set "  \
	"there.\n"                                                                                 \
	"Exim: dkim_domain, dkim_selector and dkim_private_key of the remote_smtp transport; "     \
	"dkim_sign_headers names the fields.\n"                                                    \
	"Hosting panel: switch DKIM on for the domain, and publish the record that it shows."

static const struct check checks[] = {
	{ "auth.spf", SEVERITY_CRITICAL, "SPF of this message",
	    "May the server that brought this message send for the domain of its envelope sender?",
	    "Receivers ask this of each message first. A fail is refused by many; none and neutral "
	    "count "
	    "against it.",
	    "DNS panel: spf.hosts shows the record that permits this server.\n"
	    "Postfix: send through the server that the record names (relayhost), or add this one.",
	    "RFC 7208 section 2.6", "Port25 \"SPF check\"; mail-tester \"SPF\"", false,
	    judge_auth_spf, true },
	{ "auth.helo", SEVERITY_MAJOR, "EHLO name of this message",
	    "Is what the server called itself a full host name, and does SPF permit it?",
	    "Bounces have no envelope sender: then SPF is asked about this name alone. A name "
	    "that says nothing is refused by many.",
	    "Postfix: smtp_helo_name, or myhostname.\nExim: helo_data of the remote_smtp "
	    "transport, "
	    "or primary_hostname.",
	    "RFC 5321 section 4.1.1.1; RFC 7208 section 2.3", NULL, false, judge_auth_helo, true },
	{ "auth.iprev", SEVERITY_CRITICAL, "Reverse DNS of this message's server",
	    "Has the address that brought this message a name that leads back to it?",
	    "Gmail and others refuse mail from addresses without one.",
	    "Hosting panel: set the reverse DNS (PTR) of the address to the name of the mail "
	    "server, "
	    "and an A or AAAA record of that name to the address.",
	    "RFC 8601 section 2.7.3; RFC 1912 section 2.1", "Port25 \"iprev check\"", false,
	    judge_auth_iprev, true },
	{ "auth.dkim", SEVERITY_CRITICAL, "DKIM signatures of this message",
	    "Does each signature hold, and if not, what was changed?",
	    "A signature shows whose message it is, wherever it was forwarded. One that does not "
	    "hold is worth nothing.",
	    SIGNERS, "RFC 6376 section 6.1", "Port25 \"DKIM check\"", false, judge_auth_dkim,
	    true },
	{ "auth.dkim-covers", SEVERITY_CRITICAL, "What the signature covers",
	    "Are From, Subject, Date, To, Message-ID, the MIME fields and List-Unsubscribe signed, "
	    "and could a second From be added? Is the whole body signed?",
	    "What is not signed can be changed on the way, and the signature still holds.", SIGNERS,
	    "RFC 6376 section 5.4; RFC 6376 section 8.2; RFC 8058 section 4", NULL, false,
	    judge_auth_dkim_covers, true },
	{ "auth.dkim-lifetime", SEVERITY_MINOR, "Lifetime of the signature",
	    "Does the signature (x=) live as long as mail may wait in a queue?",
	    "A delayed message arrives with a signature that has expired.", SIGNERS,
	    "RFC 6376 section 3.5", NULL, false, judge_auth_dkim_lifetime, true },
	{ "auth.dkim-time", SEVERITY_MINOR, "Time of the signature",
	    "Is the time of signing (t=) near the time at which the message came?",
	    "A signature from the future is refused by some.",
	    "Postfix: let NTP set the clock of the server that signs.", "RFC 6376 section 3.5",
	    NULL, false, judge_auth_dkim_time, true },
	{ "auth.dmarc", SEVERITY_CRITICAL, "DMARC of this message",
	    "Does SPF or DKIM pass for the domain that the reader sees in From?",
	    "This is what decides: a message that fails is refused or put into junk where the "
	    "domain asks "
	    "for it, and counts as forged everywhere.",
	    SIGNERS "\nMailing service: let it sign with your domain (it will name records to "
		    "publish).",
	    "RFC 9989 section 5.3; RFC 9989 section 4.10", "learndmarc", false, judge_auth_dmarc,
	    true },
	{ "auth.arc", SEVERITY_MINOR, "ARC chain",
	    "If somebody forwarded the message with ARC: does the chain hold?",
	    "Some receivers believe forwarders who say that the message was good when it came.",
	    "Nothing to do for a sender; forwarders must not change what they have sealed.",
	    "RFC 8617 section 5.2", NULL, false, judge_auth_arc, true },
	{ "auth.authres", SEVERITY_MINOR, "Forged results",
	    "Did Authentication-Results in the receiver's own name come along?",
	    "A program that believes them would take a forged message for a good one.",
	    "Nothing to do for a sender; receivers remove them.", "RFC 8601 section 5", NULL, false,
	    judge_auth_authres, true },
	{ "auth.tls", SEVERITY_MAJOR, "Encryption on the way",
	    "Did the message come by TLS, and by which version?",
	    "Gmail asks for it; without it anybody on the way can read along.",
	    "Postfix: smtp_tls_security_level = may, or dane with a validating resolver.\n"
	    "Exim: it does so by itself unless hosts_avoid_tls says otherwise.",
	    "RFC 3207; RFC 8996", "aboutmy.email \"TLS\"", false, judge_auth_tls, true },
	{ "auth.transcript", SEVERITY_MAJOR, "The SMTP dialogue",
	    "Did the server wait for the greeting, say EHLO, and end its lines with CRLF?",
	    "Receivers know spam programs by such manners.",
	    "Postfix: it does all of this by itself; look for what stands between it and the world "
	    "(firewalls with an SMTP \"fixup\", antivirus proxies).",
	    "RFC 5321 section 4.3.1; RFC 5321 section 2.3.8; RFC 2920 section 3.1", NULL, false,
	    judge_auth_transcript, true },
};

const struct check_table checks_auth = { checks, LENGTH(checks) };
