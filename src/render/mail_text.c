/*
 * mail_text - the verdict on a message for a person: first the verdict and why, then each result in
 * a line or two, then what is odd about the message, then how to see the same.
 */
#include "render/escape.h"
#include "render/mail_report.h"
#include "render/text.h"

#define LABEL 8 /* columns of "DMARC   " */

struct sheet {
	struct page page;
	const struct mail_report *report;
};

static const char *color_of(struct str result)
{
	static const char *const bad[] = { "fail", "softfail", "permerror", "policy" };

	if (str_eq(result, STR("pass")))
		return "32";
	if (str_eq(result, STR("temperror")))
		return "33";
	for (size_t i = 0; i < LENGTH(bad); i++)
		if (str_eq(result, str_of(bad[i])))
			return "31";
	return NULL;
}

/* "SPF     pass      who", the label only in the first of its lines. */
static void row(struct sheet *s, const char *label, const char *result, struct str who)
{
	const char *color = color_of(str_of(result));

	buf_addf(s->page.out, "%-*s", LABEL, label);
	if (color != NULL)
		text_colored(&s->page, color, result);
	else
		buf_add(s->page.out, str_of(result));
	if (who.n > 0)
		text_indent(&s->page, strlen(result) < 10 ? 10 - (unsigned)strlen(result) : 1);
	escape_text(s->page.out, who, false);
	buf_addc(s->page.out, '\n');
}

static void remark(struct sheet *s, struct str text)
{
	if (text.n > 0)
		text_wrapped(&s->page, LABEL, text);
}

/* A label, and text that is filled beside it. */
static void labelled(struct sheet *s, const char *label, struct str text)
{
	struct buf *out = s->page.out, filled;

	buf_init(&filled, RENDER_MAX);
	s->page.out = &filled;
	remark(s, text);
	s->page.out = out;
	buf_addf(out, "%-*s", LABEL, label);
	buf_add(out, str_skip(buf_str(&filled), LABEL));
	buf_free(&filled);
}

/* ---- the results ---- */

static void print_iprev(struct sheet *s)
{
	const struct mail_verdict *v = s->report->verdict;
	struct arena *a = s->report->arena;
	struct str ip = ip_write(a, v->query->ip);

	if (!v->iprev_judged)
		return;
	if (v->iprev.name.n > 0)
		ip = arena_fmt(a, STR_FMT " (" STR_FMT ")", STR_ARG(ip), STR_ARG(v->iprev.name));
	row(s, "iprev", iprev_result_name(v->iprev.result), ip);
	if (v->iprev.result != IPREV_PASS)
		remark(s, v->iprev.reason);
}

static void print_identity(struct sheet *s, const char *label, const struct mail_spf *spf)
{
	struct arena *a = s->report->arena;
	struct str who = spf->query.mail_from;

	if (!spf->judged)
		return;
	if (who.n == 0)
		who = arena_fmt(a, "HELO " STR_FMT, STR_ARG(spf->query.helo));
	row(s, label, spf_result_name(spf->report.result), who);
	remark(s, spf_reason(a, &spf->query, &spf->report));
}

static void print_spf(struct sheet *s)
{
	const struct mail_verdict *v = s->report->verdict;

	if (!v->spf.judged && !v->helo.judged)
		row(s, "SPF", "not judged", (struct str){ 0 });
	print_identity(s, "SPF", &v->spf);
	print_identity(s, v->spf.judged ? "" : "SPF", &v->helo);
	remark(s, s->report->client.advice);
}

static struct str key_of(struct arena *a, const struct dkim_verdict *d)
{
	struct str text = d->sig.algorithm_name;

	if (d->key != NULL && d->key->bits > 0)
		text = arena_fmt(a, STR_FMT ", %u bits", STR_ARG(text), d->key->bits);
	return text;
}

static void print_signature(struct sheet *s, const char *label, size_t i)
{
	const struct dkim_verdict *d = dkim_verdict(s->report->verdict->dkim, i);
	const struct mail_identifier *id = mail_identifier_of(s->report->verdict, i);
	struct arena *a = s->report->arena;
	struct str key = key_of(a, d);

	row(s, label, dkim_result_name(d->result),
	    arena_fmt(a, "d=" STR_FMT " s=" STR_FMT "%s" STR_FMT "%s", STR_ARG(d->sig.domain),
		STR_ARG(d->sig.selector), key.n > 0 ? " (" : "", STR_ARG(key),
		key.n > 0 ? ")" : ""));
	remark(s, d->reason);
	if (i < DKIM_MAX_SIGNATURES)
		remark(s, s->report->why[i]);
	if (id != NULL && id->uncounted.n > 0)
		remark(s,
		    arena_fmt(a, STR_FMT ": it does not count for DMARC", STR_ARG(id->uncounted)));
	else if (d->unsigned_bytes > 0)
		remark(s,
		    arena_fmt(a,
			"l= leaves %llu bytes at the end unsigned: anybody could have added them",
			(unsigned long long)d->unsigned_bytes));
	if (d->records > 1)
		remark(s, arena_fmt(a,
			      "there are %zu key records at that name: other verifiers may take "
			      "another",
			      d->records));
	if (d->testing)
		remark(s, STR("the key says t=y: the domain is testing"));
	if (d->future)
		remark(s, STR("t= says that it was made in the future"));
}

