/* authres - see authres.h; the reader. */
#include "wire/authres.h"

#include "wire/cfws.h"

#define ARC_INSTANCE_MAX 50 /* RFC 8617 section 4.2.1 */

struct parser {
	struct cfws in;
	struct authres *out;
	bool first; /* in the first segment */
};

const char *authres_fault_text(enum authres_fault_kind kind)
{
	static const char *const texts[] = {
		[AUTHRES_FAULT_BYTE] = "a byte or a line end that no header field may hold",
		[AUTHRES_FAULT_OPEN] = "a comment or a quoted string without end",
		[AUTHRES_FAULT_NO_ID] = "no authserv-id at its beginning",
		[AUTHRES_FAULT_ID] = "an authserv-id that is none, or something beside it",
		[AUTHRES_FAULT_INSTANCE] = "an instance that is not 1 to 50",
		[AUTHRES_FAULT_EMPTY] = "neither a result nor \"none\" where one belongs",
		[AUTHRES_FAULT_NONE] = "\"none\" beside results",
		[AUTHRES_FAULT_METHOD] = "a method that is none",
		[AUTHRES_FAULT_RESULT] = "a result that is none",
		[AUTHRES_FAULT_REASON] = "a second reason, or one behind properties",
		[AUTHRES_FAULT_PROPERTY] = "something that is no ptype.property=value",
		[AUTHRES_FAULT_VALUE] = "a value that is missing, or lacks its quotes",
		[AUTHRES_FAULT_MANY] = "more than any message needs",
	};

	return texts[kind];
}

static void fault(struct parser *p, enum authres_fault_kind kind, size_t at)
{
	struct authres_fault f = { .kind = kind, .at = at };

	if (p->out->fault_count < AUTHRES_MAX)
		arena_push(
		    p->in.arena, p->out->faults, p->out->fault_count, struct authres_fault, f);
}

bool authres_is_keyword(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0 && s.n <= AUTHRES_KEYWORD_MAX && s.p[s.n - 1] != '-';
}

/* Only these, letters and digits, and UTF-8? */
static bool holds_only(struct str s, const char *others)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && (unsigned char)s.p[i] < 0x80 &&
		    (s.p[i] == '\0' || str_chr(str_of(others), s.p[i]) < 0))
			return false;
	return true;
}

/* RFC 2045 section 5.1: no controls, no spaces, no tspecials. */
static bool is_token(struct str s)
{
	return s.n > 0 && holds_only(s, "!#$%&'*+-.^_`{|}~");
}

bool authres_is_bare(struct str s)
{
	ptrdiff_t at = str_rchr(s, '@');

	if (at < 0)
		return is_token(s);
	return holds_only(str_slice(s, 0, (size_t)at), "!#$%&'*+-/=?^_`{|}~.") &&
	       (size_t)at + 1 < s.n && holds_only(str_skip(s, (size_t)at + 1), "-_.");
}

/* ---- results ---- */

/* [CFWS] pvalue, behind the equals sign. */
static struct str read_value(struct parser *p)
{
	struct cfws *in = &p->in;
	struct str value;
	size_t at;

	cfws_skip(in);
	at = in->at;
	if (cfws_peek(in) != '"') {
		value = cfws_run(in, ";(\"");
		if (!authres_is_bare(value))
			fault(p, AUTHRES_FAULT_VALUE, at);
		return value;
	}
	value = cfws_quoted(in);
	if (cfws_peek(in) != '@')
		return value;
	/* Only the local part was quoted: the mailbox as it was written. */
	if (!authres_is_bare(cfws_run(in, ";(\"")))
		fault(p, AUTHRES_FAULT_VALUE, at);
	return str_slice(in->text, at, in->at);
}

static void read_reason(struct parser *p, struct authres_result *r, size_t at)
{
	struct str value = read_value(p);

	if (r->reason.p != NULL || r->property_count > 0)
		fault(p, AUTHRES_FAULT_REASON, at);
	if (r->reason.p == NULL)
		r->reason = value;
}

