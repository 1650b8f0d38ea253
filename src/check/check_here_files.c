/*
 * check_here_files - the certificate files that the mail programs of this machine serve.
 * RFC 8446 section 4.4.2, RFC 5280 section 6.
 */
#include "check/check_here.h"
#include "wire/base64.h"
#include "wire/cert.h"

/* The parts of one program's certificate: file, key, and the roots it could end in. */
struct material {
	const struct tls_files *files;
	const struct host_answer *file, *key, *roots;
	struct cert chain[CERT_MAX_CHAIN];
	size_t count;
};

static bool gather(struct judge *j, const struct tls_files *files, struct material *out)
{
	*out = (struct material){ .files = files };
	out->file =
	    judge_host(j, arena_fmt(j->arena, "file:" STR_FMT, STR_ARG(files->certificate)));
	out->roots =
	    judge_host(j, arena_fmt(j->arena, "roots:" STR_FMT, STR_ARG(files->certificate)));
	if (files->key.n > 0)
		out->key = judge_host(j, arena_fmt(j->arena, "key:" STR_FMT, STR_ARG(files->key)));
	if (out->file == NULL || out->roots == NULL || (files->key.n > 0 && out->key == NULL))
		return false;
	out->count = cert_parse_all(j->arena, out->file->text, out->chain);
	return true;
}

static void propose_full_chain(struct judge *j, struct finding *f, const struct material *m)
{
	const struct tls_files *t = m->files;
	struct str path = t->certificate, line = str_of(t->line);
	ptrdiff_t at = str_find(line, STR("%.*s"));
	struct str tail = str_skip(line, (size_t)at + 4);

	/* certbot keeps both files side by side. */
	if (str_ends(path, STR("/cert.pem")))
		path = arena_fmt(
		    j->arena, STR_FMT "fullchain.pem", STR_ARG(str_slice(path, 0, path.n - 8)));
	else
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_LINE,
			.name = STR("a shell, as root"),
			.value = arena_fmt(
			    j->arena, "cat intermediate.pem >> " STR_FMT, STR_ARG(path)) });
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = str_of(t->file),
		.value = arena_fmt(j->arena, STR_FMT STR_FMT STR_FMT, (int)at, line.p,
		    STR_ARG(path), STR_ARG(tail)) });
}

static bool chain_good(struct judge *j, const struct material *m)
{
	struct str chain[CERT_MAX_CHAIN], roots[CERT_MAX_CHAIN];
	struct cert anchors[CERT_MAX_CHAIN];
	size_t anchor_count = cert_parse_all(j->arena, m->roots->text, anchors);
	struct chain_result r;
	struct finding *f;

	for (size_t i = 0; i < m->count; i++)
		chain[i] = m->chain[i].pem;
	for (size_t i = 0; i < anchor_count; i++)
		roots[i] = anchors[i].pem;
	r = cert_verify(j->arena, (struct cert_pems){ chain, m->count },
	    (struct cert_pems){ roots, anchor_count }, j->facts->now);
	if (r.verdict == CHAIN_OK)
		return true;
	if (r.verdict == CHAIN_INCOMPLETE) {
		f = judge_say(j, VERDICT_FAIL,
		    "%s's file " STR_FMT " lacks the intermediate certificate of \"" STR_FMT "\"",
		    m->files->program, STR_ARG(m->files->certificate), STR_ARG(r.missing));
		judge_why(j, f, "The file holds %zu certificate%s.%s" STR_FMT, m->count,
		    m->count == 1 ? "" : "s",
		    m->chain[m->count - 1].issuer_url.n > 0 ? " The missing one is at " : "",
		    STR_ARG(m->chain[m->count - 1].issuer_url));
		propose_full_chain(j, f, m);
	} else {
		f = judge_say(j,
		    r.verdict == CHAIN_SELF_SIGNED || r.verdict == CHAIN_UNTRUSTED ? VERDICT_WARN
										   : VERDICT_FAIL,
		    "%s's certificate in " STR_FMT " does not verify: " STR_FMT, m->files->program,
		    STR_ARG(m->files->certificate), STR_ARG(r.error));
		judge_why(j, f, "It is \"" STR_FMT "\", issued by \"" STR_FMT "\".",
		    STR_ARG(m->chain[0].subject), STR_ARG(m->chain[0].issuer));
	}
	return false;
}

static struct str pem_body(struct arena *a, struct str pem)
{
	struct str der = { 0 };
	ptrdiff_t end;

	str_cut_line(&pem);
	end = str_find(pem, STR("-----END"));
	if (end > 0)
		base64_decode(a, str_slice(pem, 0, (size_t)end), BASE64_WSP, &der, NULL);
	return der;
}

static bool key_good(struct judge *j, const struct material *m)
{
	const struct tls_files *t = m->files;
	struct finding *f;

	if (m->key == NULL)
		return true;
	if (!m->key->found) {
		judge_why(j,
		    judge_say(j, VERDICT_UNKNOWN, "%s's key " STR_FMT " could not be read",
			t->program, STR_ARG(t->key)),
		    STR_FMT ". Run frank as root.", STR_ARG(m->key->error));
		return false;
	}
	if (!str_eq(pem_body(j->arena, m->key->text), m->chain[0].spki)) {
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"%s's key " STR_FMT " does not belong to the certificate " STR_FMT,
			t->program, STR_ARG(t->key), STR_ARG(t->certificate)),
		    "Every TLS handshake fails. Key and certificate must be renewed together.");
		return false;
	}
	if ((m->key->mode & 004) == 0)
		return true;
	f = judge_say_at(j, VERDICT_FAIL, SEVERITY_MAJOR,
	    "Everybody on this machine can read the key " STR_FMT, STR_ARG(t->key));
	judge_why(j, f, "Its permissions are %04o.", m->key->mode);
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("a shell, as root"),
		.value = arena_fmt(j->arena, "chmod 0600 " STR_FMT, STR_ARG(t->key)) });
	return false;
}

static void judge_files(struct judge *j, const struct tls_files *files)
{
	struct material m;
	bool chain, key;

	judge_subject(j, arena_fmt(j->arena, "%s", files->program));
	if (files->certificate.n == 0 || files->certificate.p[0] != '/') {
		judge_say(j, VERDICT_UNKNOWN,
		    "%s's settings name no certificate file that can be looked at", files->program);
		return;
	}
	if (!gather(j, files, &m))
		return;
	if (!m.file->found || m.count == 0) {
		judge_why(j,
		    judge_say(j, VERDICT_FAIL,
			"%s's certificate file " STR_FMT " holds no certificate that can be read",
			files->program, STR_ARG(files->certificate)),
		    STR_FMT, STR_ARG(m.file->error));
		return;
	}
	chain = chain_good(j, &m);
	key = key_good(j, &m);
	if (chain && key)
		judge_say(j, VERDICT_PASS,
		    "%s's file " STR_FMT " holds the whole chain, and the key belongs to it",
		    files->program, STR_ARG(files->certificate));
}

void judge_tls_files(struct judge *j)
{
	struct tls_files files[MAX_TLS_FILES];
	size_t count;

	if (!here_tls_files(j, files, &count))
		return;
	if (count == 0)
		judge_say(
		    j, VERDICT_SKIP, "No Postfix, Exim or Dovecot is installed on this machine");
	for (size_t i = 0; i < count; i++)
		judge_files(j, &files[i]);
}
