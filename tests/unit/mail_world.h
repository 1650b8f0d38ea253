/*
 * mail_world - a message, its client and a small DNS as rows of a table, and the verdict on them.
 *
 * The message is written with LF and gets CRLF.  It is signed here, apart from the library, with
 * one Ed25519 key and canonicalization simple/simple; "KEY" in the zone stands for its record.
 * Facts may arrive in any order and the body in pieces of any size: `seed` chooses.
 */
#ifndef TESTS_MAIL_WORLD_H
#define TESTS_MAIL_WORLD_H

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "auth/mail.h"
#include "wire/authres.h"
#include "wire/base64.h"
#include "zone_world.h"

#define MAIL_NOW 1795000000

/* A signature, put on top of the message. */
struct mail_sign {
	const char *d, *s; /* NULL: no signature; s: NULL for "s" */
	const char *h;	   /* NULL for "from:subject" */
	const char *tags;  /* more of them: "l=0; i=@x.test; " */
	size_t length;	   /* with l=: what is hashed */
	bool cut;	   /* l= is meant */
};

struct mail_row {
	const char *name, *zone, *ip, *helo;
	const char *from; /* NULL: not known */
	struct mail_sign sign[3];
	const char *message; /* NULL: the plain one */
	const char *above;   /* put on top after signing, with LF */
	size_t above_n;	     /* its length when it holds NUL */
	size_t from_n;	     /* that of from, likewise */
	/* A chain, put on after signing: who seals, and what each has seen. */
	struct mail_seal {
		const char *d, *said;
	} seal[3];
};

static inline EVP_PKEY *mail_key(void)
{
	static const unsigned char seed[32] = "a key that all these tests share";

	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
}

static inline struct str mail_key_record(struct arena *a)
{
	EVP_PKEY *key = mail_key();
	unsigned char public[32];
	size_t n = sizeof(public);
	struct str text;

	EVP_PKEY_get_raw_public_key(key, public, &n);
	EVP_PKEY_free(key);
	text = base64_encode(a, (struct str){ (char *)public, n });
	return arena_fmt(a, "\"v=DKIM1; k=ed25519; p=" STR_FMT "\"", STR_ARG(text));
}

static inline struct str mail_replace(
    struct arena *a, struct str text, const char *what, struct str by)
{
	struct str out = STR("");
	ptrdiff_t at;

	while ((at = str_find(text, str_of(what))) >= 0) {
		struct str head = str_slice(text, 0, (size_t)at);

		out =
		    arena_fmt(a, STR_FMT STR_FMT STR_FMT, STR_ARG(out), STR_ARG(head), STR_ARG(by));
		text = str_skip(text, (size_t)at + strlen(what));
	}
	return arena_fmt(a, STR_FMT STR_FMT, STR_ARG(out), STR_ARG(text));
}

/* LF to CRLF, byte for byte otherwise. */
static inline struct str mail_crlf(struct arena *a, struct str text)
{
	char *out = arena_array(a, char, 2 * text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '\n')
			out[n++] = '\r';
		out[n++] = text.p[i];
	}
	return (struct str){ out, n };
}

static inline struct str mail_join(struct arena *a, struct str head, struct str tail)
{
	char *out = arena_array(a, char, head.n + tail.n + 1);

	if (head.n > 0)
		memcpy(out, head.p, head.n);
	if (tail.n > 0)
		memcpy(out + head.n, tail.p, tail.n);
	return (struct str){ out, head.n + tail.n };
}

/* The nth field of that name from the bottom, whole; {0} without it. */
static inline struct str mail_field(struct str header, struct str name, size_t nth)
{
	struct str found[16];
	size_t count = 0;

	while (header.n > 0 && count < LENGTH(found)) {
		ptrdiff_t end = str_find(header, STR("\r\n"));
		struct str line = str_slice(header, 0, (size_t)end + 2);

		if (str_istarts(line, name) && line.n > name.n && line.p[name.n] == ':')
			found[count++] = line;
		header = str_skip(header, line.n);
	}
	return nth < count ? found[count - 1 - nth] : (struct str){ 0 };
}

static inline struct str mail_hash(struct arena *a, struct str bytes)
{
	unsigned char *hash = arena_array(a, unsigned char, 32);

	SHA256((const unsigned char *)bytes.p, bytes.n, hash);
	return (struct str){ (char *)hash, 32 };
}

