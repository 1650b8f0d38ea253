/* received - one Received field taken apart; see received.h. */
#include "wire/received.h"

#include "wire/cfws.h"
#include "wire/date.h"
#include "wire/domain.h"

/* ---- words ---- */

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_COMMENT, TOKEN_SEMICOLON };

struct token {
	enum token_kind kind;
	struct str text; /* of a comment: what is inside */
};

/* Up to the ">" that is not quoted; an address may hold spaces and semicolons in quotes. */
static void step_angle(struct cfws *in)
{
	bool quoted = false;

	for (; !cfws_end(in) && (quoted || cfws_peek(in) != '>'); in->at++) {
		if (cfws_peek(in) == '\\' && in->at + 1 < in->text.n)
			in->at++;
		else if (cfws_peek(in) == '"')
			quoted = !quoted;
	}
	cfws_eat(in, '>');
}

static struct str read_word(struct cfws *in)
{
	size_t from = in->at;

	if (cfws_peek(in) == '<')
		step_angle(in);
	else if (cfws_run(in, "(;").n == 0)
		in->at++;
	return str_slice(in->text, from, in->at);
}

/* The comment at the cursor, alone. */
static struct str read_comment(struct cfws *in)
{
	struct cfws one = { .arena = in->arena, .text = in->text, .at = in->at };
	size_t depth = 0;

	do {
		char byte = cfws_peek(&one);

		one.at += byte == '\\' && one.at + 1 < one.text.n ? 2 : 1;
		depth += byte == '(';
		depth -= byte == ')';
	} while (depth > 0 && !cfws_end(&one));
	struct str inside = str_slice(in->text, in->at + 1, one.at - (depth == 0));
	in->at = one.at;
	return str_trim(inside);
}

static bool is_space(char c)
{
	return is_wsp(c) || c == '\r' || c == '\n';
}

static struct token next_token(struct cfws *in)
{
	while (!cfws_end(in) && is_space(cfws_peek(in)))
		in->at++;
	if (cfws_end(in))
		return (struct token){ .kind = TOKEN_END };
	if (cfws_peek(in) == '(')
		return (struct token){ TOKEN_COMMENT, read_comment(in) };
	if (cfws_eat(in, ';'))
		return (struct token){ .kind = TOKEN_SEMICOLON };
	return (struct token){ TOKEN_WORD, read_word(in) };
}

/* ---- clauses ---- */

enum clause { CLAUSE_FROM, CLAUSE_BY, CLAUSE_VIA, CLAUSE_WITH, CLAUSE_ID, CLAUSE_FOR, CLAUSES };

static const char *const clause_words[CLAUSES] = { "from", "by", "via", "with", "id", "for" };

struct reader {
	struct cfws in;
	struct received *out;
	enum clause clause;	/* under way; CLAUSES: none */
	bool again;		/* this clause was there before: what it says is not heard */
	unsigned seen;		/* bits by enum clause */
	size_t words, comments; /* of the clause so far */
	bool exim;		/* a comment says so: the word behind "from" is the name */
	bool checks;		/* software that makes sure of the name */
	/* Behind "from": */
	struct str first;     /* the word */
	struct str said;      /* HELO of a comment */
	struct str looked_up; /* name in a comment, before the address */
	struct str previous;  /* word */
	bool has_said, bare;  /* bare: the address was all of its comment */
	bool client_unsure;   /* two addresses, or more words than one */
	bool by_unsure, sender_unsure;
	struct ip outer, inner; /* address in the word, in a comment */
};

static enum clause clause_of(struct str word)
{
	size_t i = 0;

	while (i < CLAUSES && !str_ieq(word, str_of(clause_words[i])))
		i++;
	return (enum clause)i;
}

/* "[192.0.2.1]", "[IPv6:2001:db8::1]:25", "fe80::1%3", "user@192.0.2.1": is it an address? */
static bool address_of(struct str word, struct ip *out)
{
	ptrdiff_t end;

	word = str_skip(word, (size_t)(str_rchr(word, '@') + 1));
	if (word.n > 0 && word.p[0] == '[') {
		end = str_chr(word, ']');
		if (end < 0)
			return false;
		word = str_slice(word, 1, (size_t)end);
	}
	if (str_istarts(word, STR("IPv6:")))
		word = str_skip(word, 5);
	end = str_chr(word, '%');
	return ip_parse(end > 0 ? str_slice(word, 0, (size_t)end) : word, out);
}

static bool is_bracketed(struct str word)
{
	return str_chr(word, '[') >= 0;
}

/* What servers write where the DNS has no name. */
static bool is_no_name(struct str word)
{
	static const char *const words[] = { "unknown", "unverified", "nxdomain", "dnserror",
		"helo", "ehlo", "localhost.localdomain" };

	for (size_t i = 0; i < LENGTH(words); i++)
		if (str_ieq(word, str_of(words[i])))
			return true;
	return !domain_is_fqdn(word);
}

