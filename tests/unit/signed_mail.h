/*
 * signed_mail - messages signed and verified in a test: keys made on the spot, their records in a
 * zone of one's own, the body handed over in pieces of a size one chooses.
 */
#ifndef TESTS_SIGNED_MAIL_H
#define TESTS_SIGNED_MAIL_H

#include "auth/dkim.h"
#include "auth/dkim_sign.h"
#include "zone_world.h"

#define MAIL_NOW 1795000000

/* Made once a program, as RSA keys take their time. */
struct mail_keys {
	struct arena arena;
	struct crypto *crypto;
	struct private_key *rsa, *ed;
	struct str zone; /* rsa._domainkey.example.com, ed._domainkey.example.com */
};

static inline struct str mail_key_line(
    struct arena *a, const char *name, const struct private_key *key)
{
	struct str text = dns_txt_write(a, private_key_record(a, key));

	return arena_fmt(a, "%s TXT " STR_FMT "\n", name, STR_ARG(text));
}

static inline void mail_keys_make(struct mail_keys *k)
{
	struct error e = { .arena = &k->arena };
	struct str rsa, ed;

	k->crypto = crypto_new();
	k->rsa = private_key_make(DKIM_KEY_RSA, 2048, &e);
	k->ed = private_key_make(DKIM_KEY_ED25519, 0, &e);
	rsa = mail_key_line(&k->arena, "rsa._domainkey.example.com", k->rsa);
	ed = mail_key_line(&k->arena, "ed._domainkey.example.com", k->ed);
	k->zone = arena_fmt(&k->arena, STR_FMT STR_FMT, STR_ARG(rsa), STR_ARG(ed));
}

static inline void mail_keys_free(struct mail_keys *k)
{
	private_key_free(k->rsa);
	private_key_free(k->ed);
	crypto_free(k->crypto);
	arena_free(&k->arena);
}

/* For cmocka_run_group_tests(): *state is the keys. */
static inline int mail_keys_setup(void **state)
{
	static struct mail_keys keys;

	mail_keys_make(&keys);
	*state = &keys;
	return 0;
}

static inline int mail_keys_teardown(void **state)
{
	mail_keys_free(*state);
	return 0;
}

/* Who is told of the parts of a message; `to` is theirs. */
struct mail_listener {
	void (*header)(void *to, const struct message *);
	void (*body)(void *to, struct str piece);
	void *to;
};

/* Read a message in pieces of `each` bytes (0: in one). */
static inline const struct message *mail_pass(
    struct arena *a, struct str bytes, size_t each, const struct mail_listener *l)
{
	struct message *m = arena_new(a, struct message);
	struct str rest = bytes, body;
	enum message_event event;

	message_init(m, a, NULL);
	do {
		size_t n = each == 0 ? rest.n : each;

		message_push(m, str_slice(rest, 0, n));
		rest = str_skip(rest, n);
		if (rest.n == 0)
			message_end(m);
		while ((event = message_next(m, &body)) == MESSAGE_HEADER || event == MESSAGE_BODY)
			if (event == MESSAGE_HEADER)
				l->header(l->to, m);
			else
				l->body(l->to, body);
	} while (event == MESSAGE_MORE);
	if (event == MESSAGE_REFUSED)
		l->header(l->to, m);
	return m;
}

static inline void mail_sign_header(void *to, const struct message *m)
{
	dkim_signer_header(to, m);
}

static inline void mail_sign_body(void *to, struct str piece)
{
	dkim_signer_body(to, piece);
}

/* With selector "rsa" or "ed" by the key's kind; {0} when it is not signed: e says why. */
static inline struct str mail_sign(struct arena *a, struct mail_keys *k, struct str text,
    const struct dkim_terms *terms, struct private_key *const *keys, struct error *e)
{
	struct dkim_signer *s = dkim_signer_new(a, k->crypto, terms);
	struct mail_listener l = { mail_sign_header, mail_sign_body, s };
	struct str out = text;
	size_t n = 0;
	bool good;

	for (; keys[n] != NULL; n++) {
		bool rsa = private_key_kind(keys[n]) == DKIM_KEY_RSA;
		struct dkim_signer_key key = { .key = keys[n],
			.domain = STR("example.com"),
			.selector = rsa ? STR("rsa") : STR("ed") };

		if (!dkim_signer_add(s, &key, e))
			return (struct str){ 0 };
	}
	mail_pass(a, text, 0, &l);
	good = dkim_signer_end(s, e);
	while (good && n-- > 0)
		out = arena_fmt(
		    a, STR_FMT "\r\n" STR_FMT, STR_ARG(dkim_signer_field(s, n)), STR_ARG(out));
	dkim_signer_free(s);
	return good ? out : (struct str){ 0 };
}

static inline void mail_verify_header(void *to, const struct message *m)
{
	dkim_header(to, m);
}

static inline void mail_verify_body(void *to, struct str piece)
{
	dkim_body(to, piece);
}

/* Verified against that zone; dkim_free() it before the keys go. */
static inline struct dkim *mail_verify(struct arena *a, struct crypto *crypto, const char *zone,
    struct str text, size_t each, const struct dkim_options *options)
{
	struct dkim *d = dkim_new(a, crypto, options);
	struct mail_listener l = { mail_verify_header, mail_verify_body, d };
	struct frank_case *c = arena_new(a, struct frank_case);

	case_init(c, a, STR("example.com"), MAIL_NOW);
	mail_pass(a, text, each, &l);
	dkim_end(d);
	while (!dkim_verify(d, &c->source, MAIL_NOW) && zone_turn(c, zone))
		;
	return d;
}

/* The text with one piece replaced; the piece has to be there. */
static inline struct str mail_replace(
    struct arena *a, struct str text, const char *old, const char *new)
{
	ptrdiff_t at = str_find(text, str_of(old));

	if (at < 0)
		abort();
	return arena_fmt(a, STR_FMT "%s" STR_FMT, STR_ARG(str_slice(text, 0, (size_t)at)), new,
	    STR_ARG(str_skip(text, (size_t)at + strlen(old))));
}

#endif
