/*
 * bench_dkim - signing and verifying as a share of what the machine can do, and as a multiple of
 * libopendkim's speed, all in one run, turn by turn, on one core.
 *
 * The limit of one message is the time of its signature operation alone, with everything set up,
 * plus that of SHA-256 over its bytes, both measured here with OpenSSL. Messages are multipart
 * mails as they come: 16 fields, text, quoted-printable HTML, a base64 attachment. Both are handed
 * the same bytes in pieces of 64 kB, and have to say the same. A key that was never seen is one
 * that is forgotten before each message, its record parsed anew; libopendkim forgets always.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "auth/dkim.h"
#include "auth/dkim_sign.h"
#include "base/buf.h"
#include "opendkim_peer.h"
#include "wire/base64.h"

#define PIECE ((size_t)64 * 1024)
#define NOW   1795000000

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* ---- messages ---- */

/* Lines of words; every third ends in white space, as many programs leave it. */
static void add_text(struct buf *b, size_t n, const char *end)
{
	static const char *const words[] = { "invoice", "order", "the", "shipping", "of", "please",
		"confirm", "meeting", "report", "attached", "regards", "delivery", "to",
		"payment" };
	size_t column = 0, lines = 0, stop = b->n + n;

	for (size_t i = 0; b->n < stop; i++) {
		buf_addf(b, "%s%s", column > 0 ? " " : "", words[(i * i + i / 7) % LENGTH(words)]);
		column += 8;
		if (column > 66) {
			buf_addf(b, "%s%s", lines++ % 3 == 0 ? "  " : "", end);
			column = 0;
		}
	}
	buf_addf(b, "\r\n");
}

static void add_attachment(struct buf *b, size_t n)
{
	unsigned seed = 1;
	char raw[57];
	struct arena a = { 0 };

	for (size_t stop = b->n + n; b->n < stop;) {
		for (size_t i = 0; i < sizeof(raw); i++)
			raw[i] = (char)(seed = seed * 1103515245 + 12345);
		buf_add(b, base64_encode(&a, (struct str){ raw, sizeof(raw) }));
		buf_addf(b, "\r\n");
		arena_reset(&a);
	}
	arena_free(&a);
}

static void add_header(struct buf *b)
{
	buf_addf(b, "%s",
	    "Return-Path: <bounce+2f83a9@example.com>\r\n"
	    "Received: from mx3.receiver.example (mx3.receiver.example [192.0.2.9])\r\n"
	    "\tby imap7.receiver.example (Postfix) with ESMTPS id 4F3A9C21D0\r\n"
	    "\tfor <user@receiver.example>; Mon, 23 Nov 2026 08:12:21 +0000 (UTC)\r\n"
	    "Received: from o7.example.com (o7.example.com [198.51.100.7])\r\n"
	    "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\r\n"
	    "\t key-exchange X25519 server-signature RSA-PSS (2048 bits))\r\n"
	    "\t(No client certificate requested)\r\n"
	    "\tby mx3.receiver.example (Postfix) with ESMTPS id 4C9D21A0\r\n"
	    "\tfor <user@receiver.example>; Mon, 23 Nov 2026 08:12:20 +0000 (UTC)\r\n"
	    "Date: Mon, 23 Nov 2026 08:12:19 +0000\r\n"
	    "From: \"Example Shop =?UTF-8?Q?Caf=C3=A9?=\" <news@example.com>\r\n"
	    "Reply-To: support@example.com\r\n"
	    "To: User Number Nine <user@receiver.example>\r\n"
	    "Subject: =?UTF-8?B?WW91ciBvcmRlciBoYXMgYmVlbiBzaGlwcGVk?=\r\n and is on its way\r\n"
	    "Message-ID: <2f83a9.9@example.com>\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/mixed;\r\n boundary=\"=_2f83a9\"\r\n"
	    "List-Unsubscribe: <https://example.com/u/2f83a9>,\r\n "
	    "<mailto:u+2f83a9@example.com>\r\n"
	    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	    "Feedback-ID: 1:9:camp:example\r\n"
	    "X-Mailer:   Example  Mailer 3.1  \r\n\r\n");
}

static struct str make_message(size_t size)
{
	struct buf b;
	size_t room;

