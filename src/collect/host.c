/* host - see host.h.  Files are read at once; programs run beside the event loop. */
#include "collect/host.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/host_run.h"
#include "collect/trust.h"

struct host_backend {
	struct backend backend;
	struct collector *collector;
	struct arena *arena;
	struct host_runs *runs;
};

static void not_found(struct frank_case *c, struct host_answer *out, const char *why)
{
	out->found = false;
	out->error = arena_str(c->arena, str_of(why));
}

static void found(struct frank_case *c, struct host_answer *out, struct str text)
{
	out->found = true;
	out->text = arena_str(c->arena, text);
}

static void answer_hostname(struct host_backend *h, struct frank_case *c, struct fact *f)
{
	char name[1025] = "";

	(void)h;
	if (gethostname(name, sizeof(name) - 1) == 0)
		found(c, &f->host, str_of(name));
	else
		not_found(c, &f->host, strerror(errno));
}

static void answer_fqdn(struct host_backend *h, struct frank_case *c, struct fact *f)
{
	struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM }, *list;
	char name[1025] = "";
	int error;

	(void)h;
	gethostname(name, sizeof(name) - 1);
	error = getaddrinfo(name, NULL, &hints, &list);
	if (error != 0) {
		not_found(c, &f->host, gai_strerror(error));
		return;
	}
	found(c, &f->host, str_of(list->ai_canonname != NULL ? list->ai_canonname : name));
	freeaddrinfo(list);
}

