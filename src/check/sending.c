/* sending - see sending.h. */
#include "check/sending.h"

#include "wire/domain.h"

/*
 * Selectors that signers (OpenDKIM, rspamd, Exim, hosting panels) and mail services use by
 * default, and those seen most in published zones; all are asked at once.
 */
static const char *const common_selectors[] = { "default", "dkim", "mail", "email", "smtp", "mx",
	"key", "key1", "key2", "selector", "selector1", "selector2", "s1", "s2", "s1024", "s2048",
	"k1", "k2", "k3", "google", "rsa", "ed25519", "dkim1", "dkim2", "dkim1024", "dkim2048",
	"dkim-rsa", "dkim-ed25519", "mail1", "mail2", "mailo", "x", "fm1", "fm2", "fm3",
	"protonmail", "protonmail2", "protonmail3", "zoho", "mandrill", "mailjet", "mxvault",
	"mesmtp", "sig1", "pic", "smtpapi", "m1", "scph0316", "krs", "everlytickey1", "cm",
	"turbo-smtp", "202401", "202501", "202601", "2024", "2025", "2026" };

/* A name nobody chooses: what answers here answers everywhere. */
static const char nobody[] = "no-such-selector-x7q";

static bool is_spf(struct str text)
{
	return str_istarts(text, STR("v=spf1")) && (text.n == 6 || text.p[6] == ' ');
}

bool judge_spf_texts(struct judge *j, struct str name, struct spf_texts *out)
{
	*out = (struct spf_texts){ .answer = judge_dns(j, name, DNS_TXT) };
	if (out->answer == NULL)
		return false;
	out->records = arena_array(j->arena, struct str, out->answer->count + 1);
	out->indices = arena_array(j->arena, size_t, out->answer->count + 1);
	for (size_t i = 0; i < out->answer->count; i++) {
		const struct dns_record *r = &out->answer->records[i];

		if (!r->parsed || !is_spf(r->txt.joined))
			continue;
		out->records[out->count] = r->txt.joined;
		out->indices[out->count++] = i;
	}
	return true;
}

bool judge_parked(struct judge *j, bool *parked)
{
	const struct dns_answer *mx = judge_dns(j, j->domain, DNS_MX);
	struct spf_texts spf;

	if (!judge_spf_texts(j, j->domain, &spf) || mx == NULL)
		return false;
	*parked = false;
	if (mx->count == 1 && mx->records[0].parsed && mx->records[0].mx.host.n == 0)
		*parked = true;
	else if (mx->count == 0 && !dns_failed(mx) && spf.count == 1)
		*parked = str_ieq(str_trim(spf.records[0]), STR("v=spf1 -all"));
	return true;
}

static void read_place(struct judge *j, struct dkim_place *p)
{
	size_t meant = 0;

	for (size_t i = 0; i < p->answer->count; i++) {
		const struct dns_record *r = &p->answer->records[i];

		if (!r->parsed || !dkim_key_meant(j->arena, r->txt.joined))
			continue;
		p->record = r;
		meant++;
	}
	if (dns_failed(p->answer)) {
		p->state = DKIM_PLACE_FAILED;
	} else if (meant == 0) {
		p->state = p->answer->alias_count > 0 && p->answer->count == 0 ? DKIM_PLACE_DANGLES
									       : DKIM_PLACE_EMPTY;
	} else if (p->answer->count > 1) {
		p->state = DKIM_PLACE_SEVERAL;
	} else {
		p->state = DKIM_PLACE_KEY;
		dkim_key_parse(j->arena, p->record->txt.joined, &p->key);
	}
}

/* Is what stands here only what stands under every name? */
static bool from_wildcard(const struct dns_answer *here, const struct dns_answer *anywhere)
{
	if (here->count == 0 || here->count != anywhere->count)
		return false;
	for (size_t i = 0; i < here->count; i++)
		if (!str_eq(here->records[i].text, anywhere->records[i].text))
			return false;
	return true;
}

static const struct dns_answer *ask_selector(struct judge *j, struct str selector, struct str *name)
{
	*name = arena_fmt(
	    j->arena, STR_FMT "._domainkey." STR_FMT, STR_ARG(selector), STR_ARG(j->domain));
	return judge_dns(j, *name, DNS_TXT);
}