	buf_init(&b, size + 100000);
	add_header(&b);
	room = size > b.n ? size - b.n : 0;
	buf_addf(&b, "--=_2f83a9\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
	add_text(&b, room / 3 < 30000 ? room / 3 : 30000, "\r\n");
	buf_addf(&b, "--=_2f83a9\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html>");
	add_text(&b, room / 3 < 60000 ? room / 3 : 60000, "=\r\n");
	buf_addf(&b, "</html>\r\n--=_2f83a9\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	add_attachment(&b, size > b.n + 100 ? size - b.n - 20 : 0);
	buf_addf(&b, "--=_2f83a9--\r\n\r\n");
	return buf_str(&b);
}

/* ---- keys, and a DNS that knows one record ---- */

struct one_record {
	struct dns_source source;
	struct dns_record record;
	struct dns_answer answer;
	struct arena kept;
};

static const struct dns_answer *ask_one(struct dns_source *source, struct str name, enum dns_type t)
{
	(void)name;
	(void)t;
	return &((struct one_record *)(void *)source)->answer;
}

static void one_record_init(struct one_record *o, struct arena *a, const struct private_key *key)
{
	*o = (struct one_record){ .source.ask = ask_one };
	o->source.arena = &o->kept;
	dns_record_parse(a, DNS_TXT, dns_txt_write(a, private_key_record(a, key)), &o->record);
	o->answer = (struct dns_answer){ .type = DNS_TXT, .records = &o->record, .count = 1 };
}

static void forget_record(struct one_record *o)
{
	o->record.keeper = o->record.kept = NULL;
	arena_reset(&o->kept);
}

/* ---- one task: a message and what is done with it ---- */

enum work { VERIFY, VERIFY_UNSEEN, SIGN };

struct task {
	const char *name;
	enum work work;
	bool ed25519, simple;
	size_t size;
	unsigned turns; /* of one round */
	/* made at the start */
	struct private_key *key;
	struct str text;
	struct one_record dns;
	double ours, theirs; /* ns, all rounds */
};

struct bench {
	struct arena arena, job;
	struct crypto *crypto;
	struct private_key *rsa, *ed;
	struct str pem;
	size_t peak;
};

/* What was read of a message goes to a verifier or a signer. */
struct listener {
	struct dkim *dkim;
	struct dkim_signer *signer;
};

static void pass(struct bench *b, struct str text, const struct listener *l)
{
	struct message *m = arena_new(&b->job, struct message);
	struct str rest = text, body;
	enum message_event event;

	message_init(m, &b->job, NULL);
	m->skim = l->dkim != NULL; /* a signer has to know what is odd; a verifier need not */
	do {
		message_push(m, str_slice(rest, 0, PIECE));
		rest = str_skip(rest, PIECE);
		if (rest.n == 0)
			message_end(m);
		while ((event = message_next(m, &body)) == MESSAGE_HEADER || event == MESSAGE_BODY)
			if (event == MESSAGE_HEADER && l->dkim != NULL)
				dkim_header(l->dkim, m);
			else if (event == MESSAGE_HEADER)
				dkim_signer_header(l->signer, m);
			else if (l->dkim != NULL)
				dkim_body(l->dkim, body);
			else
				dkim_signer_body(l->signer, body);
	} while (event == MESSAGE_MORE);
}

static void our_verify(struct bench *b, struct task *t)
{
	struct listener l = { .dkim = dkim_new(&b->job, b->crypto, NULL) };

	if (t->work == VERIFY_UNSEEN) {
		crypto_forget(b->crypto);
		forget_record(&t->dns);
	}
	pass(b, t->text, &l);
	dkim_end(l.dkim);
	if (!dkim_verify(l.dkim, &t->dns.source, NOW) ||
	    dkim_verdict(l.dkim, 0)->result != DKIM_PASS) {
		printf(
		    "%s does not pass: %.*s\n", t->name, STR_ARG(dkim_verdict(l.dkim, 0)->reason));
		exit(1);
	}
	dkim_free(l.dkim);
}

static struct str our_sign(struct bench *b, struct str text, const struct task *t)
{
	struct dkim_terms terms = { .simple_header = t->simple, .simple_body = t->simple };
	struct listener l = { .signer = dkim_signer_new(&b->job, b->crypto, &terms) };
	struct dkim_signer_key key = {
		.key = t->key, .domain = STR("example.com"), .selector = STR("s")
	};
	struct error e = { .arena = &b->job };

	dkim_signer_add(l.signer, &key, &e);
	pass(b, text, &l);
	if (!dkim_signer_end(l.signer, &e)) {
		printf("%s is not signed: %.*s\n", t->name, STR_ARG(e.text));
		exit(1);
	}
	dkim_signer_free(l.signer);
	return dkim_signer_field(l.signer, 0);
}

static void ours(struct bench *b, struct task *t)
{
	if (t->work == SIGN)
		our_sign(b, t->text, t);
	else
		our_verify(b, t);
	if (b->job.total > b->peak)
		b->peak = b->job.total;
	arena_reset(&b->job);
}

/* ---- the limits: OpenSSL with everything set up ---- */

#define SHA_BYTES (8 * PIECE * 10) /* as large as the largest message, as cold in the caches */

struct limits {
	EVP_PKEY *rsa;
	EVP_PKEY *ed;
	EVP_PKEY_CTX *verify, *sign;
	EVP_MD_CTX *ed_verify;
	EVP_MD *sha256;
	unsigned char hash[32], rsa_signature[256], ed_signature[64], *block;
	double rsa_verify, rsa_sign, ed_verify_time, sha; /* ns; of sha: of one byte */
};

static EVP_PKEY_CTX *rsa_context(EVP_PKEY *key, int (*begin)(EVP_PKEY_CTX *))
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);

