/*
 * fuzz_api - everything through the public doors: a stranger's message, client and DNS, with all
 * that can listen to a message side by side on one case.
 *
 * The first byte is the size of the pieces and a few choices; three lines are address, EHLO name
 * and sender; the message follows. The DNS answers with what stands in the message, too.
 */
#include <assert.h>
#include <stdint.h>

#include <frank/frank.h>

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define INPUT_MAX 20000
#define ROUNDS	  200

struct world {
	struct frank_case *facts;
	struct frank_message *message;
	struct frank_mail *mail;
	struct frank_dkim *dkim;
	struct frank_arc *arc;
	struct frank_signer *signer;
	struct frank_sealer *sealer;
	struct frank_private_key *key;
	unsigned choices;
};

static struct frank_str cut_line(struct frank_str *rest)
{
	const char *lf = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	struct frank_str line = { rest->p, lf != NULL ? (size_t)(lf - rest->p) : rest->n };
	size_t used = line.n + (lf != NULL);

	*rest = (struct frank_str){ used < rest->n ? rest->p + used : "", rest->n - used };
	return line;
}

static void open_world(struct world *w, struct frank_str *input)
{
	w->facts = frank_case_new();
	w->message = frank_message_new();
	w->mail = frank_mail_new(w->facts, w->message);
	w->dkim = frank_dkim_new(w->facts, w->message);
	w->arc = frank_arc_new(w->facts, w->message);
	w->signer = frank_signer_new(w->facts, w->message);
	w->sealer = frank_sealer_new(w->facts, w->message);
	w->key = frank_private_key_new();
	assert(frank_private_key_read(
	    w->key, frank_str("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")));
	frank_case_set_time(w->facts, 1795000000);
	frank_message_set_lf(w->message, w->choices & 1);
	frank_mail_set_options(w->mail, w->choices & 7);
	frank_dkim_set_refuse_length(w->dkim, w->choices & FRANK_MAIL_REFUSE_LENGTH);
	frank_arc_set_refuse_length(w->arc, w->choices & FRANK_MAIL_REFUSE_LENGTH);
	frank_mail_set_ip(w->mail, cut_line(input));
	frank_mail_set_helo(w->mail, cut_line(input));
	frank_mail_set_mail_from(w->mail, cut_line(input));
	frank_signer_add(w->signer, w->key, frank_str("a.test"), frank_str("s"));
	frank_sealer_set_key(w->sealer, w->key, frank_str("a.test"), frank_str("s"));
}

static void close_world(struct world *w)
{
	frank_dkim_free(w->dkim);
	frank_sealer_free(w->sealer);
	frank_mail_free(w->mail);
	frank_signer_free(w->signer);
	frank_arc_free(w->arc);
	frank_message_free(w->message);
	frank_case_free(w->facts);
	frank_private_key_free(w->key);
}

/* A TXT record, a response as it comes over the wire, or nothing: all out of the message. */
static void answer(struct world *w, const struct frank_question *q, struct frank_str text)
{
	size_t at = text.n > 0 ? (q->name.n * 37 + q->type) % text.n : 0;
	struct frank_str part = { text.p + at, text.n - at < 300 ? text.n - at : 300 };
	struct frank_str record = frank_txt_write(w->facts, part);
	struct frank_answer a = { .status = (enum frank_dns_status)(q->name.n % 6), .ttl = 60 };

	if (q->type == 16 && (w->choices & 16) != 0) {
		a = (struct frank_answer){ .records = &record, .count = 1 };
	} else if ((w->choices & 32) != 0 &&
		   frank_case_answer_message(w->facts, q, part.p, part.n)) {
		return;
	}
	assert(frank_case_answer(w->facts, q, &a));
}

static bool run(struct world *w)
{
	bool mail = frank_mail_run(w->mail), dkim = frank_dkim_run(w->dkim);

	return frank_arc_run(w->arc) && mail && dkim;
}

static void judge(struct world *w, struct frank_str text)
{
	struct frank_question q;
	unsigned rounds = 0;

	while (!run(w)) {
		while (frank_case_next(w->facts, &q))
			answer(w, &q, text);
		assert(rounds++ < ROUNDS);
	}
}

/* One view of the message: the verdicts agree wherever they speak of the same. */
static void compare(struct world *w)
{
	const struct frank_mail_verdict *v = frank_mail_verdict(w->mail);

	assert(v->sentence.n > 0);
	assert(v->signature_count == frank_dkim_count(w->dkim));
	assert(v->arc->result == frank_arc_verdict(w->arc)->result);
	for (size_t i = 0; i < v->signature_count; i++)
		assert(v->signatures[i]->result == frank_dkim_signature(w->dkim, i)->result);
	if (frank_signer_run(w->signer))
		assert(frank_signer_field(w->signer, 0).n > 0);
	else
		assert(frank_signer_error(w->signer).n > 0);
	if (frank_mail_seal(w->mail, w->sealer, frank_str("mx.test")))
		assert(frank_sealer_field(w->sealer, 2).n > 0);
	else
		assert(frank_sealer_error(w->sealer).n > 0);
	assert(frank_mail_authres(w->mail, frank_str("mx.test"), FRANK_WRITE_UTF8).n > 0);
	frank_mail_received_spf(w->mail, 0);
}

/* Each field once through each reader. */
static void read_fields(struct world *w)
{
	struct frank_authres *results = frank_authres_new();
	struct frank_received_spf *spf = frank_received_spf_new();
	struct frank_field f;

	for (size_t i = 0; i < 20 && frank_message_field(w->message, i, &f); i++) {
		struct frank_addresses *list = frank_addresses_new(f.value);
		struct frank_dmarc_record *record = frank_dmarc_record_new(f.value);

		frank_authres_read(results, f.value);
		frank_authres_write(results, 0);
		frank_received_spf_read(spf, f.value, NULL);
		frank_received_spf_write(spf, 0);
		frank_dmarc_record_write(record);
		frank_dmarc_record_free(record);
		frank_addresses_free(list);
	}
	frank_received_spf_free(spf);
	frank_authres_free(results);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frank_str text = { (const char *)data + 1, size - 1 };
	struct world w = { 0 };
	size_t piece;

	if (size == 0 || size > INPUT_MAX)
		return 0;
	w.choices = data[0];
	piece = 1 + w.choices % 61;
	open_world(&w, &text);
	for (size_t at = 0; at < text.n; at += piece) {
		struct frank_str part = { text.p + at, text.n - at < piece ? text.n - at : piece };

		frank_message_push(w.message, part);
		if (at % 7 == 0)
			run(&w);
	}
	/* Some are given up here. */
	if ((w.choices & 8) == 0) {
		frank_message_end(w.message);
		judge(&w, text);
		compare(&w);
		read_fields(&w);
	}
	close_world(&w);
	return 0;
}
