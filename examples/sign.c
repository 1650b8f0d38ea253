/*
 * sign - a filter that puts a DKIM signature on a message, with libfrank.
 *
 *	cc sign.c -o sign $(pkg-config --cflags --libs frank)
 *	frank key new example.org
 *	./sign s1.example.org.pem example.org s1 < message.eml > signed.eml
 *
 * The field goes on top, so the message is kept until it was read to its end; a program that has
 * it in a file pushes pieces as it reads them instead. A fifth argument is the time of signing,
 * in seconds since 1970, for output that is the same each time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <frank/frank.h>

/* All that comes, up to the end; to be freed. */
static struct frank_str read_all(FILE *file)
{
	char *text = NULL;
	size_t n = 0, got = 0;

	do {
		n += got;
		text = realloc(text, n + 65536);
		if (text == NULL)
			abort();
		got = fread(text + n, 1, 65536, file);
	} while (got > 0);
	return (struct frank_str){ text, n };
}

static bool complain(struct frank_str why)
{
	fprintf(stderr, "sign: %.*s\n", (int)why.n, why.p);
	return false;
}

static bool read_key(struct frank_private_key *key, const char *name)
{
	FILE *file = fopen(name, "rb");
	struct frank_str bytes;
	bool good;

	if (file == NULL) {
		perror(name);
		return false;
	}
	bytes = read_all(file);
	fclose(file);
	good = frank_private_key_read(key, bytes);
	explicit_bzero((void *)(uintptr_t)bytes.p, bytes.n);
	free((void *)(uintptr_t)bytes.p);
	return good || complain(frank_private_key_error(key));
}

/* Do lines end in LF alone, as in most files? The first one tells. */
static bool has_lf(struct frank_str text)
{
	const char *lf = memchr(text.p, '\n', text.n);

	return lf != NULL && (lf == text.p || lf[-1] != '\r');
}

static bool sign(struct frank_signer *signer, struct frank_message *message, struct frank_str text)
{
	struct frank_str field;

	frank_message_push(message, text);
	frank_message_end(message);
	if (!frank_signer_run(signer))
		return complain(frank_signer_error(signer));
	field = frank_signer_field(signer, 0);
	fwrite(field.p, 1, field.n, stdout);
	fputs(has_lf(text) ? "\n" : "\r\n", stdout);
	fwrite(text.p, 1, text.n, stdout);
	return fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
	struct frank_case *facts = frank_case_new();
	struct frank_message *message = frank_message_new();
	struct frank_signer *signer = frank_signer_new(facts, message);
	struct frank_private_key *key = frank_private_key_new();
	struct frank_str text;
	bool good = false;

	if (argc != 4 && argc != 5) {
		fprintf(stderr, "usage: sign KEY-FILE DOMAIN SELECTOR [TIME]\n");
		return 2;
	}
	text = read_all(stdin);
	frank_case_set_time(facts, argc == 5 ? strtoll(argv[4], NULL, 10) : time(NULL));
	frank_message_set_lf(message, has_lf(text));
	if (read_key(key, argv[1])) {
		good = frank_signer_add(signer, key, frank_str(argv[2]), frank_str(argv[3]));
		good = good ? sign(signer, message, text) : complain(frank_signer_error(signer));
	}
	frank_signer_free(signer);
	frank_message_free(message);
	frank_private_key_free(key);
	frank_case_free(facts);
	free((void *)(uintptr_t)text.p);
	return good ? 0 : 1;
}
