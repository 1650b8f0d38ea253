/*
 * suite_dkimpy - the test data of dkimpy: messages to sign with its keys and to verify with its
 * records, messages that are signed already, records that nobody may use.
 *
 * The files have LF line ends but for one; where it is so LF stands for CRLF.
 */
#include "auth/dkim.h"
#include "auth/dkim_sign.h"
#include "suite_message.h"

#define NOW    1700000000
#define FOLDER "dkim-dkimpy/data"

static const struct {
	const char *message, *key, *record;
} pairs[] = {
	{ "test.message", "test.private", "test.txt" },
	{ "test.message", "test.private", "test2.txt" }, /* no k= */
	{ "test2.message", "test.private", "test.txt" },
	{ "test_extra.message", "test.private", "test.txt" },
	{ "rfc6376.msg", "test.private", "test.txt" },
	{ "rfc6376.w1258.msg", "test.private", "test.txt" },
	{ "ed25519test.msg", "ed25519test.key", "ed25519test.dns" },
	{ "test.message", "1024_testkey.key", "1024_testkey_wo_markers.pub.txt" },
	{ "test.message", "1024_testkey.key", "1024_testkey_wo_markers.pub.rsa.txt" }, /* bare */
	{ "test.message", "2048_testkey.key", "2048_testkey_wo_markers.pub.txt" },
	{ "test.message", "2048_testkey.key", "2048_testkey_wo_markers.pub.rsa.txt" },
	{ "test.message", "2048_testkey_PKCS8.key", "2048_testkey_PKCS8.key.pub.txt" },
};

#define RFC8032 "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

/* Signed already: the record is in a file, or (with "=") given here. */
static const struct {
	const char *message, *record;
	enum dkim_result result; /* of the signature with that selector */
	const char *selector;
	bool crlf;
} rows[] = {
	{ "rfc6376.signed.msg", "test.txt", DKIM_PASS, "test" },
	{ "rfc6376.signed.msg", RFC8032, DKIM_PASS, "brisbane" },
	{ "rfc6376.signed.rsa.msg", "test.txt", DKIM_PASS, "test" },
	{ "rfc6376.signed.rsa.msg", "badversion.txt", DKIM_PERMERROR, "test" },
	{ "rfc6376.signed.rsa.msg", "badk.txt", DKIM_PERMERROR, "test" },
	{ "rfc6376.signed.rsa.msg", "test_bad.txt", DKIM_PERMERROR, "test" },
	{ "rfc6376.signed.rsa.msg", "test_tlsrpt.txt", DKIM_PERMERROR, "test" },
	{ "rfc6376.signed.no_t.msg", "test.txt", DKIM_FAIL, "test" }, /* dkimpy says so too */
	{ "ed25519test2.msg", "eximtest.dns", DKIM_PASS, "sed", true },
	{ "test.message.baddomain", "test.txt", DKIM_PERMERROR, "test" },
};

static void sign_header(void *to, const struct message *m)
{
	dkim_signer_header(to, m);
}

static void sign_body(void *to, struct str piece)
{
	dkim_signer_body(to, piece);
}

static void verify_header(void *to, const struct message *m)
{
	dkim_header(to, m);
}

static void verify_body(void *to, struct str piece)
{
	dkim_body(to, piece);
}

static struct str read_file(struct arena *a, const char *name)
{
	return suite_message(a, FOLDER, str_of(name));
}

/* Every name has this record; the verdict on the signature with the selector. */
static const struct dkim_verdict *verify(struct arena *a, struct crypto *crypto, struct str text,
    bool lf, struct str record, const char *selector)
{
	struct dkim_options options = { .lf = lf };
	struct dkim *d = dkim_new(a, crypto, &options);
	struct str rdata = dns_txt_write(a, str_trim(record));
	struct frank_case c;
	struct fact *f;

	case_init(&c, a, (struct str){ 0 }, NOW);
	suite_pass(a, text, &(struct suite_listener){ d, verify_header, verify_body });
	dkim_end(d);
	while (!dkim_verify(d, &c.source, NOW))
		while ((f = case_next_open(&c)) != NULL) {
			case_put_dns(&c, f, DNS_NOERROR, &rdata, 1);
			case_answered(&c, f);
		}
	dkim_free(d);
	for (size_t i = 0; i < dkim_count(d); i++)
		if (str_eq(dkim_verdict(d, i)->sig.selector, str_of(selector)))
			return dkim_verdict(d, i);
	return dkim_verdict(d, 0);
}