static struct str host_name(struct str word)
{
	word = domain_undot(str_skip(word, (size_t)(str_rchr(word, '@') + 1)));
	return is_no_name(word) ? (struct str){ 0 } : word;
}

/* ---- the client ---- */

static void note_address(struct reader *r, struct ip ip, struct str name, bool bare)
{
	if (r->inner.family == IP_NONE) {
		r->inner = ip;
		r->looked_up = name;
		r->bare = bare;
	} else if (!ip_eq(r->inner, ip)) {
		r->client_unsure = true;
	}
}

static void note_helo(struct reader *r, struct str helo)
{
	if (r->has_said && !str_eq(r->said, helo))
		r->client_unsure = true;
	r->said = helo;
	r->has_said = true;
}

/* "HELO x", "EHLO x", and CommuniGate's "account joe HELO x". */
static bool is_helo_word(struct str first, struct str word, size_t at)
{
	return (str_ieq(word, STR("HELO")) || str_ieq(word, STR("EHLO"))) &&
	       (at == 0 || (at == 2 && str_eq(first, STR("account"))));
}

/* "192.0.2.1" and "joe@192.0.2.1" are all of their comment; "name [192.0.2.1]" goes before. */
static void read_address(struct reader *r, struct str comment)
{
	struct cfws in = { .arena = r->in.arena, .text = comment };
	struct token one = next_token(&in), two = next_token(&in);
	struct ip ip;

	if (two.kind == TOKEN_WORD && is_bracketed(two.text) && address_of(two.text, &ip))
		note_address(r, ip, host_name(one.text), false);
	else if (one.kind == TOKEN_WORD && address_of(one.text, &ip))
		note_address(r, ip, (struct str){ 0 }, true);
}

/*
 * A comment behind "from": "name [address]", "[address] helo=x", "address", "HELO x", "name
 * [address] (may be forged)".  An address counts as first or second word only; what clients can
 * choose (certificate names, users) stands elsewhere.
 */
static void read_client(struct reader *r, struct str comment)
{
	struct cfws in = { .arena = r->in.arena, .text = comment };
	struct str first = { 0 };
	bool helo = false;
	struct token t;

	read_address(r, comment);
	for (size_t at = 0; (t = next_token(&in)).kind != TOKEN_END && at < 16; at++) {
		if (t.kind == TOKEN_COMMENT && str_ieq(t.text, STR("may be forged")))
			r->looked_up = (struct str){ 0 };
		if (t.kind == TOKEN_WORD && helo)
			note_helo(r, t.text);
		else if (t.kind == TOKEN_WORD && str_istarts(t.text, STR("helo=")))
			note_helo(r, str_skip(t.text, 5));
		if (at == 0)
			first = t.text;
		helo = t.kind == TOKEN_WORD && is_helo_word(first, t.text, at);
	}
}

static void take_from(struct reader *r, const struct token *t)
{
	struct ip ip;

	if (t->kind == TOKEN_COMMENT) {
		read_client(r, t->text);
	} else if (r->words == 1) {
		r->first = t->text;
		if (!address_of(t->text, &r->outer))
			r->outer = (struct ip){ 0 };
	} else if (r->words == 2 && is_bracketed(t->text) && address_of(t->text, &ip)) {
		note_address(r, ip, (struct str){ 0 }, true); /* fetchmail */
	} else {
		r->client_unsure = true;
	}
}

/* Which of the words is HELO, which the name, which the address. */
static void settle_client(struct reader *r)
{
	struct received *out = r->out;
	bool literal = r->outer.family != IP_NONE, two = r->inner.family != IP_NONE;

	/* Servers that tell HELO apart have the address in one place, and no name beside it. */
	if (r->has_said && two && (!r->bare || (literal && !ip_eq(r->inner, r->outer))))
		r->client_unsure = true;
	if (r->client_unsure || !out->from)
		return;
	/* Alone, the word is an address only where HELO would be told apart: else it is HELO. */
	if (!two && !r->has_said && !r->exim)
		literal = false;
	out->ip = two ? r->inner : literal ? r->outer : (struct ip){ 0 };
	out->name = r->looked_up;
	if (r->has_said) {
		/* qmail, IronPort, Exim, CommuniGate: the word is what the DNS says. */
		out->helo = r->said;
		if (!literal)
			out->name = host_name(r->first);
	} else if (!literal || two) {
		out->helo = r->first;
		if (r->exim && r->bare && !literal)
			out->name = host_name(r->first);
	}
	out->name_checked = out->name.n > 0 && r->checks;
}

/* ---- the other clauses ---- */

static struct str unbracket(struct str word)
{
	if (word.n >= 2 && word.p[0] == '<' && word.p[word.n - 1] == '>')
		return str_slice(word, 1, word.n - 1);
	return word;
}

/* Postfix, Exim and Sendmail ("8.18.1/8.18.1") write a name that leads back to the address. */
static bool is_checker(struct str comment)
{
	return str_eq(comment, STR("Postfix")) || str_starts(comment, STR("8.1"));
}

#define WITH_WORDS 5