static void print_dkim(struct sheet *s)
{
	const struct dkim *dkim = s->report->verdict->dkim;
	size_t n = dkim_count(dkim);

	if (n == 0)
		row(s, "DKIM", "none", STR("no signature"));
	for (size_t i = 0; i < n && i < DKIM_MAX_SIGNATURES; i++)
		print_signature(s, i == 0 ? "DKIM" : "", i);
	if (n > DKIM_MAX_SIGNATURES)
		remark(s, arena_fmt(s->report->arena, "%zu more signatures were not examined",
			      n - DKIM_MAX_SIGNATURES));
}

static void print_arc(struct sheet *s)
{
	const struct arc_verdict *v = s->report->verdict->arc;
	struct arena *a = s->report->arena;
	struct str who = arena_fmt(a, "%zu set%s", v->sets, v->sets == 1 ? "" : "s");

	if (v->result == ARC_NONE)
		return;
	for (size_t i = 0; v->all != NULL && i < v->sets; i++)
		who = arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(who), i == 0 ? ": " : ", then ",
		    STR_ARG(v->all[i].seal.sig.domain));
	row(s, "ARC", arc_result_name(v->result), who);
	remark(s, v->reason);
}

static struct str policy_of(struct arena *a, const struct mail_verdict *v)
{
	const struct dmarc_policy *p = &v->dmarc.policy;

	if (p->record == NULL)
		return v->from;
	return arena_fmt(a, STR_FMT ": %s=%s%s at _dmarc." STR_FMT, STR_ARG(v->from),
	    p->tag != NULL ? p->tag : "p", dmarc_request_name(p->published),
	    p->record->testing ? " (t=y: testing)" : "", STR_ARG(p->record_domain));
}

static void print_dmarc(struct sheet *s)
{
	const struct mail_verdict *v = s->report->verdict;

	row(s, "DMARC", dmarc_result_name(v->dmarc.result), policy_of(s->report->arena, v));
	if (v->dmarc.policy.record == NULL)
		return;
	remark(s, arena_fmt(s->report->arena, "aligned and passed: SPF %s, DKIM %s",
		      v->dmarc.spf_aligned ? "yes" : "no", v->dmarc.dkim_aligned ? "yes" : "no"));
}

/* ---- the message ---- */

/* Where it stands; what is missing stands nowhere. */
static struct str place_of(
    struct arena *a, enum message_finding what, const struct message_found *f)
{
	if (what == MESSAGE_NO_FIELD || what == MESSAGE_NO_DATE || what == MESSAGE_NO_FROM)
		return STR("");
	if (f->count <= 1)
		return arena_fmt(a, "; at byte %llu", (unsigned long long)f->offset);
	return arena_fmt(a, "; %llu times, first at byte %llu", (unsigned long long)f->count,
	    (unsigned long long)f->offset);
}

static void print_findings(struct sheet *s)
{
	const struct mail_report *r = s->report;
	const char *label = "Message";

	for (int i = 0; i < MESSAGE_FINDINGS; i++) {
		enum message_finding what = (enum message_finding)i;
		struct str place = place_of(r->arena, what, &r->message->found[i]);

		if (!mail_has_finding(r, what))
			continue;
		labelled(s, label,
		    arena_fmt(r->arena, STR_FMT STR_FMT, STR_ARG(message_finding_text(what)),
			STR_ARG(place)));
		label = "";
	}
}

static void print_forged(struct sheet *s)
{
	const struct mail_report *r = s->report;

	for (size_t i = 0; i < r->forged_count; i++) {
		const struct forged_field *f = &r->forged[i];
		struct str whose =
		    f->claim == AUTHRES_OURS ? r->authserv_id : STR("whom nobody can tell");

		labelled(s, i == 0 ? "Forged" : "",
		    arena_fmt(r->arena,
			"the Authentication-Results field at byte %llu speaks in the name "
			"of " STR_FMT "; delete it on arrival (RFC 8601 section 5)",
			(unsigned long long)f->field->offset, STR_ARG(whose)));
	}
}

