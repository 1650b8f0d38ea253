/*
 * verify-file - everything about one message in a file, with libfrank.
 *
 *	cc verify-file.c -o verify-file $(pkg-config --cflags --libs frank) -lresolv
 *	./verify-file -i 192.0.2.1 -h mail.example.org -f ann@example.org message.eml
 *	./verify-file -e evidence.json message.eml
 *
 * The DNS is asked with res_query(3), one question after the other; with -e nothing is asked and
 * all answers come out of an evidence file, as of the time it was taken.
 */
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <frank/frank.h>

struct verification {
	struct frank_case *facts;
	struct frank_message *message;
	struct frank_mail *mail;
	const char *evidence, *authserv_id;
};

/* ---- answers ---- */

/* res_query() gives no response for a name or a record that does not exist, but says which. */
static void answer_nothing(struct frank_case *facts, const struct frank_question *question)
{
	struct frank_answer answer = { FRANK_DNS_SERVFAIL, FRANK_DNS_INDETERMINATE, -1, NULL, 0 };

	if (h_errno == HOST_NOT_FOUND)
		answer.status = FRANK_DNS_NXDOMAIN;
	else if (h_errno == NO_DATA)
		answer.status = FRANK_DNS_NOERROR;
	frank_case_answer(facts, question, &answer);
}

static void look_up(struct frank_case *facts, const struct frank_question *question)
{
	static unsigned char response[65535];
	char name[256]; /* a name of the DNS has at most 253 bytes */
	int n;

	snprintf(name, sizeof(name), "%.*s.", (int)question->name.n, question->name.p);
	n = res_query(name, ns_c_in, question->type, response, sizeof(response));
	if (n < 0 || !frank_case_answer_message(facts, question, response, (size_t)n))
		answer_nothing(facts, question);
}

static void judge(struct verification *v)
{
	struct frank_question question;

	while (!frank_mail_run(v->mail)) {
		if (v->evidence != NULL)
			frank_case_replay(v->facts);
		else
			while (frank_case_next(v->facts, &question))
				look_up(v->facts, &question);
	}
}

/* ---- reading ---- */

/* All of a file; to be freed. */
static bool read_file(const char *name, struct frank_str *out)
{
	FILE *file = fopen(name, "rb");
	char *text = NULL;
	size_t n = 0, got = 0;

	if (file == NULL) {
		perror(name);
		return false;
	}
	do {
		n += got;
		text = realloc(text, n + 65536);
		if (text == NULL)
			abort();
		got = fread(text + n, 1, 65536, file);
	} while (got > 0);
	fclose(file);
	*out = (struct frank_str){ text, n };
	return true;
}

static bool read_evidence(struct verification *v)
{
	struct frank_str text, error;
	bool good;

	if (v->evidence == NULL) {
		frank_case_set_time(v->facts, time(NULL));
		return true;
	}
	if (!read_file(v->evidence, &text))
		return false;
	good = frank_case_read(v->facts, text, frank_str(v->evidence), &error);
	if (!good)
		fprintf(stderr, "%.*s\n", (int)error.n, error.p);
	free((void *)(uintptr_t)text.p);
	return good;
}

/* Do lines end in LF alone, as in most files? The first one tells. */
static bool has_lf(struct frank_str text)
{
	const char *lf = memchr(text.p, '\n', text.n);

	return lf != NULL && (lf == text.p || lf[-1] != '\r');
}

static bool read_message(struct verification *v, const char *name)
{
	struct frank_str text;

	if (!read_file(name, &text))
		return false;
	frank_message_set_lf(v->message, has_lf(text));
	frank_message_push(v->message, text);
	frank_message_end(v->message);
	free((void *)(uintptr_t)text.p);
	return true;
}

/* ---- telling ---- */

/* Strangers wrote some of these words: what could move a terminal's cursor becomes "?". */
static void put(const char *before, struct frank_str text, const char *after)
{
	fputs(before, stdout);
	for (size_t i = 0; i < text.n; i++)
		putchar((unsigned char)text.p[i] < ' ' || text.p[i] == 127 ? '?' : text.p[i]);
	fputs(after, stdout);
}

static void tell(const struct verification *v)
{
	const struct frank_mail_verdict *verdict = frank_mail_verdict(v->mail);
	struct frank_str field =
	    frank_mail_authres(v->mail, frank_str(v->authserv_id), FRANK_WRITE_LF);

	put("", verdict->sentence, "\n");
	if (verdict->spf->judged)
		put("SPF: ", verdict->spf->reason, "\n");
	for (size_t i = 0; i < verdict->signature_count; i++) {
		const struct frank_dkim_signature *s = verdict->signatures[i];

		put("DKIM of ", s->domain, ": ");
		put(frank_dkim_result_name(s->result), frank_str(s->reason.n > 0 ? ", " : ""), "");
		put("", s->reason, "\n");
	}
	printf("Authentication-Results: %.*s\n", (int)field.n, field.n > 0 ? field.p : "");
}

/* ---- the program ---- */

static int usage(void)
{
	fprintf(stderr, "usage: verify-file [-e EVIDENCE] [-i IP] [-h HELO] [-f MAIL-FROM] "
			"[-n AUTHSERV-ID] FILE\n");
	return 2;
}

static bool read_options(struct verification *v, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "e:i:h:f:n:")) != -1) {
		if (c == 'e')
			v->evidence = optarg;
		else if (c == 'n')
			v->authserv_id = optarg;
		else if (c == 'h')
			frank_mail_set_helo(v->mail, frank_str(optarg));
		else if (c == 'f')
			frank_mail_set_mail_from(v->mail, frank_str(optarg));
		else if (c != 'i' || !frank_mail_set_ip(v->mail, frank_str(optarg)))
			return false;
	}
	frank_mail_set_receiver(v->mail, frank_str(v->authserv_id));
	return optind == argc - 1;
}

int main(int argc, char **argv)
{
	struct verification v = { frank_case_new(), frank_message_new(), NULL, NULL, "localhost" };
	int status = 2;

	v.mail = frank_mail_new(v.facts, v.message);
	if (!read_options(&v, argc, argv)) {
		usage();
	} else if (read_evidence(&v) && read_message(&v, argv[optind])) {
		judge(&v);
		tell(&v);
		status = frank_mail_verdict(v.mail)->dmarc->result == FRANK_DMARC_RESULT_FAIL;
	}
	frank_mail_free(v.mail);
	frank_message_free(v.message);
	frank_case_free(v.facts);
	return status;
}