	begin(c);
	EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING);
	EVP_PKEY_CTX_set_signature_md(c, EVP_sha256());
	return c;
}

static void limits_init(struct limits *l)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	size_t n = sizeof(l->rsa_signature);

	*l = (struct limits){ .block = calloc(1, SHA_BYTES) };
	l->rsa = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	l->ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	l->sign = rsa_context(l->rsa, EVP_PKEY_sign_init);
	l->verify = rsa_context(l->rsa, EVP_PKEY_verify_init);
	l->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	EVP_PKEY_sign(l->sign, l->rsa_signature, &n, l->hash, 32);
	n = sizeof(l->ed_signature);
	EVP_DigestSignInit(c, NULL, NULL, NULL, l->ed);
	EVP_DigestSign(c, l->ed_signature, &n, l->hash, 32);
	EVP_MD_CTX_free(c);
	l->ed_verify = EVP_MD_CTX_new();
	EVP_DigestVerifyInit(l->ed_verify, NULL, NULL, NULL, l->ed);
}

static void limits_free(struct limits *l)
{
	EVP_PKEY_CTX_free(l->sign);
	EVP_PKEY_CTX_free(l->verify);
	EVP_MD_CTX_free(l->ed_verify);
	EVP_PKEY_free(l->rsa);
	EVP_PKEY_free(l->ed);
	EVP_MD_free(l->sha256);
	free(l->block);
}

#define LIMIT_TURNS 40

/* One round of each operation. */
static void limits_round(struct limits *l)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	double mark[5];

	mark[0] = cpu_ns();
	for (int i = 0; i < LIMIT_TURNS; i++)
		EVP_PKEY_verify(l->verify, l->rsa_signature, 256, l->hash, 32);
	mark[1] = cpu_ns();
	for (int i = 0; i < LIMIT_TURNS; i++)
		EVP_DigestVerify(l->ed_verify, l->ed_signature, 64, l->hash, 32);
	mark[2] = cpu_ns();
	for (int i = 0; i < LIMIT_TURNS / 4; i++) {
		size_t n = 256;
		EVP_PKEY_sign(l->sign, l->rsa_signature, &n, l->hash, 32);
	}
	mark[3] = cpu_ns();
	EVP_DigestInit_ex2(c, l->sha256, NULL);
	for (size_t i = 0; i < SHA_BYTES; i += PIECE)
		EVP_DigestUpdate(c, l->block + i, PIECE);
	EVP_DigestFinal_ex(c, l->hash, NULL);
	mark[4] = cpu_ns();
	l->rsa_verify += (mark[1] - mark[0]) / LIMIT_TURNS;
	l->ed_verify_time += (mark[2] - mark[1]) / LIMIT_TURNS;
	l->rsa_sign += (mark[3] - mark[2]) / (LIMIT_TURNS / 4);
	l->sha += (mark[4] - mark[3]) / SHA_BYTES;
	EVP_MD_CTX_free(c);
}

/* ---- the race ---- */

