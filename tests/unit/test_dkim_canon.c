/*
 * test_dkim_canon - what is hashed while a message passes, against the plain reading of the RFC:
 * short bodies over a small hostile alphabet at every cut, long ones at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <openssl/evp.h>

#include "auth/dkim_canon.h"
#include "plain_canon.h"

static void plain_hash(
    struct str body, bool relaxed, bool lf, uint64_t limit, unsigned char out[CRYPTO_HASH])
{
	struct buf b;

	buf_init(&b, 2 * body.n + 100);
	plain_body(body, relaxed, lf, &b);
	EVP_Digest(b.p != NULL ? b.p : "", b.n < limit ? b.n : (size_t)limit, out, NULL,
	    EVP_sha256(), NULL);
	buf_free(&b);
}

/* In pieces: the first has `first` bytes, the others `each`. */
static void hash(struct crypto *crypto, struct str body, size_t first, size_t each,
    struct dkim_body *terms, unsigned char out[CRYPTO_HASH])
{
	struct arena a = { 0 };
	struct dkim_bodies all;
	struct dkim_body *b;

	dkim_bodies_init(&all, &a, crypto, terms->lf);
	b = dkim_bodies_want(&all, terms->relaxed, terms->limit);
	for (size_t n = first; body.n > 0; n = each) {
		dkim_bodies_add(&all, str_slice(body, 0, n));
		body = str_skip(body, n);
	}
	dkim_bodies_end(&all);
	memcpy(out, b->digest, CRYPTO_HASH);
	arena_free(&a);
}

static void compare(struct crypto *crypto, struct str body, size_t first, size_t each)
{
	static const uint64_t limits[] = { UINT64_MAX, 0, 3 };

	for (size_t i = 0; i < 4 * LENGTH(limits); i++) {
		struct dkim_body terms = { .relaxed = i & 1, .lf = i & 2, .limit = limits[i / 4] };
		unsigned char want[CRYPTO_HASH], got[CRYPTO_HASH];

		plain_hash(body, terms.relaxed, terms.lf, terms.limit, want);
		hash(crypto, body, first, each, &terms, got);
		if (memcmp(want, got, CRYPTO_HASH) != 0) {
			for (size_t k = 0; k < body.n; k++)
				print_message("%02x ", (unsigned char)body.p[k]);
			fail_msg("relaxed %d, lf %d, limit %jx, pieces of %zu and %zu",
			    terms.relaxed, terms.lf, (uintmax_t)terms.limit, first, each);
		}
	}
}

/* All bodies of up to six of these bytes, whole and cut at every place. */
static void short_bodies_agree(void **state)
{
	static const char alphabet[] = { 'x', ' ', '\t', '\r', '\n' };
	struct crypto *crypto = crypto_new();
	size_t count = 1;

	(void)state;
	for (size_t n = 0; n <= 6; n++, count *= LENGTH(alphabet))
		for (size_t i = 0; i < count; i++) {
			char bytes[6];
			size_t rest = i;

			for (size_t k = 0; k < n; k++, rest /= LENGTH(alphabet))
				bytes[k] = alphabet[rest % LENGTH(alphabet)];
			compare(crypto, (struct str){ bytes, n }, n > 0 ? i % n + 1 : 1, 1 + i % 3);
		}
	crypto_free(crypto);
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16;
}

static void fill(char *bytes, size_t n, unsigned *seed)
{
	static const char *const pieces[] = { "\r\n", "\r\n", "word ", "word", "  ", "\t", "\r",
		"\n", " \r\n", "\r\n\r\n", "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQ",
		"\xc3\xa4", "." };
	size_t at = 0;

	while (at < n) {
		const char *p = pieces[next_random(seed) % LENGTH(pieces)];

		for (size_t times = 1 + next_random(seed) % 8 * (next_random(seed) % 9 == 0);
		     times > 0 && at < n; times--)
			for (size_t k = 0; p[k] != '\0' && at < n; k++)
				bytes[at++] = p[k];
	}
	if (n > 0 && next_random(seed) % 4 == 0)
		bytes[next_random(seed) % n] = '\0';
}

static void long_bodies_agree(void **state)
{
	struct crypto *crypto = crypto_new();
	unsigned seed = 1;
	char *bytes;

	(void)state;
	for (int i = 0; i < 400; i++) {
		size_t n = next_random(&seed) % 9000;

		bytes = malloc(n + 1); /* of this size, so that reading past it is seen */
		fill(bytes, n, &seed);
		compare(crypto, (struct str){ bytes, n }, 1 + next_random(&seed) % 5000,
		    1 + next_random(&seed) % (i % 2 ? 5000 : 64));
		free(bytes);
	}
	crypto_free(crypto);
}

static void compare_field(
    struct crypto *crypto, const struct message_field *f, bool relaxed, bool lf)
{
	unsigned char want[CRYPTO_HASH], got[CRYPTO_HASH];
	struct dkim_stage stage = { .hash = crypto_hash_begin(crypto) };
	struct buf b;

	buf_init(&b, 3 * f->raw.n + 100);
	plain_field(f, relaxed, lf, &b);
	dkim_canon_field(&stage, f, relaxed, lf);
	dkim_stage_flush(&stage);
	crypto_hash_end(stage.hash, got);
	EVP_Digest(b.p, b.n, want, NULL, EVP_sha256(), NULL);
	if (memcmp(want, got, CRYPTO_HASH) != 0)
		fail_msg("relaxed %d, lf %d: " STR_FMT, relaxed, lf, STR_ARG(f->raw));
	buf_free(&b);
}

static void fields_agree(void **state)
{
	struct crypto *crypto = crypto_new();
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct arena a = { 0 };
		size_t n = next_random(&seed) % (i % 10 ? 60 : 6000);
		char *value = arena_array(&a, char, n + 1);
		struct str body, text;
		struct message m;

		fill(value, n, &seed);
		for (size_t k = 0; k < n; k++) /* a line end is one of a fold */
			if (value[k] == '\n' && (k + 1 == n || !is_wsp(value[k + 1])))
				value[k] = ' ';
		text = arena_fmt(&a, "SubJect%s:" STR_FMT "\r\n\r\n", i % 5 ? "" : " \t",
		    STR_ARG(((struct str){ value, n })));
		message_init(&m, &a, NULL);
		message_push(&m, text);
		message_end(&m);
		message_next(&m, &body);
		assert_int_equal(m.count, 1);
		for (int k = 0; k < 4; k++)
			compare_field(crypto, &m.fields[0], k & 1, k & 2);
		arena_free(&a);
	}
	crypto_free(crypto);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_bodies_agree),
		cmocka_unit_test(long_bodies_agree),
		cmocka_unit_test(fields_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
