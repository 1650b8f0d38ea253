/* dmarc_record - reading a policy record; see dmarc.h (RFC 9989 sections 4.7 and 4.8). */
#include "auth/dmarc.h"
#include "wire/domain.h"

static void fault(struct arena *a, struct dmarc_record *r, enum dmarc_fault_kind kind, size_t at,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void fault(struct arena *a, struct dmarc_record *r, enum dmarc_fault_kind kind, size_t at,
    const char *fmt, ...)
{
	struct dmarc_fault f = { .kind = kind, .at = at };
	va_list args;

	va_start(args, fmt);
	f.text = arena_vfmt(a, fmt, args);
	va_end(args);
	arena_push(a, r->faults, r->fault_count, struct dmarc_fault, f);
}

/* Tag names are compared without case, as ABNF has it. */
static const struct tag *find(const struct dmarc_record *r, const char *name)
{
	for (size_t i = 0; i < r->tags.count; i++)
		if (str_ieq(r->tags.items[i].name, str_of(name)))
			return &r->tags.items[i];
	return NULL;
}

static enum dmarc_request read_request(
    struct arena *a, struct dmarc_record *r, const char *name, enum dmarc_fault_kind kind)
{
	static const struct {
		const char *word;
		enum dmarc_request request;
	} words[] = { { "none", DMARC_NONE }, { "quarantine", DMARC_QUARANTINE },
		{ "reject", DMARC_REJECT } };
	const struct tag *t = find(r, name);

	if (t == NULL)
		return DMARC_ABSENT;
	for (size_t i = 0; i < LENGTH(words); i++)
		if (str_ieq(t->value, str_of(words[i].word)))
			return words[i].request;
	fault(a, r, kind, t->value_at,
	    "%s=" STR_FMT " is no policy: it is none, quarantine or reject", name,
	    STR_ARG(t->value));
	return DMARC_INVALID;
}

/* One letter out of `allowed`; the first of them is the default. */
static char read_letter(
    struct arena *a, struct dmarc_record *r, const char *name, const char *allowed)
{
	const struct tag *t = find(r, name);

	if (t == NULL)
		return allowed[0];
	for (const char *c = allowed; *c != '\0'; c++)
		if (t->value.n == 1 && to_lower(t->value.p[0]) == *c)
			return *c;
	fault(a, r, DMARC_FAULT_VALUE, t->value_at,
	    "%s=" STR_FMT " means nothing and is ignored: it is one of the letters %s", name,
	    STR_ARG(t->value), allowed);
	return allowed[0];
}

static void read_fo(struct arena *a, struct dmarc_record *r)
{
	const struct tag *t = find(r, "fo");
	struct str rest = t == NULL ? (struct str){ 0 } : t->value, option;
	bool good = t != NULL && rest.n > 0;

	if (t == NULL)
		return;
	while (tags_next(&rest, ':', &option))
		good = good && option.n == 1 && str_chr(STR("01dsDS"), option.p[0]) >= 0;
	if (!good)
		fault(a, r, DMARC_FAULT_VALUE, t->value_at,
		    "fo=" STR_FMT " means nothing: it is made of 0, 1, d and s with colons between",
		    STR_ARG(t->value));
	else if (find(r, "ruf") == NULL)
		fault(a, r, DMARC_NOTE_FO, t->name_at, "fo has no effect without ruf");
}

/* "!" 1*DIGIT [k/m/g/t], RFC 7489 section 6.4; returns false when it is not even that. */
static bool is_size(struct str s)
{
	if (s.n > 0 && str_chr(STR("kmgtKMGT"), s.p[s.n - 1]) >= 0)
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

static bool is_scheme(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && str_chr(STR("+-."), s.p[i]) < 0)
			return false;
	return s.n > 0 && is_alpha(s.p[0]);
}

static bool is_mailbox(struct str mailbox, struct str *domain)
{
	ptrdiff_t at = str_rchr(mailbox, '@');

	if (at <= 0)
		return false;
	for (size_t i = 0; i < mailbox.n; i++)
		if (mailbox.p[i] <= ' ' || mailbox.p[i] > '~')
			return false;
	*domain = str_skip(mailbox, (size_t)at + 1);
	return domain_is_fqdn(*domain);
}

static void read_uri(struct arena *a, struct dmarc_record *r, struct dmarc_uri *u, const char *tag)
{
	size_t at = u->text.p == NULL ? r->tags.text.n : (size_t)(u->text.p - r->tags.text.p);
	ptrdiff_t colon = str_chr(u->text, ':'), bang = str_rchr(u->text, '!');
	struct str body = u->text, query;

	if (colon < 0 || !is_scheme(str_slice(u->text, 0, (size_t)colon))) {
		fault(a, r, DMARC_FAULT_URI, at,
		    "\"" STR_FMT "\" in %s is no address: write mailto: in front of it",
		    STR_ARG(u->text), tag);
		u->mailbox = u->text;
		if (!is_mailbox(u->mailbox, &u->domain))
			u->domain = (struct str){ 0 };
		return;
	}
	if (bang >= 0) {
		bool size = is_size(str_skip(u->text, (size_t)bang + 1));

		fault(a, r, size ? DMARC_NOTE_SIZE : DMARC_FAULT_URI, at + (size_t)bang,
		    size ? "the size limit \"" STR_FMT "\" in %s is obsolete and ignored"
			 : "\"" STR_FMT "\" in %s: an exclamation mark may not stand there",
		    STR_ARG(str_skip(u->text, (size_t)bang)), tag);
		if (!size)
			return;
		body = str_slice(u->text, 0, (size_t)bang);
	}
	u->mailto = str_istarts(body, STR("mailto:"));
	if (!u->mailto) {
		u->valid = body.n > (size_t)colon + 1;
		fault(a, r, DMARC_NOTE_SCHEME, at,
		    "\"" STR_FMT "\" in %s is not mailto:, nobody sends reports there",
		    STR_ARG(u->text), tag);
		return;
	}
	query = str_skip(body, sizeof("mailto:") - 1);
	u->mailbox = str_cut(&query, '?');
	u->valid = is_mailbox(u->mailbox, &u->domain);
	if (!u->valid)
		fault(a, r, DMARC_FAULT_URI, at, "\"" STR_FMT "\" in %s is no mail address",
		    STR_ARG(u->text), tag);
}

static size_t read_uris(
    struct arena *a, struct dmarc_record *r, const char *name, struct dmarc_uri **out)
{
	const struct tag *t = find(r, name);
	struct str rest = t == NULL ? (struct str){ 0 } : t->value, text;
	size_t count = 0;

	if (t != NULL && rest.n == 0)
		fault(a, r, DMARC_FAULT_URI, t->value_at, "%s= is empty", name);
	while (tags_next(&rest, ',', &text)) {
		struct dmarc_uri u = { .text = text };

		if (count == DMARC_MAX_URIS) {
			fault(a, r, DMARC_FAULT_URI, t->value_at,
			    "%s= holds more than %d addresses", name, DMARC_MAX_URIS);
			break;
		}
		read_uri(a, r, &u, name);
		arena_push(a, *out, count, struct dmarc_uri, u);
	}
	return count;
}

static void read_list(struct arena *a, struct dmarc_record *r)
{
	for (size_t i = 0; i < r->tags.fault_count; i++) {
		const struct tag_fault *f = &r->tags.faults[i];
		struct str text = tag_fault_write(a, f);

		fault(a, r, f->kind == TAG_DUPLICATE ? DMARC_FAULT_DUPLICATE : DMARC_FAULT_LIST,
		    f->at, STR_FMT, STR_ARG(text));
	}
}

static bool listed(struct str name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_ieq(name, str_of(words[i])))
			return true;
	return false;
}