static void print_client(struct sheet *s)
{
	const struct mail_report *r = s->report;
	const struct mail_query *q = r->verdict->query;

	if (r->client.trusted.n == 0)
		return;
	labelled(s, "Client",
	    arena_fmt(r->arena,
		STR_FMT ", HELO " STR_FMT ", as the Received field of " STR_FMT " says",
		STR_ARG(ip_write(r->arena, q->ip)), STR_ARG(q->helo), STR_ARG(r->client.trusted)));
	if (r->client.mail_from == MAIL_BY_RETURN_PATH)
		remark(s, arena_fmt(r->arena, "envelope sender <" STR_FMT ">, as Return-Path says",
			      STR_ARG(q->mail_from)));
}

/* ---- how to see the same ---- */

static void print_facts(struct sheet *s)
{
	const struct mail_report *r = s->report;

	buf_add(s->page.out, STR("\nSee:\n"));
	for (size_t i = 0; i < r->fact_count; i++) {
		text_verbatim(&s->page, 2, replay_line(r->arena, r->facts[i]));
		text_verbatim(&s->page, 4, fact_summary(r->arena, r->facts[i]));
	}
	buf_add(s->page.out, STR("\nA server would write:\n  " AUTHRES_FIELD ": "));
	for (struct str rest = r->authres; rest.n > 0;) {
		escape_text(s->page.out, str_trim(str_cut_line(&rest)), false);
		buf_add(s->page.out, rest.n > 0 ? STR("\n    ") : STR("\n"));
	}
}

static void print_remedy(struct sheet *s)
{
	struct str remedy = mail_remedy(s->report->arena, s->report->verdict);

	if (remedy.n > 0)
		labelled(s, "Remedy", remedy);
}

static struct str shown_name(const struct mail_report *r)
{
	return str_eq(r->name, STR("-")) ? STR("standard input") : r->name;
}

static void print_name(struct buf *out, const struct mail_report *r)
{
	escape_text(out, shown_name(r), false);
	if (r->number > 0)
		buf_addf(out, ", message %zu", r->number);
}

void mail_text_name(const struct mail_report *r, const struct render_style *style, struct buf *out)
{
	struct page p = { .style = style, .out = out };
	struct buf name;

	buf_init(&name, 65536);
	print_name(&name, r);
	buf_addc(out, '\n');
	text_colored(&p, "1", arena_str(r->arena, buf_str(&name)).p);
	buf_addc(out, '\n');
	buf_free(&name);
}

static const char *headline_color(const struct mail_verdict *v)
{
	static const char *const colors[] = {
		[MAIL_ACCEPTED] = "1;32",
		[MAIL_UNPROVEN] = "1;33",
		[MAIL_FAILED] = "1;31",
		[MAIL_UNJUDGED] = "1;33",
	};

	return colors[mail_outcome(v)];
}

/* The only text from outside in it is a domain, which is escaped before it is coloured. */
static void print_headline(struct sheet *s)
{
	struct arena *a = s->report->arena;
	struct buf line;

	buf_init(&line, 4096);
	escape_text(&line, mail_headline(a, s->report->verdict), false);
	text_colored(&s->page, headline_color(s->report->verdict), arena_str(a, buf_str(&line)).p);
	buf_addc(s->page.out, '\n');
	buf_free(&line);
}

static struct str capitalized(struct arena *a, struct str sentence)
{
	char first = sentence.n > 0 ? sentence.p[0] : ' ';

	if (first < 'a' || first > 'z')
		return sentence;
	return arena_fmt(a, "%c" STR_FMT, first - 'a' + 'A', STR_ARG(str_skip(sentence, 1)));
}

void mail_text(const struct mail_report *r, const struct render_style *style, struct buf *out)
{
	struct sheet s = { .page = { .style = style, .out = out }, .report = r };

	print_headline(&s);
	text_wrapped(&s.page, 2, capitalized(r->arena, mail_why(r->arena, r->verdict)));
	if (style->quiet)
		return;
	buf_addc(out, '\n');
	print_client(&s);
	print_iprev(&s);
	print_spf(&s);
	print_dkim(&s);
	print_arc(&s);
	print_dmarc(&s);
	print_findings(&s);
	print_forged(&s);
	print_remedy(&s);
	if (style->verbose)
		print_facts(&s);
}

void mail_text_line(const struct mail_report *r, const struct render_style *style, struct buf *out)
{
	struct page p = { .style = style, .out = out };
	const char *name = mail_outcome_name(mail_outcome(r->verdict));

	text_colored(&p, headline_color(r->verdict), name);
	text_indent(&p, 10 - (unsigned)strlen(name));
	print_name(out, r);
	buf_add(out, STR(": "));
	escape_text(out, mail_why(r->arena, r->verdict), false);
	buf_addc(out, '\n');
}
