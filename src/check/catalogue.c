/* catalogue - the tables of all topics in order of display. */
#include "check/catalogue.h"

const struct check_table *const check_tables[] = {
	&checks_auth,
	&checks_dns,
	&checks_mx,
	&checks_name,
	&checks_smtp,
	&checks_mailbox,
	&checks_tls,
	&checks_spf,
	&checks_dkim,
	&checks_dmarc,
	&checks_sts,
	&checks_dane,
	&checks_list,
	&checks_caa,
	&checks_bimi,
	&checks_srv,
	&checks_autoconfig,
	&checks_web,
	&checks_here,
};
const size_t check_table_count = LENGTH(check_tables);

struct topic {
	const char *name, *title;
};

static const struct topic topics[] = {
	{ "dns", "The domain and its zone" },
	{ "mx", "Receiving: MX and mail hosts" },
	{ "name", "Names: reverse DNS, greeting, EHLO" },
	{ "smtp", "SMTP service" },
	{ "imap", "IMAP: reading mail" },
	{ "pop3", "POP3: fetching mail" },
	{ "tls", "TLS and certificates" },
	{ "spf", "SPF: who may send" },
	{ "dkim", "DKIM: signing keys" },
	{ "dmarc", "DMARC: policy and reports" },
	{ "sts", "MTA-STS: TLS policy" },
	{ "tlsrpt", "TLS reports" },
	{ "dane", "DANE: certificates in the DNS" },
	{ "list", "Reputation: lists" },
	{ "caa", "CAA: who may issue certificates" },
	{ "bimi", "BIMI: the logo" },
	{ "srv", "Service records" },
	{ "autoconfig", "Autoconfiguration" },
	{ "web", "Web site" },
	{ "here", "This machine" },
	{ "auth", "This message: who sent it" },
	{ "head", "This message: its header" },
	{ "body", "This message: its contents" },
	{ "link", "This message: its links" },
	{ "spam", "This message: other programs" },
	{ "accept", "Would it be accepted?" },
};

struct str check_topic(const struct check *c)
{
	struct str rest = str_of(c->id);

	return str_cut(&rest, '.');
}

const char *check_topic_title(struct str topic)
{
	for (size_t i = 0; i < LENGTH(topics); i++)
		if (str_eq(topic, str_of(topics[i].name)))
			return topics[i].title;
	return "Other";
}

const struct check *check_find(struct str id)
{
	for (size_t t = 0; t < check_table_count; t++)
		for (size_t i = 0; i < check_tables[t]->count; i++)
			if (str_ieq(id, str_of(check_tables[t]->checks[i].id)))
				return &check_tables[t]->checks[i];
	return NULL;
}
