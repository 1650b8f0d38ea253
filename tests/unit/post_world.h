/*
 * post_world - rows of "of this message, brought so, in this DNS, the check says that".
 *
 * The message and its signatures are those of mail_world.h; `want` is as in verdicts.h.
 */
#ifndef TESTS_POST_WORLD_H
#define TESTS_POST_WORLD_H

#include "check/post.h"
#include "mail_world.h"
#include "verdicts.h"

struct post_row {
	const char *check, *want;
	struct mail_row mail;
	const char *says; /* part of what one of the findings says or why */
	/* What the dialogue showed, for those who need one. */
	bool dialogue, plain, early, bare, helo_only, pipelined;
	const char *tls; /* version; NULL: TLSv1.3 */
};

static inline struct delivery *post_delivery(struct arena *a, const struct post_row *row)
{
	static struct session_line line = { SPEAKER_CLIENT, false, 0, { "EHLO mx.a.test", 14 } };
	struct delivery *d = arena_new(a, struct delivery);

	*d = (struct delivery){ .server = STR("mx.test"),
		.helo = str_of(row->mail.helo),
		.esmtp = !row->helo_only,
		.envelope = row->mail.from != NULL,
		.mail_from = str_of(row->mail.from),
		.size = -1,
		.early_talk = row->early,
		.bare_lf = row->bare,
		.pipelined = row->pipelined,
		.received = MAIL_NOW,
		.bytes = mail_message(a, &row->mail) };
	if (row->mail.ip != NULL)
		ip_parse(str_of(row->mail.ip), &d->client);
	d->lines = &line;
	d->line_count = row->dialogue;
	d->tls.done = row->dialogue && !row->plain;
	d->tls.version = row->tls != NULL ? str_of(row->tls) : STR("TLSv1.3");
	d->tls.cipher = STR("TLS_AES_256_GCM_SHA384");
	return d;
}

static inline const struct finding *post_findings(
    struct arena *a, struct crypto *crypto, const struct post_row *row, size_t *count)
{
	struct frank_case *c = arena_new(a, struct frank_case);
	struct audit_options *options = arena_new(a, struct audit_options);
	struct str only = str_of(row->check);
	struct str zone = mail_replace(a, str_of(row->mail.zone), "KEY", mail_key_record(a));
	struct post *p;
	struct audit *au;

	case_init(c, a, (struct str){ 0 }, MAIL_NOW);
	p = post_new(c, crypto, post_delivery(a, row));
	post_authserv_id(p, STR("mx.test"));
	c->domain = post_domain(p);
	post_audit_options(p, options);
	options->only = &only;
	options->only_count = 1;
	au = audit_new(c, options);
	audit_step(au);
	while (audit_pending(au) > 0 && zone_turn(c, zone.p))
		audit_step(au);
	post_free(p);
	return audit_findings(au, count);
}

static inline void posts_hold(const struct post_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct crypto *crypto = crypto_new();
		struct arena a = { 0 };
		size_t n;
		const struct finding *f = post_findings(&a, crypto, &rows[i], &n);
		struct str got = verdict_summary(&a, f, n);

		if (!str_eq(got, str_of(rows[i].want)))
			fail_msg("%s: %s: " STR_FMT " (" STR_FMT ")", rows[i].check,
			    rows[i].mail.name, STR_ARG(got),
			    STR_ARG(n > 0 ? f[0].says : STR("nothing")));
		if (rows[i].says != NULL && !verdict_mentions(f, n, rows[i].says))
			fail_msg("%s: %s: does not say \"%s\": " STR_FMT " / " STR_FMT,
			    rows[i].check, rows[i].mail.name, rows[i].says, STR_ARG(f[0].says),
			    STR_ARG(f[0].why));
		arena_free(&a);
		crypto_free(crypto);
	}
}

#endif