static inline struct str mail_signed_fields(struct arena *a, struct str header, struct str h)
{
	struct str out = STR(""), name, seen[16];
	size_t count = 0;

	while (tags_next(&h, ':', &name)) {
		size_t nth = 0;

		for (size_t i = 0; i < count; i++)
			nth += str_ieq(seen[i], name);
		seen[count++] = name;
		out = mail_join(a, out, mail_field(header, name, nth));
	}
	return out;
}

static inline struct str mail_signature(struct arena *a, struct str hash)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char signature[64];
	size_t n = sizeof(signature);
	EVP_PKEY *key = mail_key();

	EVP_DigestSignInit(md, NULL, NULL, NULL, key);
	EVP_DigestSign(md, signature, &n, (const unsigned char *)hash.p, hash.n);
	EVP_MD_CTX_free(md);
	EVP_PKEY_free(key);
	return base64_encode(a, (struct str){ (char *)signature, n });
}

static inline struct str mail_add_signature(
    struct arena *a, struct str message, const struct mail_sign *sign)
{
	size_t at = (size_t)str_find(message, STR("\r\n\r\n")) + 2;
	struct str header = str_slice(message, 0, at), body = str_skip(message, at + 2);
	const char *h = sign->h != NULL ? sign->h : "from:subject";
	struct str bh, field, fields, b;

	bh = base64_encode(a, mail_hash(a, sign->cut ? str_slice(body, 0, sign->length) : body));
	field = arena_fmt(a,
	    "DKIM-Signature: v=1; a=ed25519-sha256; c=simple/simple; d=%s; s=%s; h=%s; "
	    "%sbh=" STR_FMT "; b=",
	    sign->d, sign->s != NULL ? sign->s : "s", h, sign->tags != NULL ? sign->tags : "",
	    STR_ARG(bh));
	fields = mail_signed_fields(a, header, str_of(h));
	b = mail_signature(a, mail_hash(a, mail_join(a, fields, field)));
	field = arena_fmt(a, STR_FMT STR_FMT "\r\n", STR_ARG(field), STR_ARG(b));
	return mail_join(a, field, message);
}

/* A field without folding in relaxed form (RFC 6376 section 3.4.2), without its line end. */
static inline struct str mail_relaxed(struct arena *a, struct str field)
{
	struct str value = field, name = str_cut(&value, ':');

	value = str_trim(value);
	return arena_fmt(a, STR_FMT ":" STR_FMT, STR_ARG(arena_lower(a, name)), STR_ARG(value));
}

/* `sealed`: the relaxed fields of the sets beneath, which grow. */
static inline struct str mail_add_seal(struct arena *a, struct str message,
    const struct mail_seal *seal, unsigned instance, struct str *sealed)
{
	size_t at = (size_t)str_find(message, STR("\r\n\r\n")) + 2;
	struct str header = str_slice(message, 0, at);
	struct str bh = base64_encode(a, mail_hash(a, str_skip(message, at + 2)));
	struct str said, ams, as, b, fields = mail_signed_fields(a, header, STR("from:subject"));

	said = arena_fmt(
	    a, "ARC-Authentication-Results: i=%u; %s; %s\r\n", instance, seal->d, seal->said);
	ams = arena_fmt(a,
	    "ARC-Message-Signature: i=%u; a=ed25519-sha256; c=simple/simple; d=%s; s=s; "
	    "h=from:subject; bh=" STR_FMT "; b=",
	    instance, seal->d, STR_ARG(bh));
	b = mail_signature(a, mail_hash(a, mail_join(a, fields, ams)));
	ams = arena_fmt(a, STR_FMT STR_FMT "\r\n", STR_ARG(ams), STR_ARG(b));
	as = arena_fmt(a, "ARC-Seal: i=%u; a=ed25519-sha256; cv=%s; d=%s; s=s; b=", instance,
	    instance == 1 ? "none" : "pass", seal->d);
	*sealed = arena_fmt(a, STR_FMT STR_FMT "\r\n" STR_FMT "\r\n", STR_ARG(*sealed),
	    STR_ARG(mail_relaxed(a, said)), STR_ARG(mail_relaxed(a, ams)));
	b = mail_signature(a, mail_hash(a, mail_join(a, *sealed, mail_relaxed(a, as))));
	as = arena_fmt(a, STR_FMT STR_FMT "\r\n", STR_ARG(as), STR_ARG(b));
	*sealed =
	    arena_fmt(a, STR_FMT STR_FMT "\r\n", STR_ARG(*sealed), STR_ARG(mail_relaxed(a, as)));
	return mail_join(a, mail_join(a, as, ams), mail_join(a, said, message));
}