static bool address_of(const struct sockaddr *sa, struct ip *out)
{
	if (sa == NULL)
		return false;
	if (sa->sa_family == AF_INET) {
		out->family = IP_V4;
		memcpy(out->bytes, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
		return true;
	}
	if (sa->sa_family != AF_INET6)
		return false;
	out->family = IP_V6;
	memcpy(out->bytes, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, 16);
	return true;
}

static void answer_addresses(struct host_backend *h, struct frank_case *c, struct fact *f)
{
	struct ifaddrs *list = NULL;
	struct buf text;

	(void)h;
	if (getifaddrs(&list) != 0) {
		not_found(c, &f->host, strerror(errno));
		return;
	}
	buf_init(&text, HOST_MAX_TEXT);
	for (struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
		struct ip ip = { 0 };

		if (!address_of(i->ifa_addr, &ip) || ip_in(ip, (struct ip){ IP_V4, { 127 } }, 8) ||
		    ip_eq(ip, (struct ip){ IP_V6, { [15] = 1 } }))
			continue;
		buf_add(&text, ip_write(c->arena, ip));
		buf_addc(&text, '\n');
	}
	found(c, &f->host, buf_str(&text));
	buf_free(&text);
	freeifaddrs(list);
}

/* The file's bytes into `out`; on failure the answer says why. */
static bool read_file(struct frank_case *c, struct fact *f, struct buf *out)
{
	struct str key = f->question.host;
	const char *path = arena_str(c->arena, str_skip(key, (size_t)str_chr(key, ':') + 1)).p;
	/* A pipe in the place of a file must not hold us up. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct stat st;
	char piece[4096];
	size_t n;

	if (file == NULL || fstat(fileno(file), &st) != 0 || !S_ISREG(st.st_mode)) {
		not_found(c, &f->host, file == NULL ? strerror(errno) : "not a regular file");
		if (file != NULL)
			fclose(file);
		return false;
	}
	buf_init(out, HOST_MAX_TEXT);
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0 && !buf_failed(out))
		buf_add(out, (struct str){ piece, n });
	fclose(file);
	f->host.mode = st.st_mode & 07777;
	if (!buf_failed(out))
		return true;
	not_found(c, &f->host, "larger than 256 KiB, not read");
	buf_free(out);
	return false;
}

struct str host_without_keys(struct arena *a, struct str text)
{
	char *kept = arena_array(a, char, text.n + 1);
	bool secret = false;
	size_t n = 0;

	while (text.n > 0) {
		struct str rest = text, line = str_cut(&rest, '\n');
		size_t whole = text.n - rest.n;
		bool key = str_find(line, STR("PRIVATE KEY-----")) >= 0;

		if (key && str_find(line, STR("-----BEGIN")) >= 0)
			secret = true;
		if (!secret) {
			memcpy(kept + n, text.p, whole);
			n += whole;
		}
		if (key && str_find(line, STR("-----END")) >= 0)
			secret = false;
		text = rest;
	}
	return (struct str){ kept, n };
}

static void answer_file(struct host_backend *h, struct frank_case *c, struct fact *f)
{
	struct buf text;

	(void)h;
	if (!read_file(c, f, &text))
		return;
	f->host.found = true;
	f->host.text = host_without_keys(c->arena, buf_str(&text));
	OPENSSL_cleanse(text.p, text.n);
	buf_free(&text);
}

/* Never ask a terminal for a passphrase. */
static int no_passphrase(char *out, int size, int writing, void *context)
{
	(void)out, (void)size, (void)writing, (void)context;
	return -1;
}

static void answer_key(struct host_backend *h, struct frank_case *c, struct fact *f)
{
	struct buf text;
	char *bytes;

	(void)h;
	if (!read_file(c, f, &text))
		return;
	BIO *in = BIO_new_mem_buf(text.p, (int)text.n), *out = BIO_new(BIO_s_mem());
	EVP_PKEY *key = PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL);
	if (key != NULL && PEM_write_bio_PUBKEY(out, key) == 1) {
		long n = BIO_get_mem_data(out, &bytes);

		found(c, &f->host, (struct str){ bytes, (size_t)n });
	} else {
		not_found(c, &f->host, "no private key that can be read in it");
	}
	EVP_PKEY_free(key);
	BIO_free(in);
	BIO_free(out);
	OPENSSL_cleanse(text.p, text.n);
	buf_free(&text);
}

#define MAX_CHAIN 20

static size_t read_chain(struct str pem, X509 **chain)
{
	BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n);
	size_t count = 0;

	while (
	    count < MAX_CHAIN && (chain[count] = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL)
		count++;
	BIO_free(in);
	return count;
}

static void answer_roots(struct host_backend *h, struct frank_case *c, struct fact *f)
{
	struct error error = { .arena = c->arena };
	X509 *chain[MAX_CHAIN];
	struct buf text, roots;
	size_t anchor_count;

	const struct trust *trust = collect_trust(h->collector, &error);

	if (trust == NULL) {
		f->host.error = error.text;
		return;
	}
	if (!read_file(c, f, &text))
		return;
	size_t count = read_chain(buf_str(&text), chain);
	struct str *anchors = trust_anchors(trust, c->arena, chain, count, &anchor_count);
	buf_init(&roots, HOST_MAX_TEXT);
	for (size_t i = 0; i < anchor_count; i++)
		buf_add(&roots, anchors[i]);
	found(c, &f->host, buf_str(&roots));
	buf_free(&roots);
	for (size_t i = 0; i < count; i++)
		X509_free(chain[i]);
	OPENSSL_cleanse(text.p, text.n);
	buf_free(&text);
}

struct host_answerer {
	const char *key; /* with a colon at its end: a prefix */
	void (*answer)(struct host_backend *, struct frank_case *, struct fact *);
};

static const struct host_answerer answerers[] = {
	{ "hostname", answer_hostname },
	{ "fqdn", answer_fqdn },
	{ "addresses", answer_addresses },
	{ "file:", answer_file },
	{ "key:", answer_key },
	{ "roots:", answer_roots },
};

static bool answers(const struct host_answerer *a, struct str key)
{
	struct str name = str_of(a->key);

	return str_ends(name, STR(":")) ? str_starts(key, name) : str_eq(key, name);
}

static void ask_host(struct backend *b, struct job *job, struct fact *f)
{
	struct host_backend *h = (struct host_backend *)b;

	if (host_run(h->runs, job, f))
		return; /* answered when the program has ended */
	not_found(job->facts, &f->host, "no such question");
	for (size_t i = 0; i < LENGTH(answerers); i++)
		if (answers(&answerers[i], f->question.host))
			answerers[i].answer(h, job->facts, f);
	f->from = STR("this machine");
	collect_answered(h->collector, job, f);
}

static void cancel_host(struct backend *b)
{
	host_runs_cancel(((struct host_backend *)b)->runs);
}

static void release_host(struct backend *b)
{
	struct host_backend *h = (struct host_backend *)b;

	host_runs_cancel(h->runs);
}

struct backend *backend_host(struct collector *collector, struct arena *a, struct error *e)
{
	struct host_backend *h = arena_new(a, struct host_backend);

	(void)e;
	*h = (struct host_backend){
		.backend = { ask_host, cancel_host, release_host },
		.collector = collector,
		.arena = a,
		.runs = host_runs_new(collector, a),
	};
	return &h->backend;
}