static void take_by(struct reader *r, const struct token *t)
{
	if (t->kind == TOKEN_WORD && r->words == 1)
		r->out->by = domain_undot(t->text);
	else if (t->kind == TOKEN_COMMENT && is_checker(t->text))
		r->checks = true;
}

/* The words up to a comment or the next clause: "Microsoft SMTP Server". */
static void take_with(struct reader *r, const struct token *t)
{
	struct str *with = &r->out->with;

	if (t->kind == TOKEN_WORD && r->comments == 0 && r->words <= WITH_WORDS)
		*with = r->words == 1 ? t->text
				      : arena_fmt(r->in.arena, STR_FMT " " STR_FMT, STR_ARG(*with),
					    STR_ARG(t->text));
}

static void take_id(struct reader *r, const struct token *t)
{
	if (t->kind == TOKEN_WORD && r->words == 1)
		r->out->id = t->text;
}

static void take_for(struct reader *r, const struct token *t)
{
	if (t->kind == TOKEN_WORD && r->words == 1 && str_chr(t->text, '@') > 0)
		r->out->rcpt = unbracket(t->text);
}

static void take_nothing(struct reader *r, const struct token *t)
{
	(void)r, (void)t;
}

/* Exim, Dovecot, maddy tell in a comment, Haraka as words. */
static void note_sender(struct reader *r, struct str text)
{
	text = str_trim(text);
	if (text.n < 2 || text.p[0] != '<' || text.p[text.n - 1] != '>')
		return;
	if (r->out->has_sender && !str_eq(r->out->sender, unbracket(text)))
		r->sender_unsure = true;
	r->out->sender = unbracket(text);
	r->out->has_sender = true;
}

static void read_remark(struct reader *r, struct str comment)
{
	if (str_starts(comment, STR("Exim ")))
		r->exim = r->checks = true;
	if (str_istarts(comment, STR("envelope-from ")) ||
	    str_istarts(comment, STR("envelope-sender ")))
		note_sender(r, str_skip(comment, (size_t)str_chr(comment, ' ')));
}

/* ---- the field ---- */

static void (*const takers[CLAUSES])(struct reader *, const struct token *) = {
	[CLAUSE_FROM] = take_from,
	[CLAUSE_BY] = take_by,
	[CLAUSE_VIA] = take_nothing,
	[CLAUSE_WITH] = take_with,
	[CLAUSE_ID] = take_id,
	[CLAUSE_FOR] = take_for,
};

static void begin_clause(struct reader *r, enum clause clause)
{
	r->again = (r->seen & 1u << clause) != 0;
	r->seen |= 1u << clause;
	r->clause = clause;
	r->words = r->comments = 0;
	/* Whoever can write into a field could have written one of the two. */
	if (r->again && (clause == CLAUSE_FROM || clause == CLAUSE_BY))
		r->client_unsure = r->by_unsure = true;
}

static void take(struct reader *r, const struct token *t)
{
	enum clause next = t->kind == TOKEN_WORD ? clause_of(t->text) : CLAUSES;

	/* A clause has one word at least, whichever it is. */
	if (next < CLAUSES && (r->clause == CLAUSES || r->words > 0)) {
		begin_clause(r, next);
		return;
	}
	r->words += t->kind == TOKEN_WORD;
	r->comments += t->kind == TOKEN_COMMENT;
	if (t->kind == TOKEN_COMMENT)
		read_remark(r, t->text);
	if (r->clause < CLAUSES && !r->again)
		takers[r->clause](r, t);
}

/* The date stands behind the last semicolon outside of comments. */
static void take_date(struct reader *r, size_t at)
{
	struct str text = str_skip(r->in.text, at);

	r->out->has_date = date_parse(r->in.arena, text, &r->out->date);
}

/* False at the end of the text, or behind the date, where nothing is a clause. */
static bool read_next(struct reader *r)
{
	struct token t = next_token(&r->in);

	if (t.kind == TOKEN_END)
		return false;
	if (t.kind == TOKEN_SEMICOLON) {
		r->clause = CLAUSES;
		take_date(r, r->in.at);
		return !r->out->has_date;
	}
	take(r, &t);
	if (str_ieq(r->previous, STR("envelope-from")))
		note_sender(r, t.text);
	r->previous = t.kind == TOKEN_WORD ? t.text : (struct str){ 0 };
	return true;
}

void received_parse(struct arena *a, struct str value, struct received *out)
{
	struct reader r = { .in = { .arena = a, .text = value }, .out = out, .clause = CLAUSES };
	size_t read = 0;

	*out = (struct received){ 0 };
	while (read < RECEIVED_MAX_WORDS && read_next(&r))
		read++;
	if (read == RECEIVED_MAX_WORDS) {
		*out = (struct received){ 0 };
		return;
	}
	out->from = (r.seen & 1u << CLAUSE_FROM) != 0;
	settle_client(&r);
	if (r.by_unsure)
		out->by = (struct str){ 0 };
	if (r.sender_unsure)
		out->has_sender = false;
	if (!out->has_sender)
		out->sender = (struct str){ 0 };
}