static struct task tasks[] = {
	{ "verify 2 kB, RSA-2048, relaxed, key kept", VERIFY, .size = 2048, .turns = 40 },
	{ "verify 2 kB, RSA-2048, relaxed, key never seen", VERIFY_UNSEEN, .size = 2048,
	    .turns = 40 },
	{ "verify 2 kB, RSA-2048, simple, key kept", VERIFY, .simple = true, .size = 2048,
	    .turns = 40 },
	{ "verify 2 kB, Ed25519, relaxed, key kept", VERIFY, .ed25519 = true, .size = 2048,
	    .turns = 10 },
	{ "verify 200 kB, RSA-2048, relaxed, key kept", VERIFY, .size = 200 << 10, .turns = 10 },
	{ "verify 5 MB, RSA-2048, relaxed, key kept", VERIFY, .size = 5 << 20, .turns = 1 },
	{ "verify 5 MB, RSA-2048, simple, key kept", VERIFY, .simple = true, .size = 5 << 20,
	    .turns = 1 },
	{ "sign 2 kB, RSA-2048, relaxed", SIGN, .size = 2048, .turns = 8 },
	{ "sign 5 MB, RSA-2048, relaxed", SIGN, .size = 5 << 20, .turns = 1 },
};

static void prepare(struct bench *b, struct task *t)
{
	t->key = t->ed25519 ? b->ed : b->rsa;
	t->text = make_message(t->size);
	one_record_init(&t->dns, &b->arena, t->key);
	if (t->work == SIGN)
		return;
	struct str field = our_sign(b, t->text, t);

	t->text = arena_fmt(&b->arena, STR_FMT "\r\n" STR_FMT, STR_ARG(field), STR_ARG(t->text));
	arena_reset(&b->job);
}

static void theirs(struct bench *b, const struct task *t)
{
	bool good = t->work == SIGN ? peer_sign(t->text, b->pem, t->simple)
				    : peer_verify(t->text, t->dns.record.txt.joined);

	if (!good) {
		printf("%s: libopendkim does not agree\n", t->name);
		exit(1);
	}
}

static void one_round(struct bench *b, struct task *t)
{
	double start = cpu_ns(), middle;

	for (unsigned i = 0; i < t->turns; i++)
		ours(b, t);
	middle = cpu_ns();
	for (unsigned i = 0; i < t->turns; i++)
		theirs(b, t);
	t->ours += (middle - start) / t->turns;
	t->theirs += (cpu_ns() - middle) / t->turns;
}

static void say(const struct task *t, const struct limits *l, int rounds)
{
	double operation = t->work == SIGN ? l->rsa_sign
			   : t->ed25519	   ? l->ed_verify_time
					   : l->rsa_verify;
	double limit = operation + l->sha * (double)t->text.n;

	printf("dkim: %-48s %9.1f us, %3.0f %% of the limit, %.1f times libopendkim\n", t->name,
	    t->ours / rounds / 1e3, 100 * limit / t->ours, t->theirs / t->ours);
}

int main(void)
{
	struct bench b = { .crypto = crypto_new() };
	struct error e = { .arena = &b.arena };
	struct limits limits;
	int rounds = 100;

	b.rsa = private_key_make(DKIM_KEY_RSA, 2048, &e);
	b.ed = private_key_make(DKIM_KEY_ED25519, 0, &e);
	b.pem = private_key_pem(&b.arena, b.rsa);
	limits_init(&limits);
	if (!peer_open())
		return 77;
	for (size_t i = 0; i < LENGTH(tasks); i++)
		prepare(&b, &tasks[i]);
	for (int r = 0; r < rounds; r++) {
		limits_round(&limits);
		for (size_t i = 0; i < LENGTH(tasks); i++)
			one_round(&b, &tasks[i]);
	}
	printf("dkim: the limits: RSA-2048 verify %.1f us, sign %.1f us, Ed25519 verify %.1f us, "
	       "SHA-256 %.2f GB/s\n",
	    limits.rsa_verify / rounds / 1e3, limits.rsa_sign / rounds / 1e3,
	    limits.ed_verify_time / rounds / 1e3, rounds / limits.sha);
	for (size_t i = 0; i < LENGTH(tasks); i++)
		say(&tasks[i], &limits, rounds);
	printf("dkim: memory of one message at most %zu kB, whatever its size\n", b.peak >> 10);
	limits_free(&limits);
	for (size_t i = 0; i < LENGTH(tasks); i++)
		arena_free(&tasks[i].dns.kept);
	private_key_free(b.rsa);
	private_key_free(b.ed);
	crypto_free(b.crypto);
	arena_free(&b.job);
	arena_free(&b.arena);
	return 0;
}
