/*
 * mail_readers - the fields about a message as those read them who mean well and do not know the
 * grammar: split at semicolons, search for a word, drop white space, stop at the first "@".  What
 * they find has to be what was judged.
 */
#ifndef TESTS_MAIL_READERS_H
#define TESTS_MAIL_READERS_H

#include "auth/mail.h"
#include "wire/authres.h"
#include "wire/received_spf.h"

static inline bool mail_has(struct str text, const char *what)
{
	return str_ifind(text, str_of(what)) >= 0;
}

/* All white space taken out, as careless readers do. */
static inline struct str mail_squeezed(struct arena *a, struct str text)
{
	char *out = arena_array(a, char, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		if (!is_wsp(text.p[i]) && text.p[i] != '\r' && text.p[i] != '\n')
			out[n++] = text.p[i];
	return (struct str){ out, n };
}

/* Printable, and line ends only as folding. */
static inline bool mail_is_clean(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		struct str rest = str_skip(text, i);
		bool fold = str_starts(rest, STR("\r\n ")) || str_starts(rest, STR("\r\n\t")) ||
			    (c == '\n' && i > 0 && text.p[i - 1] == '\r') || c == '\t';

		if (!fold && (c < ' ' || c > '~'))
			return false;
	}
	return true;
}

static inline bool mail_any_signature_passed(const struct mail_verdict *v)
{
	for (size_t i = 0; i < dkim_count(v->dkim); i++)
		if (dkim_verdict(v->dkim, i)->result == DKIM_PASS)
			return true;
	return false;
}

/* Split at semicolons: each piece is one result of ours, and says what was judged. */
static inline const char *mail_naive_trouble(
    struct arena *a, const struct mail_verdict *v, struct str value)
{
	struct str bare = mail_squeezed(a, value), rest = value, piece;
	struct authres read;
	size_t pieces = 0;

	authres_parse(a, value, &read);
	while (rest.n > 0) {
		piece = str_trim(str_cut(&rest, ';'));
		if (pieces > 0 && !str_istarts(piece, read.results[pieces - 1].method))
			return "a piece begins with something else";
		pieces++;
	}
	if (pieces != read.count + 1)
		return "more pieces than results";
	if (mail_has(bare, "dmarc=pass") != (v->dmarc.result == DMARC_PASS))
		return "dmarc=pass";
	if (mail_has(bare, "spf=pass") != (v->spf.passed || (v->helo.passed && !v->spf.judged)))
		return "spf=pass";
	if (mail_has(bare, "dkim=pass") != mail_any_signature_passed(v))
		return "dkim=pass";
	return NULL;
}

/* What stands behind the first "@" is what stands behind the last one. */
static inline bool mail_ats_agree(struct str value)
{
	return str_chr(value, '@') == str_rchr(value, '@');
}

static inline const char *mail_field_trouble(struct arena *a, const struct mail_verdict *v)
{
	struct str value = mail_authres(a, v, STR("mx.test"), 0);
	struct authres read;

	authres_parse(a, value, &read);
	if (value.n == 0 || !mail_is_clean(value))
		return "bytes";
	if (read.fault_count > 0 || !str_eq(read.id, STR("mx.test")))
		return "grammar";
	for (size_t i = 0; i < read.count; i++)
		for (size_t k = 0; k < read.results[i].property_count; k++)
			if (!mail_ats_agree(read.results[i].properties[k].value))
				return "two @";
	return mail_naive_trouble(a, v, value);
}

static inline const char *mail_received_trouble(struct arena *a, const struct mail_verdict *v)
{
	struct str value = mail_received_spf(a, v, 0);
	struct received_spf read;

	if (value.n == 0)
		return v->spf.judged ? "no Received-SPF" : NULL;
	received_spf_parse(a, value, &read);
	if (!read.valid || !mail_is_clean(value))
		return "Received-SPF: grammar";
	if (!str_eq(read.result, str_of(spf_result_name(v->spf.report.result))))
		return "Received-SPF: result";
	if (mail_has(mail_squeezed(a, value), "dmarc=pass") ||
	    !mail_ats_agree(received_spf_value(&read, STR("envelope-from"))))
		return "Received-SPF: misleading";
	return NULL;
}

/* What is wrong with the fields about this verdict, written for mx.test; NULL: nothing. */
static inline const char *mail_trouble(struct arena *a, const struct mail_verdict *v)
{
	const char *trouble = mail_field_trouble(a, v);

	return trouble != NULL ? trouble : mail_received_trouble(a, v);
}

#endif
