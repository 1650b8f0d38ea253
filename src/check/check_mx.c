/*
 * check_mx - does mail for the domain find a host that takes it?
 * RFC 5321 section 5, RFC 2181 section 10.3, RFC 7505, RFC 6890.
 */
#include "check/catalogue.h"
#include "check/mx_judges.h"

static const struct check rows[] = {
	{ "mx.present", SEVERITY_MAJOR, "MX records",
	    "The domain says which hosts take its mail: MX records, or a null MX when it takes "
	    "none.",
	    "Without them replies and bounces get lost, and many receivers refuse mail from a "
	    "domain that cannot be answered.",
	    "DNS panel: add MX 10 mail.example.com. and an A (and AAAA) record for that name.\n"
	    "No mail at all: MX 0 . , SPF \"v=spf1 -all\" and DMARC p=reject.",
	    "RFC 5321 section 5.1; RFC 7505 section 3", "DNS Record Published", false,
	    judge_mx_present },
	{ "mx.null", SEVERITY_MAJOR, "Null MX",
	    "A null MX (0 .) stands alone and has preference 0.",
	    "It says that the domain takes no mail; beside other MX records senders cannot know "
	    "what is meant.",
	    "DNS panel: keep either the null MX or the others.", "RFC 7505 section 3", NULL, false,
	    judge_mx_null },
	{ "mx.resolves", SEVERITY_CRITICAL, "Addresses of the mail hosts",
	    "Each MX name has an A or AAAA record.",
	    "Senders cannot connect to a name that leads nowhere.",
	    "DNS panel: add the A record of the mail host, or correct the name in the MX record.",
	    "RFC 5321 section 5.1", "SMTP Valid Hostname", false, judge_mx_resolves },
	{ "mx.not-cname", SEVERITY_MAJOR, "MX is no alias", "No MX points to a CNAME.",
	    "The DNS forbids it; some senders refuse such mail hosts.",
	    "DNS panel: put the alias's target into the MX record, or give the name A and AAAA "
	    "records.",
	    "RFC 2181 section 10.3; RFC 5321 section 5.1", "MX Record Is CNAME", false,
	    judge_mx_not_cname },
	{ "mx.not-ip", SEVERITY_CRITICAL, "MX holds names", "No MX holds an address.",
	    "An address is looked up as a name, and nothing is found.",
	    "DNS panel: give the address a name (A record) and put the name into the MX record.",
	    "RFC 5321 section 2.3.5; RFC 1035 section 3.3.9", NULL, false, judge_mx_not_ip },
	{ "mx.syntax", SEVERITY_MINOR, "Names of the mail hosts",
	    "MX names are letters, digits, hyphens and dots.",
	    "An underscore or a space in a host name is refused by strict senders.",
	    "DNS panel: rename the host.", "RFC 1123 section 2.1", NULL, false, judge_mx_syntax },
	{ "mx.dangling", SEVERITY_CRITICAL, "Mail hosts of existing domains",
	    "The domain of each mail host exists.",
	    "Whoever registers a domain that an MX record still names gets the mail.",
	    "DNS panel: remove the MX record of the former provider.", "RFC 5321 section 5.1", NULL,
	    false, judge_mx_dangling },
	{ "mx.public", SEVERITY_CRITICAL, "Public addresses",
	    "No mail host has a private, loopback or reserved address.",
	    "Nobody can reach it; some receivers refuse mail from a domain whose MX leads to a "
	    "private address.",
	    "DNS panel: remove the private address from the public zone; keep it in an internal "
	    "one.",
	    "RFC 6890; RFC 1918 section 3", NULL, false, judge_mx_public },
	{ "mx.duplicates", SEVERITY_MINOR, "One MX a machine",
	    "No two MX records lead to the same machine.",
	    "It looks like a spare where there is none, and makes senders try the same machine "
	    "again.",
	    "DNS panel: remove one of the two.", "RFC 5321 section 5.1", NULL, false,
	    judge_mx_duplicates },
	{ "mx.redundant", SEVERITY_INFO, "Spare mail host",
	    "More than one host or address takes mail.",
	    "Senders queue mail for days when a host is down, so one is enough for most.",
	    "A second MX needs the same spam protection as the first.", "RFC 5321 section 5.1",
	    NULL, false, judge_mx_redundant },
	{ "mx.ipv6", SEVERITY_MINOR, "IPv6 of the mail hosts",
	    "Mail hosts have AAAA records and answer there.",
	    "Senders that have only IPv6 cannot reach a host without one.",
	    "DNS panel: add an AAAA record for the mail host; ask the hosting company for its PTR "
	    "record.\n"
	    "Postfix: inet_protocols = all.\nExim: leave disable_ipv6 unset.",
	    "RFC 3974; RFC 5321 section 5.1", "IPv6 MX", false, judge_mx_ipv6 },
	{ "mx.reachable", SEVERITY_CRITICAL, "Port 25 answers",
	    "Each address of each mail host answers on port 25.",
	    "Mail to an address that does not answer is delayed or lost.",
	    "Firewall: allow TCP 25 in.\nPostfix: inet_interfaces = all.\nExim (Debian): "
	    "dc_local_interfaces='' in /etc/exim4/update-exim4.conf.conf.",
	    "RFC 5321 section 4.5.4", "SMTP Connect", false, judge_mx_reachable },
	{ "mx.speed", SEVERITY_MINOR, "Speed of the greeting",
	    "The greeting comes within 5 seconds, the visit is over within 10.",
	    "Impatient senders give up before a slow greeting.",
	    "Postfix: a slow resolver is the usual cause; run one on the host itself.\nExim: "
	    "rfc1413_query_timeout = 0s.",
	    "RFC 5321 section 4.5.3.2", "SMTP Connection Time", false, judge_mx_speed },
	{ "mx.parity", SEVERITY_MAJOR, "Same host by IPv4 and IPv6",
	    "A and AAAA of a mail host lead to the same name and the same certificate.",
	    "A forgotten AAAA record that leads to an old machine loses the mail of every sender "
	    "that prefers IPv6.",
	    "DNS panel: correct the AAAA record.", "RFC 5321 section 5.1", NULL, false,
	    judge_mx_parity },
	{ "mx.stale", SEVERITY_CRITICAL, "Mail hosts that know the domain",
	    "No mail host refuses the domain's own postmaster as a stranger (\"relay denied\").",
	    "Mail that goes there by chance or by preference bounces.",
	    "DNS panel: remove the MX record of a former provider.\n"
	    "Postfix: add the domain to mydestination, virtual_mailbox_domains or relay_domains.\n"
	    "Exim (Debian): dc_other_hostnames or dc_relay_domains.",
	    "RFC 5321 section 3.6.2", NULL, false, judge_mx_stale },
};

const struct check_table checks_mx = { rows, LENGTH(rows) };