static void read_strangers(struct arena *a, struct dmarc_record *r)
{
	static const char *const known[] = { "v", "p", "sp", "np", "psd", "t", "adkim", "aspf",
		"rua", "ruf", "fo" };
	static const char *const gone[] = { "pct", "rf", "ri" };

	for (size_t i = 0; i < r->tags.count; i++) {
		const struct tag *t = &r->tags.items[i];

		if (listed(t->name, gone, LENGTH(gone)))
			fault(a, r, DMARC_NOTE_GONE, t->name_at,
			    STR_FMT "= no longer exists (RFC 9989 took it away) and is ignored; "
				    "take it out",
			    STR_ARG(t->name));
		else if (t->name.n > 0 && !listed(t->name, known, LENGTH(known)))
			fault(a, r, DMARC_NOTE_UNKNOWN, t->name_at,
			    "the tag \"" STR_FMT "\" is not known and is ignored",
			    STR_ARG(t->name));
	}
}

static void read_policies(struct arena *a, struct dmarc_record *r)
{
	const struct tag *p = find(r, "p");

	r->p = read_request(a, r, "p", DMARC_FAULT_POLICY);
	r->sp = read_request(a, r, "sp", DMARC_FAULT_SUBDOMAIN);
	r->np = read_request(a, r, "np", DMARC_FAULT_SUBDOMAIN);
	if (p == NULL)
		fault(a, r, DMARC_FAULT_POLICY, r->tags.text.n, "there is no p= with the policy");
	else if (p != &r->tags.items[1] && r->p != DMARC_INVALID)
		fault(a, r, DMARC_NOTE_ORDER, p->name_at,
		    "p is not the second tag; readers of the old RFC 7489 wanted it there");
}