static void keep_place(
    struct judge *j, struct dkim_keys *k, struct dkim_place *p, const struct dns_answer *anywhere)
{
	read_place(j, p);
	if (p->state == DKIM_PLACE_FAILED)
		k->failed++;
	if (!k->given && from_wildcard(p->answer, anywhere)) {
		k->wildcard = k->wildcard || p->state == DKIM_PLACE_KEY;
		return;
	}
	if (!k->given && (p->state == DKIM_PLACE_EMPTY || p->state == DKIM_PLACE_FAILED))
		return;
	if (p->state == DKIM_PLACE_KEY)
		k->keys++;
	arena_push(j->arena, k->places, k->count, struct dkim_place, *p);
}

bool judge_dkim_keys(struct judge *j, struct dkim_keys *out)
{
	const struct audit_options *o = j->options;
	size_t n = o->selector_count > 0 ? o->selector_count : LENGTH(common_selectors);
	struct dkim_place *asked = arena_array(j->arena, struct dkim_place, n);
	const struct dns_answer *anywhere;
	struct str ignored;
	bool missing;

	*out = (struct dkim_keys){ .given = o->selector_count > 0, .asked = n };
	anywhere = ask_selector(j, str_of(nobody), &ignored);
	missing = anywhere == NULL;
	for (size_t i = 0; i < n; i++) {
		struct dkim_place *p = &asked[i];

		p->selector = out->given ? o->selectors[i] : str_of(common_selectors[i]);
		p->answer = ask_selector(j, p->selector, &p->name);
		missing = missing || p->answer == NULL;
	}
	if (missing)
		return false;
	for (size_t i = 0; i < n; i++)
		keep_place(j, out, &asked[i], anywhere);
	return true;
}

bool judge_dmarc(struct judge *j, struct dmarc_policy *out)
{
	if (dmarc_discover(j->arena, &j->facts->source, j->domain, false, out))
		return true;
	j->pending = true;
	return false;
}

bool judge_dmarc_record(struct judge *j, struct dmarc_policy *out)
{
	if (!judge_dmarc(j, out))
		return false;
	if (out->record != NULL)
		return true;
	if (out->found == DMARC_TEMPERROR)
		judge_say(j, VERDICT_UNKNOWN,
		    "The DMARC record could not be read: the DNS did not answer for "
		    "_dmarc." STR_FMT,
		    STR_ARG(out->walk.failed->domain));
	else
		judge_say(j, VERDICT_SKIP, "There is no DMARC record to look at");
	return false;
}

const struct dns_record *dmarc_dns_record(const struct dmarc_policy *p)
{
	for (size_t i = 0; i < p->walk.count; i++) {
		const struct dns_answer *a = p->walk.steps[i].answer;

		for (size_t k = 0; k < a->count; k++)
			if (a->records[k].parsed &&
			    a->records[k].txt.joined.p == p->record->tags.text.p)
				return &a->records[k];
	}
	return NULL;
}

struct fix fix_txt(struct judge *j, struct str name, struct str text, const struct dns_record *old)
{
	return (struct fix){ .kind = old == NULL ? FIX_ADD : FIX_REPLACE,
		.name = name,
		.type = STR("TXT"),
		.value = dns_txt_write(j->arena, text),
		.old = old == NULL ? (struct str){ 0 } : old->text };
}

struct fix fix_remove_txt(struct str name, const struct dns_record *old)
{
	return (
	    struct fix){ .kind = FIX_REMOVE, .name = name, .type = STR("TXT"), .old = old->text };
}

struct str short_text(struct arena *a, struct str text)
{
	if (text.n <= 120)
		return text;
	return arena_fmt(a, STR_FMT "...", STR_ARG(str_slice(text, 0, 117)));
}
enum takes_mail judge_takes_mail(struct judge *j, struct str domain, const char **why)
{
	const struct dns_answer *mx = judge_dns(j, domain, DNS_MX);
	const struct dns_answer *a = judge_dns(j, domain, DNS_A);
	const struct dns_answer *aaaa = judge_dns(j, domain, DNS_AAAA);

	if (mx == NULL || a == NULL || aaaa == NULL)
		return TAKES_MAIL_PENDING;
	if (dns_failed(mx))
		return TAKES_MAIL_UNKNOWN;
	if (mx->count == 1 && mx->records[0].parsed && mx->records[0].mx.host.n == 0) {
		*why = "its null MX says that it takes no mail";
		return TAKES_MAIL_NO;
	}
	if (mx->count > 0 || a->count > 0 || aaaa->count > 0)
		return TAKES_MAIL_YES;
	if (dns_failed(a) || dns_failed(aaaa))
		return TAKES_MAIL_UNKNOWN;
	*why = mx->status == DNS_NXDOMAIN ? "the domain does not exist"
					  : "it has neither MX nor address";
	return TAKES_MAIL_NO;
}
