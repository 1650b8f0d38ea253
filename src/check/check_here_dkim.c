/*
 * check_here_dkim - does the signer on this machine use a key that is published?
 * RFC 6376 sections 3.6.1 and 6.1.2.
 */
#include "check/check_here.h"

#include "wire/base64.h"
#include "wire/dkim_key.h"

/* The bytes of a PEM block; empty when it is not one. */
static struct str pem_bytes(struct arena *a, struct str pem)
{
	struct str der = { 0 };

	str_cut_line(&pem);
	ptrdiff_t end = str_find(pem, STR("-----END"));
	if (end > 0)
		base64_decode(a, str_slice(pem, 0, (size_t)end), BASE64_WSP, &der, NULL);
	return der;
}

/* Is the private key's public half what the record publishes? */
static bool belong_together(struct arena *a, struct str public_pem, const struct dkim_key *record)
{
	struct str der = pem_bytes(a, public_pem);
	struct dkim_key own = { 0 };

	if (record->kind == DKIM_KEY_ED25519)
		return der.n > 32 && str_eq(str_skip(der, der.n - 32), record->data);
	return dkim_rsa_parse(der, &own) && own.modulus.n > 0 &&
	       str_eq(own.modulus, record->modulus) && str_eq(own.exponent, record->exponent);
}

/* The record that this private key asks for, in presentation format. */
static struct str wanted_record(struct arena *a, struct str public_pem)
{
	struct str der = pem_bytes(a, public_pem);
	struct dkim_key own = { 0 };
	bool rsa = dkim_rsa_parse(der, &own);
	struct str bytes = rsa || der.n < 32 ? der : str_skip(der, der.n - 32);
	struct str p = base64_encode(a, bytes);

	return dns_txt_write(
	    a, arena_fmt(a, "v=DKIM1; k=%s; p=" STR_FMT, rsa ? "rsa" : "ed25519", STR_ARG(p)));
}

static void judge_key_file(struct judge *j, const struct signer *s, const struct host_answer *key)
{
	struct finding *f;

	if (!key->found) {
		f = judge_say(j, VERDICT_FAIL, "%s's key file " STR_FMT " cannot be used.",
		    s->program, STR_ARG(s->key_file));
		judge_why(j, f, STR_FMT ".", STR_ARG(key->error));
	} else if ((key->mode & 004) != 0) {
		f = judge_say(j, VERDICT_FAIL,
		    "Everybody on this machine can read %s's key " STR_FMT ".", s->program,
		    STR_ARG(s->key_file));
		judge_why(j, f,
		    "Its permissions are %04o. Who reads it can sign mail in the name of " STR_FMT
		    ".",
		    key->mode, STR_ARG(s->domain));
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_LINE,
			.name = STR("a shell, as root"),
			.value =
			    arena_fmt(j->arena, "chmod 0640 " STR_FMT, STR_ARG(s->key_file)) });
	}
}

static void say_not_published(
    struct judge *j, const struct signer *s, struct str owner, const struct host_answer *key)
{
	struct finding *f = judge_say(j, VERDICT_FAIL,
	    "%s signs with selector \"" STR_FMT "\", but there is no key at " STR_FMT ".",
	    s->program, STR_ARG(s->selector), STR_ARG(owner));

	judge_why(j, f, "Every signature made here fails. Publish the public half of " STR_FMT ".",
	    STR_ARG(s->key_file));
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_ADD,
		.name = owner,
		.type = STR("TXT"),
		.value = wanted_record(j->arena, key->text) });
}

static void compare_with_record(struct judge *j, const struct signer *s, struct str owner,
    const struct host_answer *key, const struct dns_record *record)
{
	struct dkim_key published;
	struct finding *f;

	dkim_key_parse(j->arena, record->txt.joined, &published);
	if (belong_together(j->arena, key->text, &published)) {
		judge_say(j, VERDICT_PASS, "%s's key belongs to the record at " STR_FMT ".",
		    s->program, STR_ARG(owner));
		return;
	}
	f = judge_say(j, VERDICT_FAIL, "%s's key does not belong to the record at " STR_FMT ".",
	    s->program, STR_ARG(owner));
	judge_why(j, f,
	    "The public half of " STR_FMT " and the published key differ: every signature fails.",
	    STR_ARG(s->key_file));
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_REPLACE,
		.name = owner,
		.type = STR("TXT"),
		.old = record->text,
		.value = wanted_record(j->arena, key->text) });
}

static void judge_signer(struct judge *j, const struct signer *s)
{
	struct str domain = s->domain.n > 0 ? s->domain : j->domain;
	struct str owner = arena_fmt(
	    j->arena, STR_FMT "._domainkey." STR_FMT, STR_ARG(s->selector), STR_ARG(domain));

	judge_subject(j, arena_fmt(j->arena, "%s, " STR_FMT, s->program, STR_ARG(owner)));
	const struct host_answer *key =
	    judge_host(j, arena_fmt(j->arena, "key:" STR_FMT, STR_ARG(s->key_file)));
	const struct dns_answer *txt = judge_dns(j, owner, DNS_TXT);
	if (key == NULL || txt == NULL)
		return;
	judge_key_file(j, s, key);
	if (!key->found)
		return;
	if (dns_failed(txt))
		judge_say(j, VERDICT_UNKNOWN,
		    "The record at " STR_FMT " could not be asked for (%s).", STR_ARG(owner),
		    dns_status_name(txt->status));
	else if (txt->count == 0 || !txt->records[0].parsed)
		say_not_published(j, s, owner, key);
	else
		compare_with_record(j, s, owner, key, &txt->records[0]);
}

void judge_signers(struct judge *j)
{
	struct signer signers[MAX_SIGNERS];
	size_t count;

	if (!here_signers(j, signers, &count))
		return;
	if (count == 0)
		judge_say(j, VERDICT_UNKNOWN,
		    "No OpenDKIM, rspamd or Exim signer with a plain key file was found on this "
		    "machine.");
	for (size_t i = 0; i < count; i++)
		judge_signer(j, &signers[i]);
}
