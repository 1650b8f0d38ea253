/* verify_batch - messages read one after another and judged side by side; see verify.h. */
#include "cli/verify.h"

#include "auth/dkim_why.h"
#include "base/buf.h"

/* One message on its way. */
struct one {
	struct arena arena;
	struct message message;
	struct mail_query query;
	struct mail *mail; /* NULL until its header is whole */
	struct mail_report report;
	struct buf body; /* kept to say what was changed */
	bool large;	 /* too large for that */
	bool done;
	/* Of the last run: what it asked for, and whether that was known. */
	const struct fact **asked, **open;
	size_t asked_count, open_count;
};

struct verify_batch {
	const struct verify_terms *terms;
	struct collector *collector;
	struct frank_case *facts;
	struct crypto *crypto;
	struct one all[VERIFY_BATCH];
	size_t count;
	struct one *current; /* whose questions are being noted */
};

/* ---- reading ---- */

static void begin_mail(struct verify_batch *b, struct one *o, bool lf)
{
	o->query = (struct mail_query){ .receiver = b->terms->authserv_id,
		.now = b->facts->now,
		.trace = b->terms->trace,
		.sealers = b->terms->sealers.items,
		.sealer_count = b->terms->sealers.count,
		.dkim = { .lf = lf } };
	verify_client(&o->arena, b->terms, &o->message, &o->query, &o->report.client);
	o->mail = mail_new(&o->arena, b->crypto, &o->query);
	mail_header(o->mail, &o->message);
	buf_init(&o->body, DKIM_WHY_BODY);
}

static void take_body(struct one *o, struct str piece)
{
	mail_body(o->mail, piece);
	if (o->large || message_field(&o->message, STR(DKIM_SIG_FIELD), 0) == NULL)
		return;
	buf_add(&o->body, piece);
	o->large = buf_failed(&o->body);
	if (o->large)
		buf_free(&o->body);
}

/* Its body goes through the hashes and, when it is small, into the memory. */
static void read_message(struct verify_batch *b, struct one *o, struct inbox *box, bool lf)
{
	struct str piece, body;
	enum message_event event;

	message_init(&o->message, &o->arena, NULL);
	do {
		if (inbox_read(box, &piece))
			message_push(&o->message, piece);
		else
			message_end(&o->message);
		while ((event = message_next(&o->message, &body)) == MESSAGE_HEADER ||
		       event == MESSAGE_BODY) {
			if (event == MESSAGE_HEADER)
				begin_mail(b, o, lf);
			else
				take_body(o, body);
		}
	} while (event == MESSAGE_MORE);
	if (o->mail == NULL) /* refused */
		begin_mail(b, o, lf);
	mail_end(o->mail);
}

static void drop(struct one *o)
{
	mail_free(o->mail);
	buf_free(&o->body);
	arena_free(&o->arena);
	*o = (struct one){ 0 };
}

bool verify_batch_read(
    struct verify_batch *b, struct inbox *box, const struct letter *letter, struct error *e)
{
	struct one *o = &b->all[b->count];

	*o = (struct one){ 0 };
	o->report = (struct mail_report){ .arena = &o->arena,
		.name = arena_str(&o->arena, letter->name),
		.number = letter->number,
		.lf = letter->lf,
		.message = &o->message,
		.authserv_id = b->terms->authserv_id };
	read_message(b, o, box, letter->lf);
	if (inbox_broken(box, e)) {
		drop(o);
		return false;
	}
	b->count++;
	return true;
}

size_t verify_batch_count(const struct verify_batch *b)
{
	return b->count;
}

/* ---- judging ---- */

static void note_question(void *context, struct fact *f)
{
	struct verify_batch *b = context;
	struct one *o = b->current;

	if (o == NULL)
		return;
	arena_push(&o->arena, o->asked, o->asked_count, const struct fact *, f);
	if (f->state != FACT_ANSWERED)
		arena_push(&o->arena, o->open, o->open_count, const struct fact *, f);
}

/* At first, and when something that it waits for has come. */
static bool can_go_on(const struct one *o)
{
	for (size_t i = 0; i < o->open_count; i++)
		if (o->open[i]->state == FACT_ANSWERED)
			return true;
	return o->open_count == 0;
}

static void step(void *context)
{
	struct verify_batch *b = context;

	for (size_t i = 0; i < b->count; i++) {
		struct one *o = &b->all[i];

		if (o->done || !can_go_on(o))
			continue;
		b->current = o;
		o->asked_count = o->open_count = 0;
		o->asked = o->open = NULL;
		o->done = mail_judge(o->mail, &b->facts->source);
	}
	b->current = NULL;
}

/* Each once, in the order of the first question. */
static void list_facts(struct one *o)
{
	const struct fact **facts = arena_array(&o->arena, const struct fact *, o->asked_count);
	size_t count = 0;

	for (size_t i = 0; i < o->asked_count; i++) {
		size_t k = 0;

		while (k < count && facts[k] != o->asked[i])
			k++;
		if (k == count)
			facts[count++] = o->asked[i];
	}
	o->report.facts = facts;
	o->report.fact_count = count;
}

/* What happened to the body, where signatures say that it was changed. */
static void explain(const struct verify_batch *b, struct one *o)
{
	const struct dkim *dkim = o->report.verdict->dkim;

	for (size_t i = 0; i < dkim_count(dkim) && i < DKIM_MAX_SIGNATURES && !o->large; i++)
		if (dkim_verdict(dkim, i)->cause == DKIM_CAUSE_BODY)
			o->report.why[i] = dkim_why_body(&o->arena, b->crypto, buf_str(&o->body),
			    dkim_verdict(dkim, i), o->report.lf);
}

bool verify_batch_judge(struct verify_batch *b)
{
	struct job job = { .facts = b->facts, .step = step, .context = b };
	bool complete;

	b->facts->on_ask = note_question;
	b->facts->context = b;
	b->facts->limit = b->facts->count + CASE_MAX_FACTS;
	complete = collect_run(b->collector, &job, 1);
	for (size_t i = 0; i < b->count; i++) {
		struct one *o = &b->all[i];

		o->report.verdict = mail_verdict(o->mail);
		o->report.authres =
		    mail_authres(&o->arena, o->report.verdict, b->terms->authserv_id, AUTHRES_LF);
		list_facts(o);
		o->report.forged = forged_fields(&o->arena, &o->message, &b->terms->trust,
		    b->terms->authserv_id, &o->report.forged_count);
		explain(b, o);
	}
	return complete;
}

const struct mail_report *verify_batch_report(struct verify_batch *b, size_t i)
{
	return &b->all[i].report;
}

void verify_batch_clear(struct verify_batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		drop(&b->all[i]);
	b->count = 0;
}

struct verify_batch *verify_batch_new(struct arena *a, const struct verify_terms *terms,
    struct collector *collector, struct frank_case *facts)
{
	struct verify_batch *b = arena_new(a, struct verify_batch);

	b->terms = terms;
	b->collector = collector;
	b->facts = facts;
	b->crypto = crypto_new();
	return b;
}

void verify_batch_free(struct verify_batch *b)
{
	verify_batch_clear(b);
	crypto_free(b->crypto);
}
