/*
 * author - the one From whose domain DMARC asks about (address.h).
 *
 * Fails closed: where programs may see different authors there is none.  See J. Chen, V. Paxson,
 * J. Jiang, "Composition Kills" (2020) for what is done with those differences.
 */
#include "wire/address.h"
#include "wire/domain.h"

/* Could a program that reads broken lines otherwise see another From than we do? */
static bool is_unsure(const struct message *m)
{
	return m->found[MESSAGE_NOT_A_FIELD].count > 0 || message_header_has(m, MESSAGE_BARE_CR) ||
	       message_header_has(m, MESSAGE_NUL) || m->found[MESSAGE_HEADER_TOO_BIG].count > 0 ||
	       m->found[MESSAGE_FIELD_TOO_BIG].count > 0 ||
	       m->found[MESSAGE_TOO_MANY_FIELDS].count > 0;
}

static enum author_result judge_domain(
    struct arena *arena, const struct mailbox *m, struct str *out)
{
	struct str ascii;

	if (m->domain.p[0] == '[' || !domain_to_ascii(arena, m->domain, &ascii) ||
	    !domain_is_fqdn(ascii))
		return AUTHOR_BAD_DOMAIN;
	*out = arena_lower(arena, ascii);
	return AUTHOR_ONE;
}

/* RFC 9989 section 5.3.1 counts domains, not authors: do all of them have the same? */
static void share_domain(struct arena *arena, struct author *a)
{
	struct str shared = { 0 }, domain;

	for (size_t i = 0; i < a->list.count; i++) {
		const struct mailbox *m = &a->list.mailboxes[i];

		if (m->obsolete || judge_domain(arena, m, &domain) != AUTHOR_ONE ||
		    (i > 0 && !str_eq(shared, domain)))
			return;
		shared = domain;
	}
	a->domain = shared;
}

static enum author_result judge(struct arena *arena, const struct message *m, struct author *a)
{
	const struct message_field *from = message_field(m, STR("From"), 0);

	if (message_field(m, STR("From"), 1) != NULL)
		return AUTHOR_FIELDS;
	if (is_unsure(m))
		return AUTHOR_UNSURE;
	if (from == NULL)
		return AUTHOR_NONE;
	if (!address_parse(arena, from->value, &a->list))
		return AUTHOR_BROKEN;
	if (a->list.groups > 0)
		return AUTHOR_GROUP;
	if (a->list.count == 0)
		return AUTHOR_NONE;
	if (a->list.count > 1) {
		share_domain(arena, a);
		return AUTHOR_SEVERAL;
	}
	if (a->list.mailboxes[0].obsolete)
		return AUTHOR_OBSOLETE;
	return judge_domain(arena, &a->list.mailboxes[0], &a->domain);
}

struct author author_of(struct arena *arena, const struct message *m)
{
	struct author a = { 0 };

	a.result = judge(arena, m, &a);
	return a;
}

/* More than author_of() takes for a name: what a program may show as one, read its way. */
static bool shown_domain(struct arena *arena, struct str domain, struct str *out)
{
	struct str ascii;

	if (!domain_to_ascii(arena, domain, &ascii))
		return false;
	ascii = domain_undot(ascii);
	for (size_t i = 0; i < ascii.n; i++)
		if (!is_alnum(ascii.p[i]) && str_chr(STR("-_."), ascii.p[i]) < 0)
			return false;
	*out = arena_lower(arena, ascii);
	return domain_valid(ascii) && domain_labels(ascii) >= 2;
}

static bool listed(const struct str *list, size_t count, struct str domain)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(list[i], domain))
			return true;
	return false;
}

struct names {
	struct arena *arena;
	struct str *list;
	size_t count, max;
};

static void add_shown(struct names *names, struct str text)
{
	struct str domain;

	if (names->count < names->max && shown_domain(names->arena, text, &domain) &&
	    !listed(names->list, names->count, domain))
		names->list[names->count++] = domain;
}

/* Bytes that stand in a name of the DNS, in letters of any script. */
static size_t name_length(struct str s)
{
	size_t n = 0;

	while (n < s.n &&
	       (is_alnum(s.p[n]) || (s.p[n] & 0x80) != 0 || str_chr(STR("-_."), s.p[n]) >= 0))
		n++;
	return n;
}

/* What stands behind any "@", wherever a careless program may begin to read. */
static void add_behind_at(struct names *names, struct str value)
{
	for (ptrdiff_t at; names->count < names->max && (at = str_chr(value, '@')) >= 0;) {
		value = str_skip(value, (size_t)at + 1);
		add_shown(names, str_slice(value, 0, name_length(value)));
	}
}

size_t author_domains(struct arena *arena, const struct message *m, struct str *out, size_t max)
{
	struct names names = { .arena = arena, .list = out, .max = max };
	const struct message_field *from;

	for (size_t n = 0; (from = message_field(m, STR("From"), n)) != NULL; n++) {
		struct address_list list;

		address_parse(arena, from->value, &list);
		for (size_t i = 0; i < list.count; i++)
			add_shown(&names, list.mailboxes[i].domain);
		add_behind_at(&names, from->value);
	}
	return names.count;
}

struct str author_text(enum author_result result)
{
	static const char *const texts[] = {
		[AUTHOR_ONE] = "the message has one author",
		[AUTHOR_NONE] = "the message names no author in From",
		[AUTHOR_GROUP] = "From holds a group, which has no domain of its own",
		[AUTHOR_FIELDS] = "the message has several From fields, and programs differ on "
				  "which one they show",
		[AUTHOR_SEVERAL] = "From names several authors of different domains",
		[AUTHOR_BROKEN] = "From is no list of addresses",
		[AUTHOR_OBSOLETE] = "the address in From has a route, or space or comments inside, "
				    "and programs differ on what it says",
		[AUTHOR_BAD_DOMAIN] = "the domain in From is no name of the public DNS",
		[AUTHOR_UNSURE] = "the header is broken so that some programs may see another "
				  "From than others",
	};

	return str_of(texts[result]);
}
