/* check_smtp - the table of the smtp.* checks; the judges are in smtp_*.c. */
#include "check/catalogue.h"
#include "check/smtp_judges.h"

static const struct check rows[] = {
	{ "smtp.greeting", SEVERITY_MAJOR, "Greeting",
	    "Each mail host greets with 220, and soon after the connection.",
	    "A host that turns senders away or keeps them waiting gets its mail late or never.",
	    "Postfix: postconf -n | grep -E 'postscreen|smtpd_client'; give smtpd working DNS.\n"
	    "Exim: rfc1413_query_timeout = 0s; look for delay = in acl_smtp_connect.\n"
	    "Hosting panel: ask whether a filter in front delays unknown senders.",
	    "RFC 5321 section 3.1; RFC 5321 section 4.5.3.2", "MXToolbox \"SMTP Connection Time\"",
	    false, judge_smtp_greeting },
	{ "smtp.reply-syntax", SEVERITY_MINOR, "Replies are well formed",
	    "Each reply is of lines with the same code that end in CRLF, and each command gets "
	    "one.",
	    "A sender that loses count of replies takes a refusal for an acceptance.",
	    "Postfix, Exim: they do it right; look at what stands in front.\n"
	    "Firewall: switch SMTP inspection (fixup) off.\n"
	    "Filter or proxy in front: update it, or let the mail server face the network itself.",
	    "RFC 5321 section 4.2; RFC 5321 section 2.3.8", NULL, false, judge_smtp_reply_syntax },
	{ "smtp.time", SEVERITY_INFO, "Time of the talk",
	    "Whether the talk behind the greeting took less than 8 seconds.",
	    "Delays cost senders connections; on purpose they are allowed, by accident they tell "
	    "of trouble.",
	    "Postfix: smtpd_error_sleep_time, smtpd_delay_reject; look at lookups in the log.\n"
	    "Exim: delay = in the ACLs; host_lookup, rfc1413_query_timeout.",
	    "RFC 5321 section 4.5.3.2", "MXToolbox \"SMTP Transaction Time\"", false,
	    judge_smtp_time },
	{ "smtp.throttled", SEVERITY_INFO, "Limits met",
	    "Whether the servers limited our few connections (421, \"too many\").",
	    "It is allowed, slows down large senders, and hides what other checks would see.",
	    "Postfix: smtpd_client_connection_rate_limit, smtpd_client_connection_count_limit.\n"
	    "Exim: smtp_accept_max_per_host; ratelimit = in the ACLs.",
	    "RFC 5321 section 3.8", NULL, false, judge_smtp_throttled },
	{ "smtp.starttls", SEVERITY_CRITICAL, "STARTTLS on port 25",
	    "Each mail host offers STARTTLS on port 25, and the handshake works.",
	    "Without it all mail to you crosses the Internet readable; senders that insist on TLS "
	    "cannot deliver.",
	    "Postfix: smtpd_tls_security_level = may, smtpd_tls_chain_files = KEY, CERTIFICATE.\n"
	    "Exim: tls_advertise_hosts = *, tls_certificate, tls_privatekey.\n"
	    "Hosting panel: switch on the certificate (Let's Encrypt) for the mail service.",
	    "RFC 3207 section 4; RFC 7435 section 3",
	    "MXToolbox \"SMTP TLS\"; Internet.nl \"STARTTLS available\"", false,
	    judge_smtp_starttls },
	{ "smtp.submission", SEVERITY_MINOR, "Submission under TLS",
	    "People's mail programs submit on 465 (TLS at once) or on 587 (STARTTLS).",
	    "On a submission port without TLS passwords cross the network readable.",
	    "Postfix: enable the services submission and submissions in master.cf with "
	    "-o smtpd_tls_security_level=encrypt (587) and -o smtpd_tls_wrappermode=yes (465).\n"
	    "Exim: daemon_smtp_ports = 25 : 465 : 587, tls_on_connect_ports = 465.\n"
	    "Hosting panel: mostly on already; look for \"SMTP over SSL\".",
	    "RFC 8314 section 3.3; RFC 6409 section 3.1", NULL, false, judge_smtp_submission },
	{ "smtp.no-plain-auth", SEVERITY_MAJOR, "No login without TLS",
	    "AUTH is offered only under TLS, and not at all to the public on port 25.",
	    "Otherwise passwords can be read on the way, and guessers try them on port 25.",
	    "Postfix: smtpd_tls_auth_only = yes; smtpd_sasl_auth_enable = yes only for the "
	    "submission services in master.cf.\n"
	    "Exim: auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}.",
	    "RFC 4954 section 4; RFC 8314 section 3.3", NULL, false, judge_smtp_no_plain_auth },
	{ "smtp.open-relay", SEVERITY_CRITICAL, "No open relay",
	    "The server refuses recipients elsewhere for senders it does not know, in every "
	    "spelling (percent hack, quotes, source route, bang path, empty sender), on "
	    "port 25 and for submission.",
	    "An open relay is found within hours and ends on every block list.",
	    "Postfix: smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, "
	    "reject_unauth_destination; keep mynetworks small.\n"
	    "Exim: dc_relay_nets='' (Debian), or require relay_to_domains in acl_check_rcpt.",
	    "RFC 5321 section 7.1; RFC 2505 section 2.1; RFC 6409 section 4.3",
	    "MXToolbox \"SMTP Open Relay\"", false, judge_smtp_open_relay },
	{ "smtp.postmaster", SEVERITY_MAJOR, "postmaster", "Mail to postmaster is accepted.",
	    "Others report trouble there; it is the one mailbox that must exist.",
	    "Postfix: postmaster: root in /etc/aliases, then newaliases; for virtual domains a "
	    "line in virtual_alias_maps.\n"
	    "Exim: postmaster: root in /etc/aliases.\n"
	    "Hosting panel: make a mailbox or a forwarding for postmaster.",
	    "RFC 5321 section 4.5.1; RFC 2142 section 5", "RFC-ignorant \"postmaster\"", false,
	    judge_smtp_postmaster },
	{ "smtp.abuse", SEVERITY_MINOR, "abuse", "Mail to abuse is accepted.",
	    "Complaints about spam in your name go there; unheard, they go to the block lists.",
	    "Postfix: abuse: root in /etc/aliases, then newaliases; for virtual domains a line in "
	    "virtual_alias_maps.\n"
	    "Exim: abuse: root in /etc/aliases.\n"
	    "Hosting panel: make a mailbox or a forwarding for abuse.",
	    "RFC 2142 section 4", "RFC-ignorant \"abuse\"", false, judge_smtp_abuse },
	{ "smtp.null-sender", SEVERITY_MAJOR, "Bounces are accepted",
	    "The server accepts mail with an empty sender (MAIL FROM:<>).",
	    "Bounces, delivery reports and others' checks of your addresses come that way.",
	    "Postfix: remove <> from the maps of check_sender_access.\n"
	    "Exim: accept senders = : before other rules in acl_check_mail.",
	    "RFC 5321 section 4.5.5; RFC 5321 section 6.1", "RFC-ignorant \"dsn\"", false,
	    judge_smtp_null_sender },
	{ "smtp.literal", SEVERITY_INFO, "Mail to the bare address",
	    "How the server takes postmaster@[ADDRESS], a domain literal.",
	    "Every server must understand the form; few need to accept it.",
	    "Postfix: resolve_numeric_domain = no, mydestination with [ADDRESS] if wanted.\n"
	    "Exim: allow_domain_literals = true, and @[] in local_domains.",
	    "RFC 5321 section 4.1.3", NULL, false, judge_smtp_literal },
	{ "smtp.unknown-rejected", SEVERITY_MINOR, "Unknown recipients are refused",
	    "An invented recipient is refused at RCPT, not taken and bounced later.",
	    "Bounces to forged senders (backscatter) get the server onto block lists.",
	    "Postfix: local_recipient_maps and relay_recipient_maps must know all recipients; no "
	    "luser_relay.\n"
	    "Exim: verify = recipient in acl_check_rcpt.\n"
	    "Hosting panel: switch the catch-all mailbox off.",
	    "RFC 5321 section 3.3; RFC 3834 section 2", NULL, false, judge_smtp_unknown_rejected },
	{ "smtp.vrfy-expn", SEVERITY_INFO, "VRFY and EXPN",
	    "VRFY and EXPN tell strangers nothing about mailboxes.",
	    "Spammers collect addresses with them.",
	    "Postfix: disable_vrfy_command = yes.\n"
	    "Exim: leave acl_smtp_vrfy and acl_smtp_expn unset.",
	    "RFC 5321 section 7.3", NULL, false, judge_smtp_vrfy_expn },
	{ "smtp.size", SEVERITY_INFO, "Size limit", "SIZE is announced, and not below 10 MB.",
	    "Senders learn before the transfer whether a message is too large.",
	    "Postfix: message_size_limit = 52428800.\nExim: message_size_limit = 50M.",
	    "RFC 1870 section 6", NULL, false, judge_smtp_size },
	{ "smtp.ehlo", SEVERITY_MINOR, "EHLO and extensions",
	    "EHLO works, its reply is well formed; PIPELINING, 8BITMIME and SMTPUTF8 are noted.",
	    "A reply that a firewall has overwritten hides TLS and confuses senders.",
	    "Postfix: leave smtpd_discard_ehlo_keywords empty.\n"
	    "Exim: leave the *_advertise_hosts settings at their defaults; "
	    "smtputf8_advertise_hosts "
	    "= *.\n"
	    "Firewall: switch SMTP inspection (fixup) off.",
	    "RFC 5321 section 4.1.1.1; RFC 6152 section 2; RFC 2920 section 3; RFC 6531 section "
	    "3.1",
	    NULL, false, judge_smtp_ehlo },
	{ "smtp.smuggling", SEVERITY_CRITICAL, "SMTP smuggling",
	    "Nothing but CRLF . CRLF is taken as the end of a message. Tried with --intrusive "
	    "only: "
	    "one message goes to postmaster of the domain through each mail host.",
	    "Otherwise an attacker hides a second message, with a sender of his choice, in the "
	    "first.",
	    "Postfix: smtpd_forbid_bare_newline = normalize.\nExim: version 4.97.1 or later.",
	    "RFC 5321 section 2.3.8; RFC 5321 section 4.1.1.4; CVE-2023-51764; CVE-2023-51766",
	    NULL, false, judge_smtp_smuggling },
	{ "smtp.greylisting", SEVERITY_INFO, "Greylisting",
	    "Whether unknown senders are put off at first.",
	    "It is allowed, delays first mails, and hides what other checks would see.",
	    "Postfix: the policy service of check_policy_service (postgrey) decides.\n"
	    "Exim: the defer statements in acl_check_rcpt (greylistd) decide.",
	    "RFC 6647 section 2", NULL, false, judge_smtp_greylisting },
};

const struct check_table checks_smtp = { rows, LENGTH(rows) };