static void read_property(struct parser *p, struct authres_result *r, struct str ptype, size_t at)
{
	struct cfws *in = &p->in;
	struct authres_property property = { .ptype = ptype };
	bool is_property;

	cfws_skip(in);
	property.name = cfws_run(in, "=;(\"");
	cfws_skip(in);
	is_property = cfws_eat(in, '=');
	if (is_property)
		property.value = read_value(p);
	if (!is_property || ptype.n == 0 || property.name.n == 0) {
		fault(p, AUTHRES_FAULT_PROPERTY, at);
		return;
	}
	if (!authres_is_keyword(ptype) || !authres_is_keyword(property.name))
		fault(p, AUTHRES_FAULT_PROPERTY, at);
	if (r->property_count == AUTHRES_MAX)
		fault(p, AUTHRES_FAULT_MANY, at);
	else
		authres_property(in->arena, r, &property);
}

/* "reason=value", "ptype.property=value", or something that is neither. */
static void read_item(struct parser *p, struct authres_result *r)
{
	struct cfws *in = &p->in;
	size_t at = in->at;
	struct str name = cfws_run(in, ".=;(\"");

	cfws_skip(in);
	if (cfws_eat(in, '.')) {
		read_property(p, r, name, at);
		return;
	}
	if (cfws_eat(in, '=')) {
		if (str_ieq(name, STR("reason"))) {
			read_reason(p, r, at);
			return;
		}
		read_value(p);
	} else if (cfws_peek(in) == '"') {
		cfws_quoted(in);
	}
	fault(p, AUTHRES_FAULT_PROPERTY, at);
}

/* [ "/" version ] "=" behind the method. */
static unsigned read_method_version(struct parser *p)
{
	struct cfws *in = &p->in;
	unsigned version = 1;
	size_t at;

	cfws_skip(in);
	if (cfws_eat(in, '/')) {
		cfws_skip(in);
		at = in->at;
		if (!cfws_number(in, &version) || version == 0)
			fault(p, AUTHRES_FAULT_METHOD, at);
	}
	cfws_skip(in);
	return version;
}

static void read_result(struct parser *p)
{
	struct cfws *in = &p->in;
	size_t at = in->at;
	struct authres_result *r;
	struct str method = cfws_run(in, "/=;(\"");
	unsigned version = read_method_version(p);

	if (!cfws_eat(in, '=') || method.n == 0) {
		fault(p, AUTHRES_FAULT_METHOD, at);
		cfws_skip_to(in, ';');
		return;
	}
	if (!authres_is_keyword(method))
		fault(p, AUTHRES_FAULT_METHOD, at);
	cfws_skip(in);
	at = in->at;
	r = authres_add(in->arena, p->out, method, cfws_run(in, ";(\""));
	r->version = version;
	if (!authres_is_keyword(r->result))
		fault(p, AUTHRES_FAULT_RESULT, at);
	r->comment = cfws_skip(in);
	while (!cfws_end(in) && cfws_peek(in) != ';') {
		read_item(p, r);
		cfws_skip(in);
	}
}

/* ---- the field ---- */

/* "i=1", which opens the ARC form. */
static void read_instance(struct parser *p)
{
	struct cfws *in = &p->in;
	size_t at = in->at;
	unsigned number = 0;
	bool sound;

	cfws_run(in, "=");
	cfws_skip(in);
	cfws_eat(in, '=');
	cfws_skip(in);
	sound = cfws_number(in, &number) && number > 0 && number <= ARC_INSTANCE_MAX;
	if (cfws_skip_to(in, ';') || !sound)
		fault(p, AUTHRES_FAULT_INSTANCE, at);
	else
		p->out->instance = number;
}

static void read_id(struct parser *p)
{
	struct cfws *in = &p->in;
	size_t at = in->at;
	bool quoted = cfws_peek(in) == '"';
	struct str id = quoted ? cfws_quoted(in) : cfws_run(in, ";(\"");

	if (p->out->id.n > 0) {
		fault(p, AUTHRES_FAULT_ID, at);
		cfws_skip_to(in, ';');
		return;
	}
	p->out->id = id;
	if (!p->first)
		fault(p, AUTHRES_FAULT_NO_ID, at);
	if (!quoted && !is_token(id))
		fault(p, AUTHRES_FAULT_ID, at);
	cfws_skip(in);
	cfws_number(in, &p->out->version);
	if (cfws_skip_to(in, ';'))
		fault(p, AUTHRES_FAULT_ID, at);
}

