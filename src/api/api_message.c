/* api_message - the door to the message reader, see frank/message.h. */
#include <assert.h>
#include <stdlib.h>

#include "api/api_message.h"
#include "wire/address.h"

static_assert(FRANK_FINDINGS == (int)MESSAGE_FINDINGS &&
		  FRANK_FOUND_NO_FIELD == (int)MESSAGE_NO_FIELD &&
		  FRANK_AUTHOR_UNSURE == (int)AUTHOR_UNSURE,
    "the public numbers are the inner ones");

struct frank_message *frank_message_new(void)
{
	struct frank_message *m = api_new(sizeof(*m));

	message_init(&m->reader, &m->arena, NULL);
	return m;
}

void frank_message_free(struct frank_message *m)
{
	if (m == NULL)
		return;
	assert(m->listeners == NULL); /* what is made on a message is freed before it */
	arena_free(&m->arena);
	free(m);
}

void frank_message_set_lf(struct frank_message *m, bool lf)
{
	assert(!m->begun);
	m->lf = lf;
}

void frank_message_set_limits(struct frank_message *m, size_t header, size_t field, size_t fields)
{
	assert(!m->begun);
	m->reader.limits =
	    (struct message_limits){ .header = header, .field = field, .fields = fields };
}

/* ---- who listens ---- */

void api_listen(struct frank_message *m, struct api_listener *l, const struct api_ear *ear)
{
	assert(!m->begun); /* it would miss what went by */
	l->ear = ear;
	l->message = m;
	l->next = m->listeners;
	m->listeners = l;
}

void api_unlisten(struct api_listener *l)
{
	struct api_listener **at = &l->message->listeners;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
}

static void tell_header(const struct frank_message *m)
{
	for (struct api_listener *l = m->listeners; l != NULL; l = l->next)
		l->ear->header(l);
}

static void tell_body(const struct frank_message *m, struct str piece)
{
	for (struct api_listener *l = m->listeners; l != NULL; l = l->next)
		l->ear->body(l, piece);
}

static void finish(struct frank_message *m, enum frank_message_state state)
{
	if (m->state == FRANK_MESSAGE_HEADER)
		tell_header(m);
	m->state = state;
	for (struct api_listener *l = m->listeners; l != NULL; l = l->next)
		l->ear->end(l);
}

/* ---- the bytes ---- */

/* False: nothing follows. */
static bool take(struct frank_message *m, enum message_event event, struct str body)
{
	switch (event) {
	case MESSAGE_MORE:
		break;
	case MESSAGE_HEADER:
		tell_header(m);
		m->state = FRANK_MESSAGE_BODY;
		break;
	case MESSAGE_BODY:
		tell_body(m, body);
		break;
	case MESSAGE_END:
		finish(m, FRANK_MESSAGE_END);
		break;
	case MESSAGE_REFUSED:
		finish(m, FRANK_MESSAGE_REFUSED);
		break;
	}
	return event == MESSAGE_HEADER || event == MESSAGE_BODY;
}

static void read_on(struct frank_message *m)
{
	struct str body;

	m->begun = true;
	while (take(m, message_next(&m->reader, &body), body))
		;
}

enum frank_message_state frank_message_push(struct frank_message *m, struct frank_str piece)
{
	if (m->state == FRANK_MESSAGE_HEADER || m->state == FRANK_MESSAGE_BODY) {
		message_push(&m->reader, api_in(piece));
		read_on(m);
	}
	return m->state;
}

enum frank_message_state frank_message_end(struct frank_message *m)
{
	if (m->state == FRANK_MESSAGE_HEADER || m->state == FRANK_MESSAGE_BODY) {
		message_end(&m->reader);
		read_on(m);
	}
	return m->state;
}

/* ---- the header ---- */

size_t frank_message_fields(const struct frank_message *m)
{
	return m->reader.count;
}

bool api_field(const struct message_field *f, struct frank_field *out)
{
	if (f == NULL)
		return false;
	*out = (struct frank_field){ .raw = api_out(f->raw),
		.name = api_out(f->name),
		.value = api_out(f->value),
		.offset = f->offset };
	return true;
}

bool frank_message_field(const struct frank_message *m, size_t i, struct frank_field *out)
{
	return api_field(i < m->reader.count ? &m->reader.fields[i] : NULL, out);
}

bool frank_message_find(
    const struct frank_message *m, struct frank_str name, size_t nth, struct frank_field *out)
{
	return api_field(message_field(&m->reader, api_in(name), nth), out);
}

uint64_t frank_message_body(const struct frank_message *m)
{
	return m->reader.body;
}

uint64_t frank_message_found(
    const struct frank_message *m, enum frank_finding what, uint64_t *first)
{
	const struct message_found *f = &m->reader.found[what];

	if (first != NULL)
		*first = f->offset;
	return f->count;
}

struct frank_str frank_finding_text(enum frank_finding what)
{
	return api_out(message_finding_text((enum message_finding)what));
}

enum frank_author frank_message_author(struct frank_message *m, struct frank_str *domain)
{
	if (m->state == FRANK_MESSAGE_HEADER)
		m->author.result = AUTHOR_UNSURE;
	else if (!m->author_known)
		m->author = author_of(&m->arena, &m->reader);
	m->author_known = m->state != FRANK_MESSAGE_HEADER;
	if (domain != NULL)
		*domain = api_out(m->author.domain);
	return (enum frank_author)m->author.result;
}

struct frank_str frank_author_text(enum frank_author author)
{
	return api_out(author_text((enum author_result)author));
}

/* ---- lists of addresses ---- */

struct frank_addresses {
	struct arena arena;
	struct address_list list;
};

struct frank_addresses *frank_addresses_new(struct frank_str value)
{
	struct frank_addresses *a = api_new(sizeof(*a));

	if (!address_parse(&a->arena, arena_str(&a->arena, api_in(value)), &a->list))
		a->list.count = a->list.groups = 0;
	return a;
}

void frank_addresses_free(struct frank_addresses *a)
{
	if (a == NULL)
		return;
	arena_free(&a->arena);
	free(a);
}

size_t frank_addresses_count(const struct frank_addresses *a)
{
	return a->list.count;
}

size_t frank_addresses_groups(const struct frank_addresses *a)
{
	return a->list.groups;
}

bool frank_addresses_mailbox(const struct frank_addresses *a, size_t i, struct frank_mailbox *out)
{
	const struct mailbox *m;

	if (i >= a->list.count)
		return false;
	m = &a->list.mailboxes[i];
	*out = (struct frank_mailbox){ .display = api_out(m->display),
		.local = api_out(m->local),
		.domain = api_out(m->domain),
		.obsolete = m->obsolete,
		.in_group = m->in_group };
	return true;
}

struct frank_str frank_addresses_error(const struct frank_addresses *a, size_t *at)
{
	if (at != NULL)
		*at = a->list.why_at;
	return frank_str(a->list.why);
}
