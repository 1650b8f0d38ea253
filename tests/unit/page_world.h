/*
 * page_world - tls_world with web pages, for tests of what the domain shows to others.
 *
 * A page without a chain has a certificate for *.example.com and example.com; a host with an
 * address and no page answers 404. Port 25 and the ports of mail programs show `chain`.
 */
#ifndef TESTS_PAGE_WORLD_H
#define TESTS_PAGE_WORLD_H

#include "tls_world.h"

struct page {
	const char *url;  /* "example.com/logo.svg" */
	const char *body; /* or a status: "TIMEOUT" */
	const char *type, *chain;
	int code; /* 0: 200 */
};

struct page_row {
	const char *name, *check, *zone;
	struct page pages[2];
	const char *chain, *want, *says;
};

static inline void page_show(const struct page *p, struct https_reply *r)
{
	if (session_status_parse(str_of(p->body), &r->status)) {
		r->error = STR("this is how the fetch ended");
		r->code = 0;
		return;
	}
	r->code = p->code > 0 ? p->code : 200;
	r->body = str_of(p->body);
	r->content_type = str_of(p->type);
	tls_show(&(struct tls_row){ 0 }, p->chain != NULL ? p->chain : "any inter", &r->tls);
}

static inline void page_fetch(struct frank_case *c, const struct page_row *row, struct fact *f)
{
	const struct https_question *q = &f->question.https;
	struct str url = arena_fmt(c->arena, STR_FMT STR_FMT, STR_ARG(q->host), STR_ARG(q->path));

	f->https = (struct https_reply){ .ms = 10 };
	for (size_t i = 0; i < LENGTH(row->pages); i++)
		if (row->pages[i].url != NULL && str_eq(url, str_of(row->pages[i].url))) {
			page_show(&row->pages[i], &f->https);
			return;
		}
	page_show(&(struct page){ .body = "not found", .code = 404 }, &f->https);
}

static inline bool page_turn(struct frank_case *c, const void *this_row)
{
	const struct page_row *row = this_row;
	struct tls_row mail = { .chain = row->chain };
	struct fact *f;
	bool any = false;

	while ((f = case_next_open(c)) != NULL) {
		if (f->question.ask == ASK_DNS) {
			zone_answer(c, str_of(row->zone), f);
		} else if (f->question.ask == ASK_HTTPS) {
			page_fetch(c, row, f);
		} else {
			mail.imaps = f->question.session.port == 993 ? row->chain : NULL;
			tls_answer(c, &mail, f);
		}
		case_answered(c, f);
		any = true;
	}
	return any;
}

static inline void page_rows_hold(const struct page_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		claim_holds(
		    &(struct claim){ rows[i].name, rows[i].check, rows[i].want, rows[i].says },
		    page_turn, &rows[i]);
}

#endif
