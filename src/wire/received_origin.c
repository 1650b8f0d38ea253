/* received_origin - who handed the message to the first trusted server; see received.h. */
#include "wire/domain.h"
#include "wire/received.h"

/* ---- trust ---- */

/* "192.0.2.1", "192.0.2.0/24", in brackets or not. */
static bool network_of(struct str text, struct ip *network, unsigned *prefix)
{
	ptrdiff_t slash = str_chr(text, '/');
	struct str address = slash < 0 ? text : str_slice(text, 0, (size_t)slash);
	uint64_t value;

	if (address.n >= 2 && address.p[0] == '[' && address.p[address.n - 1] == ']')
		address = str_slice(address, 1, address.n - 1);
	if (str_istarts(address, STR("IPv6:")))
		address = str_skip(address, 5);
	if (!ip_parse(address, network))
		return false;
	*prefix = network->family == IP_V4 ? 32 : 128;
	if (slash < 0)
		return true;
	if (!str_uint(str_skip(text, (size_t)slash + 1), *prefix, &value))
		return false;
	*prefix = (unsigned)value;
	return true;
}

bool received_is_host(struct str text)
{
	struct ip network;
	unsigned prefix;

	if (network_of(text, &network, &prefix))
		return true;
	return domain_is_host(
	    domain_undot(text.n > 1 && text.p[0] == '.' ? str_skip(text, 1) : text));
}

static bool covers_address(struct str host, struct ip address)
{
	struct ip network;
	unsigned prefix;

	return network_of(host, &network, &prefix) && ip_in(address, network, prefix);
}

static bool covers_name(struct str host, struct str name)
{
	if (host.n > 1 && host.p[0] == '.')
		return domain_under(domain_parent(name), str_skip(host, 1));
	return domain_eq(host, name);
}

static bool trusts(const struct received_trust *t, struct str name, struct ip address)
{
	for (size_t i = 0; i < t->count; i++)
		if ((address.family != IP_NONE && covers_address(t->hosts[i], address)) ||
		    (name.n > 0 && covers_name(t->hosts[i], name)))
			return true;
	return false;
}

static bool trusts_server(const struct received_trust *t, struct str by)
{
	struct ip address = { 0 };
	unsigned prefix;

	if (by.n > 0 && str_chr(by, '/') < 0 && network_of(by, &address, &prefix))
		by = (struct str){ 0 };
	return trusts(t, by, address);
}

/* An address that only neighbours can have. */
static bool is_inside(struct ip ip)
{
	static const char *const networks[] = { "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12",
		"192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::1/128", "fe80::/10",
		"fc00::/7" };

	for (size_t i = 0; i < LENGTH(networks); i++)
		if (covers_address(str_of(networks[i]), ip))
			return true;
	return false;
}

/* Did the message come from one of ours?  A name counts only where the server made sure of it. */
static bool from_within(const struct received_trust *t, const struct received *r)
{
	if (!r->from || (r->ip.family == IP_NONE && str_istarts(r->with, STR("LMTP"))))
		return true;
	return is_inside(r->ip) || trusts(t, r->name_checked ? r->name : (struct str){ 0 }, r->ip);
}

/* ---- the walk ---- */

/* The address in a Return-Path: "<a@b>", "<>", "a@b"; false when it is anything else. */
static bool return_path(struct str value, struct str *out)
{
	value = str_trim(value);
	if (value.n >= 2 && value.p[0] == '<' && value.p[value.n - 1] == '>')
		value = str_trim(str_slice(value, 1, value.n - 1));
	else if (str_chr(value, '@') <= 0)
		return false;
	*out = value;
	return str_chr(value, '<') < 0 && str_chr(value, '>') < 0;
}

/* A Return-Path above the field was written by trusted hosts; the nearest is of its own hop. */
static void find_sender(
    const struct message *m, const struct message_field *field, struct received_origin *out)
{
	for (const struct message_field *f = field; f-- > m->fields;)
		if (str_ieq(f->name, STR("Return-Path"))) {
			out->has_sender = return_path(f->value, &out->sender);
			return;
		}
	out->has_sender = out->received.has_sender;
	out->sender = out->received.sender;
}

static enum received_end judge(const struct received_trust *t, const struct received *r)
{
	if (!trusts_server(t, r->by))
		return RECEIVED_UNTRUSTED;
	if (from_within(t, r))
		return RECEIVED_INSIDE;
	return r->ip.family == IP_NONE ? RECEIVED_UNREADABLE : RECEIVED_FOUND;
}

void received_origin(struct arena *a, const struct message *m, const struct received_trust *t,
    struct received_origin *out)
{
	const struct message_field *f;

	*out = (struct received_origin){ .end = RECEIVED_NO_FIELD };
	for (size_t i = 0; i < RECEIVED_MAX_FIELDS; i++) {
		struct received r;
		enum received_end end;

		f = message_field(m, STR("Received"), i);
		if (f == NULL)
			return;
		received_parse(a, f->value, &r);
		end = judge(t, &r);
		*out = (struct received_origin){ .end = end, .field = f, .received = r };
		if (end == RECEIVED_FOUND)
			find_sender(m, f, out);
		if (end != RECEIVED_INSIDE)
			return;
	}
}

size_t received_propose(struct arena *a, const struct message *m, struct str *hosts, size_t max,
    struct received_origin *out)
{
	for (size_t n = 0;;) {
		const struct received_trust trust = { hosts, n };

		received_origin(a, m, &trust, out);
		if (out->end == RECEIVED_FOUND)
			return n;
		if (out->end != RECEIVED_UNTRUSTED || n == max ||
		    !received_is_host(out->received.by))
			return 0;
		hosts[n++] = out->received.by;
	}
}
