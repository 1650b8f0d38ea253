/* arc_seal - see arc_seal.h. */
#include "auth/arc_seal.h"

#include "auth/arc_hash.h"
#include "auth/sig_writer.h"
#include "wire/base64.h"
#include "wire/domain.h"

enum { SEAL, MESSAGE, RESULTS };

struct arc_sealer {
	struct arena *arena;
	struct crypto *crypto;
	struct arc_terms terms;
	struct dkim_bodies bodies;
	const struct dkim_body *body;
	const struct message *message;
	struct str fields[ARC_SEAL_FIELDS];
};

struct arc_sealer *arc_sealer_new(
    struct arena *a, struct crypto *crypto, const struct arc_terms *terms)
{
	struct arc_sealer *s = arena_new(a, struct arc_sealer);

	s->arena = a;
	s->crypto = crypto;
	s->terms = *terms;
	if (terms->cover == NULL) {
		s->terms.cover = dkim_cover_default;
		s->terms.cover_count = dkim_cover_default_count;
	}
	dkim_bodies_init(&s->bodies, a, crypto, terms->lf);
	s->body = dkim_bodies_want(&s->bodies, true, UINT64_MAX);
	return s;
}

void arc_sealer_header(struct arc_sealer *s, const struct message *m)
{
	s->message = m;
}

void arc_sealer_body(struct arc_sealer *s, struct str piece)
{
	dkim_bodies_add(&s->bodies, piece);
}

void arc_sealer_free(struct arc_sealer *s)
{
	dkim_bodies_drop(&s->bodies);
}

/* A field of ours as if it had been read. */
static struct message_field as_field(struct str raw)
{
	size_t colon = (size_t)str_chr(raw, ':');

	return (struct message_field){
		.raw = raw, .name = str_slice(raw, 0, colon), .value = str_skip(raw, colon + 1)
	};
}

/* Tags stand in the order of their names, as the conformance suite of ARC has them. */
static void write_ends(struct sig_writer *w, const struct arc_sealer *s, unsigned instance)
{
	sig_write_number(w, "i", instance);
	sig_write_tag(w, "s", s->terms.key.selector);
	if (s->terms.has_time)
		sig_write_number(w, "t", (uint64_t)s->terms.time);
}

static struct str sign(struct arc_sealer *s, struct sig_writer *w, const unsigned char *hash)
{
	struct str signature = private_key_sign(s->arena, s->terms.key.key, hash);

	return signature.n == 0 ? signature : sig_writer_end(w, signature);
}

/* ARC-Message-Signature: section 4.1.2. */
static struct str sign_message(struct arc_sealer *s, unsigned instance)
{
	struct str body = { (const char *)s->body->digest, CRYPTO_HASH };
	struct dkim_sig sig = { .relaxed_header = true };
	unsigned char hash[CRYPTO_HASH];
	struct message_field own;
	struct sig_writer w;

	if (!dkim_cover_list(s->arena, s->message, s->terms.cover, s->terms.cover_count, &sig))
		return (struct str){ 0 };
	sig_writer_init(&w, s->arena, STR(DKIM_SIG_ARC_MESSAGE_FIELD));
	w.one_line = s->terms.one_line;
	sig_write_tag(&w, "a", str_of(private_key_algorithm(s->terms.key.key)));
	sig_write_b(&w);
	sig_write_tag(&w, "bh", base64_encode(s->arena, body));
	sig_write_tag(&w, "c", STR("relaxed/relaxed"));
	sig_write_tag(&w, "d", s->terms.key.domain);
	sig_write_headers(&w, sig.headers, sig.header_count);
	write_ends(&w, s, instance);
	own = sig_writer_unsigned(&w, &sig);
	sig.field = &own;
	dkim_header_hash(s->crypto, s->arena, s->message, &sig, s->terms.lf, hash);
	return sign(s, &w, hash);
}

/* A chain that is broken is sealed alone: what came before cannot be relied on (section 5.1.2). */
static void hash_before(struct arc_hash *h, const struct arc_verdict *chain)
{
	unsigned char hash[CRYPTO_HASH];

	for (size_t i = 0; chain->result == ARC_PASS && i < chain->sets; i++) {
		arc_hash_results(h, chain->all[i].results);
		arc_hash_message(h, chain->all[i].message.sig.field);
		arc_hash_seal(h, &chain->all[i].seal.sig, hash);
	}
}

static const char *cv_of(const struct arc_verdict *chain)
{
	return chain->sets == 0 ? "none" : arc_result_name(chain->result);
}

