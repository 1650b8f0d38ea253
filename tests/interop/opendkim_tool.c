/*
 * opendkim_tool - libopendkim as a peer, by its own header alone: questions on standard input, a
 * line each, answers on standard output.
 *
 *	verify FILE
 *	sign FILE KEY SELECTOR rsa|ed25519 HEADER BODY	(canonicalizations)
 *
 * The zone is a file of lines "NAME RECORD". Answers: "pass", "fail WHY", or the new field, folds
 * written as \n, or "error WHY".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <opendkim/dkim.h>

#define RECORDS 16

static struct {
	char name[300], record[2000];
} zone[RECORDS];
static size_t records;

static DKIM_STAT look_up(DKIM *d, DKIM_SIGINFO *sig, unsigned char *room, size_t size)
{
	char name[600];

	(void)d;
	snprintf(name, sizeof(name), "%s._domainkey.%s", dkim_sig_getselector(sig),
	    dkim_sig_getdomain(sig));
	for (size_t i = 0; i < records; i++)
		if (strcmp(zone[i].name, name) == 0) {
			snprintf((char *)room, size, "%s", zone[i].record);
			return DKIM_STAT_OK;
		}
	return DKIM_STAT_NOKEY;
}

static void read_zone(const char *path)
{
	FILE *file = fopen(path, "r");

	while (file != NULL && records < RECORDS &&
	       fscanf(file, "%299s %1999[^\n]", zone[records].name, zone[records].record) == 2)
		records++;
	if (file == NULL || records == 0)
		exit(2);
	fclose(file);
}

static unsigned char *slurp(const char *path, size_t *n)
{
	FILE *file = fopen(path, "rb");
	unsigned char *bytes;
	long size;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
		exit(2);
	rewind(file);
	*n = (size_t)size;
	bytes = malloc(*n + 1);
	if (bytes == NULL || fread(bytes, 1, *n, file) != *n)
		exit(2);
	bytes[*n] = '\0';
	fclose(file);
	return bytes;
}

/* Bytes up to where the next field begins. */
static size_t field_length(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *q = p;

	do {
		q = memchr(q, '\n', (size_t)(end - q));
		if (q == NULL)
			return (size_t)(end - p);
		q++;
	} while (q < end && (*q == ' ' || *q == '\t'));
	return (size_t)(q - p);
}

static DKIM_STAT feed(DKIM *d, unsigned char *p, size_t n)
{
	unsigned char *end = p + n;
	DKIM_STAT status = DKIM_STAT_OK;

	while (p < end && *p != '\r' && status == DKIM_STAT_OK) {
		size_t length = field_length(p, end);

		status = dkim_header(d, p, length - 2);
		p += length;
	}
	p += p < end ? 2 : 0;
	if (status == DKIM_STAT_OK)
		status = dkim_eoh(d);
	for (; p < end && status == DKIM_STAT_OK; p += 65535)
		status = dkim_body(d, p, (size_t)(end - p) < 65535 ? (size_t)(end - p) : 65535);
	return status == DKIM_STAT_OK ? dkim_eom(d, NULL) : status;
}

static void verify(DKIM_LIB *library, unsigned char *mail, size_t n)
{
	DKIM_STAT status;
	DKIM *d = dkim_verify(library, (const unsigned char *)"id", NULL, &status);

	status = d != NULL ? feed(d, mail, n) : status;
	if (status == DKIM_STAT_OK)
		puts("pass");
	else
		printf("fail %s\n", dkim_getresultstr(status));
	if (d != NULL)
		dkim_free(d);
}

static dkim_canon_t canon(const char *name)
{
	return strcmp(name, "simple") == 0 ? DKIM_CANON_SIMPLE : DKIM_CANON_RELAXED;
}

static void print_field(const unsigned char *field)
{
	fputs(DKIM_SIGNHEADER ": ", stdout);
	for (; *field != '\0'; field++)
		if (*field == '\n')
			fputs("\\n", stdout);
		else if (*field != '\r')
			putchar(*field);
	putchar('\n');
}

static void sign(DKIM_LIB *library, unsigned char *mail, size_t n, char **words)
{
	unsigned char field[8192];
	size_t key_size;
	DKIM_STAT status;
	unsigned char *key = slurp(words[0], &key_size);
	DKIM *d = dkim_sign(library, (const unsigned char *)"id", NULL, key,
	    (const unsigned char *)words[1], (const unsigned char *)"e.test", canon(words[3]),
	    canon(words[4]),
	    strcmp(words[2], "rsa") == 0 ? DKIM_SIGN_RSASHA256 : DKIM_SIGN_ED25519SHA256, -1,
	    &status);

	status = d != NULL ? feed(d, mail, n) : status;
	if (status == DKIM_STAT_OK)
		status = dkim_getsighdr(d, field, sizeof(field), sizeof(DKIM_SIGNHEADER) + 1);
	if (status == DKIM_STAT_OK)
		print_field(field);
	else
		printf("error %s\n", dkim_getresultstr(status));
	if (d != NULL)
		dkim_free(d);
	free(key);
}

int main(int argc, char **argv)
{
	DKIM_LIB *library = dkim_init(NULL, NULL);
	char line[5000];

	if (argc != 2 || library == NULL)
		return 2;
	read_zone(argv[1]);
	dkim_set_key_lookup(library, look_up);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *words[7] = { NULL }, *rest;
		size_t count = 0, n;
		unsigned char *mail;

		for (char *w = strtok_r(line, " \n", &rest); w != NULL && count < 7;
		     w = strtok_r(NULL, " \n", &rest))
			words[count++] = w;
		if (count < 2)
			return 2;
		mail = slurp(words[1], &n);
		if (strcmp(words[0], "sign") == 0 && count == 7)
			sign(library, mail, n, words + 2);
		else
			verify(library, mail, n);
		fflush(stdout);
		free(mail);
	}
	dkim_close(library);
	return 0;
}