/* What stands before the equals sign of this segment; p is NULL without one. */
static struct str before_equals(const struct parser *p)
{
	struct cfws look = p->in;
	struct str name = cfws_run(&look, "/=;(\"");

	cfws_skip(&look);
	return cfws_peek(&look) == '=' || cfws_peek(&look) == '/' ? name : (struct str){ 0 };
}

/* "none", behind an authserv-id and alone. */
static bool read_none(struct parser *p)
{
	struct cfws look = p->in;

	if (p->out->id.n == 0 || !str_ieq(cfws_run(&look, ";(\""), STR("none")) ||
	    cfws_skip_to(&look, ';'))
		return false;
	p->in = look;
	p->out->none = true;
	return true;
}

/* Up to the next semicolon.  False: it was the instance, and the first segment is still to come. */
static bool read_segment(struct parser *p)
{
	struct str name = before_equals(p);

	if (cfws_end(&p->in) || cfws_peek(&p->in) == ';') {
		if (!cfws_end(&p->in))
			fault(p, AUTHRES_FAULT_EMPTY, p->in.at);
	} else if (p->first && p->out->instance == 0 && str_ieq(name, STR("i"))) {
		read_instance(p);
		return false;
	} else if (read_none(p)) {
		return true;
	} else if (name.p != NULL) {
		read_result(p);
	} else {
		read_id(p);
	}
	return true;
}

/* What only the whole can tell. */
static void judge_whole(struct parser *p)
{
	struct authres *out = p->out;

	if (p->in.open)
		fault(p, AUTHRES_FAULT_OPEN, p->in.text.n);
	if (out->id.n == 0)
		fault(p, AUTHRES_FAULT_NO_ID, 0);
	if (out->none && out->count > 0)
		fault(p, AUTHRES_FAULT_NONE, 0);
	if (!out->none && out->count == 0)
		fault(p, AUTHRES_FAULT_EMPTY, p->in.text.n);
}

void authres_parse(struct arena *a, struct str value, struct authres *out)
{
	struct parser p = { .in = { .arena = a, .text = value }, .out = out, .first = true };
	ptrdiff_t bad;

	/* The line end of the field itself is no fault. */
	while (p.in.text.n > 0 && str_trim(str_skip(p.in.text, p.in.text.n - 1)).n == 0)
		p.in.text.n--;
	bad = cfws_bad_byte(p.in.text);
	*out = (struct authres){ .version = 1 };
	if (bad >= 0)
		fault(&p, AUTHRES_FAULT_BYTE, (size_t)bad);
	do {
		cfws_skip(&p.in);
		if (out->count == AUTHRES_MAX) {
			fault(&p, AUTHRES_FAULT_MANY, p.in.at);
			break;
		}
		if (read_segment(&p))
			p.first = false;
	} while (cfws_eat(&p.in, ';'));
	judge_whole(&p);
}

const struct authres_result *authres_find(const struct authres *r, struct str method)
{
	for (size_t i = 0; i < r->count; i++)
		if (str_ieq(r->results[i].method, method))
			return &r->results[i];
	return NULL;
}

struct str authres_value(const struct authres_result *r, struct str ptype, struct str name)
{
	for (size_t i = 0; i < r->property_count; i++)
		if (str_ieq(r->properties[i].ptype, ptype) && str_ieq(r->properties[i].name, name))
			return r->properties[i].value;
	return (struct str){ 0 };
}

struct authres_result *authres_add(
    struct arena *a, struct authres *r, struct str method, struct str result)
{
	struct authres_result one = { .method = method, .result = result, .version = 1 };

	arena_push(a, r->results, r->count, struct authres_result, one);
	return &r->results[r->count - 1];
}

void authres_property(struct arena *a, struct authres_result *r, const struct authres_property *one)
{
	arena_push(a, r->properties, r->property_count, struct authres_property, *one);
}