static struct str sign(
    struct arena *a, struct crypto *crypto, struct str text, const char *key, unsigned canon)
{
	struct dkim_terms terms = {
		.lf = true, .simple_header = canon & 1, .simple_body = canon & 2
	};
	struct dkim_signer *s = dkim_signer_new(a, crypto, &terms);
	struct error e = { .arena = a };
	struct dkim_signer_key k = { .domain = STR("example.com"), .selector = STR("test") };
	struct str out = { 0 };

	k.key = private_key_read(read_file(a, key), &e);
	if (k.key != NULL && dkim_signer_add(s, &k, &e)) {
		suite_pass(a, text, &(struct suite_listener){ s, sign_header, sign_body });
		if (dkim_signer_end(s, &e))
			out = arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(dkim_signer_field(s, 0)),
			    STR_ARG(text));
	}
	if (out.n == 0)
		printf("%s: " STR_FMT "\n", key, STR_ARG(e.text));
	dkim_signer_free(s);
	private_key_free(k.key);
	return out;
}

static unsigned run_pairs(struct crypto *crypto)
{
	unsigned failed = 0;

	for (size_t i = 0; i < LENGTH(pairs) * 4; i++) {
		struct arena a = { 0 };
		struct str text = read_file(&a, pairs[i / 4].message);
		struct str mail = sign(&a, crypto, text, pairs[i / 4].key, i % 4);
		const struct dkim_verdict *v =
		    verify(&a, crypto, mail, true, read_file(&a, pairs[i / 4].record), "test");

		if (v->result != DKIM_PASS)
			printf("pair %zu, canonicalization %zu: %s, " STR_FMT "\n", i / 4, i % 4,
			    dkim_result_name(v->result), STR_ARG(v->reason));
		failed += v->result != DKIM_PASS;
		arena_free(&a);
	}
	return failed;
}

static unsigned run_rows(struct crypto *crypto)
{
	unsigned failed = 0;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct arena a = { 0 };
		struct str record = str_find(str_of(rows[i].record), STR("p=")) >= 0
					? str_of(rows[i].record)
					: read_file(&a, rows[i].record);
		const struct dkim_verdict *v = verify(&a, crypto, read_file(&a, rows[i].message),
		    !rows[i].crlf, record, rows[i].selector);

		if (v->result != rows[i].result)
			printf("row %zu, %s with %s: %s, " STR_FMT "\n", i, rows[i].message,
			    rows[i].record, dkim_result_name(v->result), STR_ARG(v->reason));
		failed += v->result != rows[i].result;
		arena_free(&a);
	}
	return failed;
}

/* A message without From is not signed. */
static unsigned run_refused(struct crypto *crypto)
{
	struct arena a = { 0 };
	bool was_signed =
	    sign(&a, crypto, read_file(&a, "test_nofrom.message"), "test.private", 0).n > 0;

	if (was_signed)
		printf("test_nofrom.message was signed\n");
	arena_free(&a);
	return was_signed;
}

int main(void)
{
	struct crypto *crypto = crypto_new();
	unsigned failed;

	fclose(suite_open(FOLDER "/test.message"));
	failed = run_pairs(crypto) + run_rows(crypto) + run_refused(crypto);
	crypto_free(crypto);
	printf("%zu cases, %u wrong\n", LENGTH(pairs) * 4 + LENGTH(rows) + 1, failed);
	return failed > 0;
}