/* ARC-Seal: section 4.1.3. */
static struct str seal(struct arc_sealer *s, const struct arc_verdict *chain, unsigned instance)
{
	struct message_field results = as_field(s->fields[RESULTS]);
	struct message_field message = as_field(s->fields[MESSAGE]), own;
	struct dkim_sig sig = { .form = DKIM_SIG_ARC_SEAL, .relaxed_header = true };
	unsigned char hash[CRYPTO_HASH];
	struct sig_writer w;
	struct arc_hash h;

	sig_writer_init(&w, s->arena, STR(DKIM_SIG_ARC_SEAL_FIELD));
	w.one_line = s->terms.one_line;
	sig_write_tag(&w, "a", str_of(private_key_algorithm(s->terms.key.key)));
	sig_write_b(&w);
	sig_write_tag(&w, "cv", str_of(cv_of(chain)));
	sig_write_tag(&w, "d", s->terms.key.domain);
	write_ends(&w, s, instance);
	own = sig_writer_unsigned(&w, &sig);
	sig.field = &own;
	arc_hash_begin(&h, s->crypto, s->terms.lf);
	hash_before(&h, chain);
	arc_hash_results(&h, &results);
	arc_hash_message(&h, &message);
	arc_hash_seal(&h, &sig, hash);
	arc_hash_end(&h);
	return sign(s, &w, hash);
}

static struct str write_results(struct arc_sealer *s, const struct authres *said, unsigned instance)
{
	struct authres mine = *said;
	struct str value;

	mine.instance = instance;
	value = authres_write(s->arena, &mine, 0);
	if (value.n == 0)
		return value;
	return arena_fmt(s->arena, AUTHRES_ARC_FIELD ":" STR_FMT, STR_ARG(value));
}

/* Why the chain may not go on; {0}: it may. */
static struct str closed(struct arena *a, const struct arc_verdict *chain)
{
	if (chain->result == ARC_TEMPERROR)
		return arena_fmt(
		    a, "it is not known whether the chain holds: " STR_FMT, STR_ARG(chain->reason));
	if (chain->closed)
		return STR("the chain was sealed as broken already (RFC 8617 section 5.1.2)");
	if (chain->top >= ARC_MAX_SETS || chain->sets >= ARC_MAX_SETS)
		return STR("the chain has 50 sets, and may have no more");
	return (struct str){ 0 };
}

bool arc_sealer_end(struct arc_sealer *s, const struct arc_verdict *chain,
    const struct authres *said, struct error *e)
{
	unsigned instance = (chain->result == ARC_PASS ? (unsigned)chain->sets : chain->top) + 1;
	struct str why = closed(s->arena, chain);

	dkim_bodies_end(&s->bodies);
	if (why.n == 0)
		why = dkim_unfit(s->arena, s->message, s->terms.lf);
	if (why.n > 0)
		return error_set(e, "not sealed: " STR_FMT, STR_ARG(why));
	s->fields[RESULTS] = write_results(s, said, instance);
	if (s->fields[RESULTS].n == 0)
		return error_set(
		    e, "not sealed: \"" STR_FMT "\" is no authserv-id", STR_ARG(said->id));
	s->fields[MESSAGE] = sign_message(s, instance);
	if (s->fields[MESSAGE].n > 0)
		s->fields[SEAL] = seal(s, chain, instance);
	if (s->fields[SEAL].n == 0)
		return error_set(e,
		    "not sealed: OpenSSL refuses to sign, or more than %d fields "
		    "would be signed",
		    DKIM_SIG_MAX_HEADERS);
	return true;
}

struct str arc_sealer_field(const struct arc_sealer *s, size_t i)
{
	return i < ARC_SEAL_FIELDS ? s->fields[i] : (struct str){ 0 };
}

void arc_gather(
    struct arena *a, const struct message *m, struct str authserv_id, struct authres *out)
{
	const struct message_field *f;

	*out = (struct authres){ .id = authserv_id, .version = 1 };
	for (size_t n = 0; (f = message_field(m, STR(AUTHRES_FIELD), n)) != NULL; n++) {
		struct authres one;

		authres_parse(a, f->value, &one);
		if (!domain_eq(one.id, authserv_id) || one.instance != 0)
			continue;
		for (size_t i = 0; i < one.count && out->count < AUTHRES_MAX; i++)
			arena_push(
			    a, out->results, out->count, struct authres_result, one.results[i]);
	}
	out->none = out->count == 0;
}