bool dmarc_record_parse(struct arena *a, struct str text, struct dmarc_record *out)
{
	*out = (struct dmarc_record){ 0 };
	if (text.n == 0 || to_lower(text.p[0]) != 'v')
		return false;
	tags_parse(a, text, &out->tags);
	if (out->tags.count == 0 || !str_ieq(out->tags.items[0].name, STR("v")) ||
	    !str_eq(out->tags.items[0].value, STR("DMARC1")) || out->tags.items[0].name_at != 0)
		return false;
	read_list(a, out);
	read_policies(a, out);
	out->psd = read_letter(a, out, "psd", "uyn");
	out->testing = read_letter(a, out, "t", "ny") == 'y';
	out->strict_dkim = read_letter(a, out, "adkim", "rs") == 's';
	out->strict_spf = read_letter(a, out, "aspf", "rs") == 's';
	out->rua_count = read_uris(a, out, "rua", &out->rua);
	out->ruf_count = read_uris(a, out, "ruf", &out->ruf);
	read_fo(a, out);
	read_strangers(a, out);
	out->broken = out->p < DMARC_NONE || out->sp == DMARC_INVALID || out->np == DMARC_INVALID;
	out->usable = !out->broken;
	for (size_t i = 0; i < out->rua_count; i++)
		out->usable = out->usable || out->rua[i].valid;
	return true;
}

static struct str write_uris(
    struct arena *a, struct str text, const char *tag, const struct dmarc_uri *uris, size_t count)
{
	const char *before = "";

	for (size_t i = 0; i < count; i++) {
		const struct dmarc_uri *u = &uris[i];
		bool missing_scheme = !u->valid && !u->mailto && u->domain.n > 0;

		if (!u->valid && !missing_scheme)
			continue;
		if (before[0] == '\0')
			text = arena_fmt(a, STR_FMT "; %s=", STR_ARG(text), tag);
		text = u->valid && !u->mailto ? arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(text),
						    before, STR_ARG(u->text))
					      : arena_fmt(a, STR_FMT "%smailto:" STR_FMT,
						    STR_ARG(text), before, STR_ARG(u->mailbox));
		before = ",";
	}
	return text;
}

struct str dmarc_record_write(struct arena *a, const struct dmarc_record *r)
{
	struct str text = arena_fmt(
	    a, "v=DMARC1; p=%s", dmarc_request_name(r->p >= DMARC_NONE ? r->p : DMARC_NONE));
	struct str fo = { 0 };
	bool fo_faulty = false;

	if (r->sp >= DMARC_NONE)
		text = arena_fmt(a, STR_FMT "; sp=%s", STR_ARG(text), dmarc_request_name(r->sp));
	if (r->np >= DMARC_NONE)
		text = arena_fmt(a, STR_FMT "; np=%s", STR_ARG(text), dmarc_request_name(r->np));
	if (r->psd != 'u')
		text = arena_fmt(a, STR_FMT "; psd=%c", STR_ARG(text), r->psd);
	if (r->testing)
		text = arena_fmt(a, STR_FMT "; t=y", STR_ARG(text));
	if (r->strict_dkim)
		text = arena_fmt(a, STR_FMT "; adkim=s", STR_ARG(text));
	if (r->strict_spf)
		text = arena_fmt(a, STR_FMT "; aspf=s", STR_ARG(text));
	text = write_uris(a, text, "rua", r->rua, r->rua_count);
	text = write_uris(a, text, "ruf", r->ruf, r->ruf_count);
	if (find(r, "fo") != NULL && str_find(text, STR("; ruf=")) >= 0)
		fo = find(r, "fo")->value;
	for (size_t i = 0; i < r->fault_count; i++)
		fo_faulty = fo_faulty || (r->faults[i].kind == DMARC_FAULT_VALUE && fo.p != NULL &&
					     r->tags.text.p + r->faults[i].at == fo.p);
	if (fo.n > 0 && !fo_faulty)
		text = arena_fmt(a, STR_FMT "; fo=" STR_FMT, STR_ARG(text), STR_ARG(fo));
	return text;
}

const char *dmarc_request_name(enum dmarc_request request)
{
	static const char *const names[] = { "absent", "invalid", "none", "quarantine", "reject" };

	return names[request];
}

enum dmarc_request dmarc_own_policy(const struct dmarc_record *r)
{
	return r->broken ? DMARC_NONE : r->p;
}

enum dmarc_request dmarc_sub_policy(const struct dmarc_record *r, bool exists, const char **tag)
{
	*tag = "p";
	if (r->broken)
		return DMARC_NONE;
	if (!exists && r->np >= DMARC_NONE) {
		*tag = "np";
		return r->np;
	}
	if (r->sp >= DMARC_NONE) {
		*tag = "sp";
		return r->sp;
	}
	return r->p;
}