static inline struct str mail_message(struct arena *a, const struct mail_row *row)
{
	struct str text =
	    str_of(row->message != NULL ? row->message
					: "From: Ann <ann@a.test>\nSubject: hello\n\nA body.\n");
	struct str above = str_of(row->above), sealed = STR("");

	text = mail_crlf(a, text);
	for (size_t i = 0; i < LENGTH(row->sign); i++)
		if (row->sign[i].d != NULL)
			text = mail_add_signature(a, text, &row->sign[i]);
	for (unsigned i = 0; i < LENGTH(row->seal); i++)
		if (row->seal[i].d != NULL)
			text = mail_add_seal(a, text, &row->seal[i], i + 1, &sealed);
	if (row->above_n > 0)
		above.n = row->above_n;
	return above.n > 0 ? mail_join(a, mail_crlf(a, above), text) : text;
}

/* ---- facts, one by one ---- */

struct mail_world {
	struct arena *arena;
	struct frank_case facts;
	struct str zone;
	struct fact *waiting[500];
	size_t waiting_count, rounds;
	unsigned seed;
};

static inline unsigned mail_dice(struct mail_world *w)
{
	w->seed = w->seed * 1664525u + 1013904223u;
	return w->seed >> 16;
}

/* Seed 0 answers all at once; any other one fact, whichever the dice say. */
static inline bool mail_learn(struct mail_world *w)
{
	struct fact *f;
	size_t i;

	w->rounds++;
	if (w->seed == 0)
		return zone_turn(&w->facts, w->zone.p);
	while ((f = case_next_open(&w->facts)) != NULL)
		w->waiting[w->waiting_count++] = f;
	if (w->waiting_count == 0)
		return false;
	i = mail_dice(w) % w->waiting_count;
	f = w->waiting[i];
	w->waiting[i] = w->waiting[--w->waiting_count];
	zone_answer(&w->facts, w->zone, f);
	case_answered(&w->facts, f);
	return true;
}

static inline size_t mail_piece(struct mail_world *w, size_t left)
{
	size_t n = w->seed == 0 ? left : 1 + mail_dice(w) % 40;

	return n < left ? n : left;
}

static inline void mail_feed(
    struct mail_world *w, struct mail *m, struct message *message, struct str text)
{
	enum message_event e = MESSAGE_MORE;
	struct str body;

	while (e == MESSAGE_MORE) {
		size_t n = mail_piece(w, text.n);

		if (text.n == 0)
			message_end(message);
		else
			message_push(message, str_slice(text, 0, n));
		text = str_skip(text, n);
		while ((e = message_next(message, &body)) == MESSAGE_HEADER || e == MESSAGE_BODY) {
			if (e == MESSAGE_BODY)
				mail_body(m, body);
			else
				mail_header(m, message);
			if (w->seed % 2 == 1)
				mail_ask(m, &w->facts.source);
		}
	}
	if (e == MESSAGE_REFUSED)
		mail_header(m, message);
	mail_end(m);
}

/* The verdict; lives in the arena. */
static inline const struct mail_verdict *mail_run(struct mail_world *w, struct arena *a,
    const struct mail_row *row, const struct mail_query *options, unsigned seed)
{
	struct mail_query *q = arena_new(a, struct mail_query);
	struct message *message = arena_new(a, struct message);
	struct crypto *crypto = crypto_new();
	struct mail *m;

	*w = (struct mail_world){ .arena = a, .seed = seed };
	w->zone = mail_replace(a, str_of(row->zone), "KEY", mail_key_record(a));
	case_init(&w->facts, a, STR("mail"), MAIL_NOW);
	*q = options != NULL ? *options : (struct mail_query){ .receiver = STR("mx.test") };
	q->now = MAIL_NOW;
	if (row->ip != NULL)
		ip_parse(str_of(row->ip), &q->ip);
	q->helo = str_of(row->helo);
	q->mail_from = str_of(row->from);
	q->mail_from.n = row->from_n > 0 ? row->from_n : q->mail_from.n;
	q->no_envelope = row->from == NULL;
	m = mail_new(a, crypto, q);
	message_init(message, a, NULL);
	mail_feed(w, m, message, mail_message(a, row));
	while (!mail_judge(m, &w->facts.source))
		if (!mail_learn(w))
			abort();
	mail_free(m);
	crypto_free(crypto);
	return mail_verdict(m);
}

#endif
