/* trust - see trust.h. */
#include "collect/trust.h"

#include <errno.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_ROOTS 5000

struct trust {
	X509 **roots;
	size_t count;
};

static void read_roots(struct trust *t, FILE *file)
{
	X509 *root;

	while (t->count < MAX_ROOTS && (root = PEM_read_X509(file, NULL, NULL, NULL)) != NULL) {
		X509 **grown = realloc(t->roots, (t->count + 1) * sizeof(*grown));

		if (grown == NULL)
			abort();
		t->roots = grown;
		t->roots[t->count++] = root;
	}
}

struct trust *trust_load(struct str path, struct error *e)
{
	struct str name = arena_str(e->arena, path.n > 0 ? path : STR(TRUST_SYSTEM_FILE));
	FILE *file = fopen(name.p, "re");
	struct trust *t;

	if (file == NULL) {
		error_set(
		    e, "%s: %s (the trusted certificate authorities)", name.p, strerror(errno));
		return NULL;
	}
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		abort();
	read_roots(t, file);
	fclose(file);
	if (t->count > 0)
		return t;
	error_set(e, "%s: no certificate in it", name.p);
	trust_free(t);
	return NULL;
}

void trust_free(struct trust *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->count; i++)
		X509_free(t->roots[i]);
	free(t->roots);
	free(t);
}

struct str trust_pem(struct arena *a, X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes;

	if (bio == NULL || PEM_write_bio_X509(bio, cert) != 1)
		abort();
	long n = BIO_get_mem_data(bio, &bytes);
	struct str pem = arena_str(a, (struct str){ bytes, (size_t)n });
	BIO_free(bio);
	return pem;
}

static bool is_issuer_of_any(X509 *root, X509 *const *chain, size_t count)
{
	const X509_NAME *name = X509_get_subject_name(root);

	for (size_t i = 0; i < count; i++)
		if (X509_NAME_cmp(name, X509_get_issuer_name(chain[i])) == 0)
			return true;
	return false;
}

struct str *trust_anchors(
    const struct trust *t, struct arena *a, X509 *const *chain, size_t count, size_t *anchor_count)
{
	struct str *anchors = arena_array(a, struct str, TRUST_MAX_ANCHORS);

	*anchor_count = 0;
	for (size_t i = 0; i < t->count && *anchor_count < TRUST_MAX_ANCHORS; i++)
		if (is_issuer_of_any(t->roots[i], chain, count))
			anchors[(*anchor_count)++] = trust_pem(a, t->roots[i]);
	return anchors;
}
