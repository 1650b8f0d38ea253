/* post - see post.h. */
#include "check/post.h"

#include "auth/dkim_why.h"
#include "wire/dkim_sig.h"
#include "wire/domain.h"

/* ---- reading ---- */

/* Fields of which each says that the message goes to many. */
static const char *const bulk_fields[] = { "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
	"Feedback-ID", "X-CSA-Complaints" };

static void note_bulk(struct post *p)
{
	const struct message_field *f;

	for (size_t i = 0; i < LENGTH(bulk_fields) && !p->bulk; i++) {
		f = message_field(&p->message, str_of(bulk_fields[i]), 0);
		p->bulk = f != NULL;
		p->bulk_why = f != NULL ? f->name : (struct str){ 0 };
	}
	f = message_field(&p->message, STR("Precedence"), 0);
	if (!p->bulk && f != NULL &&
	    (str_ieq(str_trim(f->value), STR("bulk")) ||
		str_ieq(str_trim(f->value), STR("list")))) {
		p->bulk = true;
		p->bulk_why = f->name;
	}
}

static void begin_mail(struct post *p)
{
	const struct delivery *d = p->delivery;

	p->query = (struct mail_query){ .ip = d->client,
		.helo = d->helo,
		.mail_from = d->mail_from,
		.no_envelope = !d->envelope,
		.receiver = d->server,
		.now = p->facts->now,
		.trace = true };
	p->mail = mail_new(p->facts->arena, p->crypto, &p->query);
	mail_header(p->mail, &p->message);
}

static void read_message(struct post *p)
{
	struct arena *a = p->facts->arena;
	enum message_event event;
	struct str body;

	message_init(&p->message, a, NULL);
	message_push(&p->message, p->delivery->bytes);
	while (
	    (event = message_next(&p->message, &body)) != MESSAGE_END && event != MESSAGE_REFUSED) {
		if (event == MESSAGE_MORE)
			message_end(&p->message);
		else if (event == MESSAGE_HEADER)
			begin_mail(p);
		else
			mail_body(p->mail, body);
	}
	if (p->mail == NULL) /* refused */
		begin_mail(p);
	mail_end(p->mail);
	p->body = str_skip(p->delivery->bytes, (size_t)p->message.body);
}

struct post *post_new(struct frank_case *c, struct crypto *crypto, const struct delivery *d)
{
	struct post *p = arena_new(c->arena, struct post);

	p->facts = c;
	p->crypto = crypto;
	p->delivery = d;
	p->unreadable = STR("its structure was not looked into");
	read_message(p);
	note_bulk(p);
	return p;
}

void post_anatomy(struct post *p, const struct anatomy *anatomy, struct str unreadable)
{
	p->anatomy = anatomy;
	p->unreadable = unreadable;
}

void post_authserv_id(struct post *p, struct str id)
{
	const struct received_trust nobody = { 0 };

	p->authserv_id = id;
	p->forged = forged_fields(p->facts->arena, &p->message, &nobody, id, &p->forged_count);
}

void post_free(struct post *p)
{
	if (p != NULL)
		mail_free(p->mail);
}

/* ---- what it is about ---- */

static struct str usable(struct arena *a, struct str domain)
{
	struct str ascii;

	return domain_to_ascii(a, domain, &ascii) && domain_is_fqdn(ascii) ? ascii
									   : (struct str){ 0 };
}

struct str post_domain(const struct post *p)
{
	struct arena *a = p->facts->arena;
	struct author author = author_of(a, &p->message);
	struct str domain = usable(a, author.domain);
	ptrdiff_t at = str_rchr(p->delivery->mail_from, '@');

	if (domain.n == 0 && at >= 0)
		domain = usable(a, str_skip(p->delivery->mail_from, (size_t)at + 1));
	return domain.n > 0 ? domain : usable(a, p->delivery->helo);
}

#define OWN_TOPICS                                                                                 \
	6 /* of them speak of the message itself: all that can be said without a domain */

/* Topics, as --only takes them. */
static const struct str matters[] = { { "auth", 4 }, { "head", 4 }, { "body", 4 }, { "link", 4 },
	{ "spam", 4 }, { "accept", 6 }, { "dns", 3 }, { "mx", 2 }, { "name", 4 }, { "spf", 3 },
	{ "dkim", 4 }, { "dmarc", 5 }, { "list", 4 }, { "bimi", 4 } };

/* Those of signatures by the domain itself: others' keys are not the sender's to mend. */
static void add_selectors(const struct post *p, struct audit_options *out)
{
	struct arena *a = p->facts->arena;
	const struct message_field *f;
	struct dkim_sig sig;

	for (size_t i = 0; i < DKIM_MAX_SIGNATURES; i++) {
		f = message_field(&p->message, STR(DKIM_SIG_FIELD), i);
		if (f == NULL)
			return;
		dkim_sig_parse(a, DKIM_SIG_DKIM, f, &sig);
		if (domain_eq(sig.domain, p->facts->domain) && sig.selector.n > 0)
			arena_push(
			    a, out->selectors, out->selector_count, struct str, sig.selector);
	}
}

void post_audit_options(struct post *p, struct audit_options *out)
{
	struct arena *a = p->facts->arena;

	*out = (struct audit_options){ .post = p,
		.only = arena_array(a, struct str, LENGTH(matters)),
		.only_count = p->facts->domain.n > 0 ? LENGTH(matters) : OWN_TOPICS };
	memcpy(out->only, matters, sizeof(matters));
	add_selectors(p, out);
	if (p->delivery->client.family != IP_NONE)
		arena_push(a, out->addresses, out->address_count, struct ip, p->delivery->client);
}

/* ---- judging ---- */

static void explain(struct post *p)
{
	const struct dkim *dkim = p->verdict->dkim;

	for (size_t i = 0; i < dkim_count(dkim) && i < DKIM_MAX_SIGNATURES; i++)
		if (dkim_verdict(dkim, i)->cause == DKIM_CAUSE_BODY && p->body.n <= DKIM_WHY_BODY)
			p->why[i] = dkim_why_body(
			    p->facts->arena, p->crypto, p->body, dkim_verdict(dkim, i), false);
}

bool post_judge(struct post *p)
{
	if (p->verdict != NULL)
		return true;
	if (!mail_judge(p->mail, &p->facts->source))
		return false;
	p->verdict = mail_verdict(p->mail);
	explain(p);
	return true;
}

const struct post *judge_post(struct judge *j)
{
	size_t aside = judge_aside_begin(j);
	struct post *p = j->options->post;

	if (!post_judge(p))
		j->pending = true;
	judge_aside_end(j, aside);
	return p->verdict != NULL ? p : NULL;
}
