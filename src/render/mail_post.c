/* mail_post - what is said of the message of an audit; see mail_report.h. */
#include "render/mail_report.h"

#include "check/post.h"

/* The envelope was seen, or it was said; nothing was guessed. */
static enum mail_known known(bool is)
{
	return is ? MAIL_BY_OPTION : MAIL_UNKNOWN;
}

void mail_report_of_post(struct arena *a, const struct post *p, struct mail_report *out)
{
	const struct delivery *d = p->delivery;

	*out = (struct mail_report){ .arena = a,
		.name = STR("message"),
		.message = &p->message,
		.verdict = p->verdict,
		.client = { .ip = known(d->client.family != IP_NONE),
		    .helo = known(d->helo.n > 0),
		    .mail_from = known(d->envelope),
		    .trusted = d->server },
		.authserv_id = p->authserv_id,
		.authres = mail_authres(a, p->verdict, p->authserv_id, AUTHRES_LF),
		.forged = p->forged,
		.forged_count = p->forged_count,
		.facts = (const struct fact *const *)p->facts->facts,
		.fact_count = p->facts->count };
	memcpy(out->why, p->why, sizeof(out->why));
}
