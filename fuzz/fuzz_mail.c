/*
 * fuzz_mail - a whole message of a stranger with its client, in a small fixed DNS: cut into pieces
 * and with the facts in another order the verdict is the same, and nobody misreads the fields.
 *
 * The first byte is the seed of cuts and order; three lines are address, EHLO name and sender; the
 * message follows.
 */
#include <assert.h>

#include "tests/unit/mail_readers.h"
#include "tests/unit/mail_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define INPUT_MAX 20000
#define ZONE                                                                                       \
	"a.test TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"                                               \
	"_dmarc.a.test TXT \"v=DMARC1; p=reject; sp=quarantine; np=none\"\n"                       \
	"s._domainkey.a.test TXT KEY\n"                                                            \
	"b.test TXT \"v=spf1 +all\"\n"                                                             \
	"s._domainkey.b.test TXT KEY\n"                                                            \
	"*.b.test TXT \"v=spf1 exists:%{l}.%{h}.a.test ?all\"\n"                                   \
	"t.a.test ANY TIMEOUT\n"                                                                   \
	"1.2.0.192.in-addr.arpa PTR mx.a.test.\nmx.a.test A 192.0.2.1\n"

struct told {
	struct arena arena;
	struct str fields;
};

static void judge(struct str client, struct str text, unsigned seed, struct told *out)
{
	struct arena *a = &out->arena;
	static const struct str believed[] = { { "b.test", 6 } };
	struct mail_query q = {
		.receiver = STR("mx.test"), .now = MAIL_NOW, .sealers = believed, .sealer_count = 1
	};
	struct crypto *crypto = crypto_new();
	struct mail_world w = { .arena = a, .seed = seed };
	const struct mail_verdict *v;
	struct message message;
	struct str parts[3];
	struct mail *m;

	w.zone = mail_replace(a, STR(ZONE), "KEY", mail_key_record(a));
	case_init(&w.facts, a, STR("fuzz"), MAIL_NOW);
	ip_parse(str_cut_line(&client), &q.ip);
	q.helo = str_cut_line(&client);
	q.mail_from = client;
	m = mail_new(a, crypto, &q);
	message_init(&message, a, NULL);
	mail_feed(&w, m, &message, text);
	while (!mail_judge(m, &w.facts.source))
		assert(mail_learn(&w));
	v = mail_verdict(m);
	assert(mail_trouble(a, v) == NULL);
	parts[0] = mail_authres(a, v, STR("mx.test"), AUTHRES_UTF8);
	parts[1] = mail_received_spf(a, v, AUTHRES_UTF8);
	parts[2] = mail_dmarc_sentence(a, v);
	out->fields = mail_join(a, mail_join(a, parts[0], parts[1]), parts[2]);
	mail_free(m);
	crypto_free(crypto);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data + 1, n < INPUT_MAX ? n - 1 : INPUT_MAX }, client;
	struct told whole = { 0 }, pieces = { 0 };

	if (n == 0)
		return 0;
	client = text;
	for (int i = 0; i < 3; i++)
		str_cut_line(&text);
	client.n -= text.n + (text.n > 0);
	judge(client, text, 0, &whole);
	judge(client, text, 1 + data[0], &pieces);
	assert(str_eq(whole.fields, pieces.fields));
	arena_free(&whole.arena);
	arena_free(&pieces.arena);
	return 0;
}
