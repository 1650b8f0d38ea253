/* dkim_keys - what the keys that were found are worth. */
#include "check/dkim_judges.h"
#include "check/sending.h"
#include "wire/base64.h"
#include "wire/dkim_weak.h"

/* All keys that were found, or a word why there is nothing to look at. */
static bool keys_or_say(struct judge *j, struct dkim_keys *k)
{
	/* Divided from the start: a finding rests on its own key, not on all that was tried. */
	judge_subject(j, j->domain);
	if (!judge_dkim_keys(j, k))
		return false;
	for (size_t i = 0; i < k->count; i++)
		if (k->places[i].state == DKIM_PLACE_KEY ||
		    k->places[i].state == DKIM_PLACE_SEVERAL)
			return true;
	judge_say(j, VERDICT_SKIP, "No DKIM key was seen (see dkim.found)");
	return false;
}

/* The following findings are about that key, and rest on its record. */
static void about(struct judge *j, const struct dkim_place *p)
{
	judge_subject(j, p->name);
	judge_dns(j, p->name, DNS_TXT);
}

/* The same key as a clean record: only what is needed, flags left out but t=s. */
static struct str clean_record(struct judge *j, const struct dkim_key *k)
{
	struct str data = base64_encode(j->arena, k->data);

	return arena_fmt(j->arena, "v=DKIM1; k=%s; %sp=" STR_FMT,
	    k->kind == DKIM_KEY_ED25519 ? "ed25519" : "rsa", k->strict ? "t=s; " : "",
	    STR_ARG(data));
}

/* Can a clean record be written: was the key itself read? */
static bool key_was_read(const struct dkim_key *k)
{
	return k->modulus.n > 0 || (k->kind == DKIM_KEY_ED25519 && k->data.n == 32);
}

/*
 * The record without quotes, backslashes and blanks, which panels and zone files leave
 * behind when the pieces of a long key are pasted: is there a whole key then?
 */
static bool unquoted(struct judge *j, struct str record, struct dkim_key *out)
{
	char *p = arena_array(j->arena, char, record.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < record.n; i++)
		if (record.p[i] > ' ' && record.p[i] != '"' && record.p[i] != '\\')
			p[n++] = record.p[i];
	dkim_key_parse(j->arena, (struct str){ p, n }, out);
	return key_was_read(out);
}

static void fix_clean(struct judge *j, struct finding *f, const struct dkim_place *p)
{
	struct dkim_key mended;

	if (key_was_read(&p->key))
		judge_fix(j, f, fix_txt(j, p->name, clean_record(j, &p->key), p->record));
	else if (unquoted(j, p->key.tags.text, &mended))
		judge_fix(j, f, fix_txt(j, p->name, clean_record(j, &mended), p->record));
	else
		judge_fix(j, f,
		    (struct fix){ .kind = FIX_ASK,
			.name = p->name,
			.type = STR("TXT"),
			.value = arena_fmt(j->arena,
			    "Publish the key at " STR_FMT
			    " once more, copied whole from the signer's "
			    ".txt file, as one TXT record without line breaks inside p=",
			    STR_ARG(p->name)) });
}

/* ---- syntax ---- */

static void say_several(struct judge *j, const struct dkim_place *p)
{
	struct finding *f =
	    judge_say(j, VERDICT_FAIL, "There are %zu TXT records at " STR_FMT " instead of one",
		p->answer->count, STR_ARG(p->name));

	judge_why(j, f,
	    "Which of them a verifier takes is left to chance (RFC 6376 section 3.6.2.2). The "
	    "strings of one record are joined, several records never are: a long key belongs into "
	    "one record of several strings. Keep one.");
	for (size_t i = 0; i < p->answer->count; i++)
		if (&p->answer->records[i] != p->record)
			judge_fix(j, f, fix_remove_txt(p->name, &p->answer->records[i]));
}

/* Faults that dkim.flags speaks about. */
static bool is_flag_fault(enum dkim_key_fault_kind kind)
{
	return kind == DKIM_FAULT_HASHES || kind == DKIM_FAULT_SERVICE || kind == DKIM_NOTE_SHA1 ||
	       kind == DKIM_NOTE_HASH || kind == DKIM_NOTE_FLAG || kind == DKIM_NOTE_GRANULARITY ||
	       kind == DKIM_NOTE_TAG;
}

static size_t say_faults(struct judge *j, const struct dkim_place *p, bool flags)
{
	size_t said = 0;

	for (size_t i = 0; i < p->key.fault_count; i++) {
		const struct dkim_key_fault *fault = &p->key.faults[i];
		bool spoils = dkim_fault_spoils(fault->kind);
		struct finding *f;

		if (is_flag_fault(fault->kind) != flags)
			continue;
		f = judge_say_at(j, spoils ? VERDICT_FAIL : VERDICT_WARN,
		    spoils ? SEVERITY_CRITICAL : SEVERITY_MINOR, "DKIM key " STR_FMT ": " STR_FMT,
		    STR_ARG(p->selector), STR_ARG(fault->text));
		judge_why(j, f, "At character %zu of \"" STR_FMT "\".%s", fault->at + 1,
		    STR_ARG(short_text(j->arena, p->key.tags.text)),
		    spoils ? " Signatures with this selector fail." : "");
		fix_clean(j, f, p);
		said++;
	}
	return said;
}

void judge_dkim_syntax(struct judge *j)
{
	struct dkim_keys k;

	if (!keys_or_say(j, &k))
		return;
	for (size_t i = 0; i < k.count; i++) {
		const struct dkim_place *p = &k.places[i];

		if (p->state != DKIM_PLACE_KEY && p->state != DKIM_PLACE_SEVERAL)
			continue;
		about(j, p);
		if (p->state == DKIM_PLACE_SEVERAL)
			say_several(j, p);
		else if (say_faults(j, p, false) == 0)
			judge_say(j, VERDICT_PASS, "The key record at " STR_FMT " is well formed",
			    STR_ARG(p->name));
	}
}

void judge_dkim_flags(struct judge *j)
{
	struct dkim_keys k;

	if (!keys_or_say(j, &k))
		return;
	for (size_t i = 0; i < k.count; i++) {
		const struct dkim_place *p = &k.places[i];

		if (p->state != DKIM_PLACE_KEY)
			continue;
		about(j, p);
		if (say_faults(j, p, true) == 0)
			judge_say(j, VERDICT_PASS, "The tags of " STR_FMT " are sensible",
			    STR_ARG(p->name));
	}
}

/* ---- size ---- */

static void say_short(struct judge *j, const struct dkim_place *p)
{
	bool dead = p->key.bits < 1024;
	struct finding *f = judge_say_at(j, VERDICT_FAIL, dead ? SEVERITY_CRITICAL : SEVERITY_MINOR,
	    "The RSA key at " STR_FMT " has %u bits%s", STR_ARG(p->name), p->key.bits,
	    dead ? ": no receiver accepts it" : "; 2048 are due");

	judge_why(j, f,
	    dead ? "Verifiers must not accept keys under 1024 bits (RFC 8301 section 3.2): the "
		   "private "
		   "key can be computed by anybody."
		 : "Signers should use 2048 bits (RFC 8301 section 3.2). 1024 still count, for how "
		   "long nobody knows.");
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.value = arena_fmt(j->arena,
		    "opendkim-genkey -b 2048 -d " STR_FMT " -s NEWSELECTOR", STR_ARG(j->domain)) });
}

static void say_size(struct judge *j, const struct dkim_place *p)
{
	const struct dkim_key *k = &p->key;

	about(j, p);
	if (k->kind == DKIM_KEY_ED25519)
		judge_say(j, VERDICT_PASS, "The key at " STR_FMT " is Ed25519", STR_ARG(p->name));
	else if (k->bits < 2048)
		say_short(j, p);
	else if (k->bits > 4096)
		judge_why(j,
		    judge_say(j, VERDICT_FAIL, "The RSA key at " STR_FMT " has %u bits: too many",
			STR_ARG(p->name), k->bits),
		    "Verifiers need to accept no more than 4096 bits (RFC 8301 section 3.2); 2048 "
		    "are enough.");
	else
		judge_say(j, VERDICT_PASS, "The RSA key at " STR_FMT " has %u bits",
		    STR_ARG(p->name), k->bits);
}

void judge_dkim_size(struct judge *j)
{
	struct dkim_keys k;
	bool rsa = false, ed25519 = false;

	if (!keys_or_say(j, &k))
		return;
	for (size_t i = 0; i < k.count; i++) {
		const struct dkim_place *p = &k.places[i];

		if (p->state != DKIM_PLACE_KEY || !key_was_read(&p->key))
			continue;
		rsa = rsa || p->key.kind == DKIM_KEY_RSA;
		ed25519 = ed25519 || p->key.kind == DKIM_KEY_ED25519;
		say_size(j, p);
	}
	if (!rsa && !ed25519)
		judge_say(j, VERDICT_SKIP, "No key that could be measured was seen");
	if (!ed25519 || rsa)
		return;
	judge_subject(j, j->domain);
	judge_why(j,
	    judge_say(j, k.given ? VERDICT_FAIL : VERDICT_WARN,
		"There is an Ed25519 key but no RSA key beside it"),
	    "Many receivers still cannot verify Ed25519. Sign twice, once with RSA (RFC 8463 "
	    "section 5).%s",
	    k.given ? "" : " An RSA key may stand under a name that was not tried.");
}

/* ---- flags with a check of their own ---- */

void judge_dkim_test_mode(struct judge *j)
{
	struct dkim_keys k;

	if (!keys_or_say(j, &k))
		return;
	for (size_t i = 0; i < k.count; i++) {
		const struct dkim_place *p = &k.places[i];
		struct finding *f;

		if (p->state != DKIM_PLACE_KEY)
			continue;
		about(j, p);
		if (!p->key.testing) {
			judge_say(
			    j, VERDICT_PASS, STR_FMT " is not in test mode", STR_ARG(p->name));
			continue;
		}
		f = judge_say(
		    j, VERDICT_FAIL, STR_FMT " is still in test mode (t=y)", STR_ARG(p->name));
		judge_why(j, f,
		    "Receivers may treat your signed mail as if it were not signed (RFC 6376 "
		    "section "
		    "3.6.1). Take t=y out.");
		fix_clean(j, f, p);
	}
}

void judge_dkim_revoked(struct judge *j)
{
	struct dkim_keys k;

	if (!keys_or_say(j, &k))
		return;
	for (size_t i = 0; i < k.count; i++) {
		const struct dkim_place *p = &k.places[i];

		if (p->state != DKIM_PLACE_KEY)
			continue;
		about(j, p);
		if (!p->key.revoked)
			judge_say(j, VERDICT_PASS, STR_FMT " is not revoked", STR_ARG(p->name));
		else if (k.given)
			judge_why(j,
			    judge_say(j, VERDICT_FAIL,
				"The key at " STR_FMT " is revoked (p= is empty)",
				STR_ARG(p->name)),
			    "Every signature with this selector fails. Sign with another key, or "
			    "publish this one again.");
		else
			judge_why(j,
			    judge_say_at(j, VERDICT_INFO, SEVERITY_INFO,
				"An old key at " STR_FMT " is revoked", STR_ARG(p->name)),
			    "That is right when nothing signs with it any more.");
	}
}

/* ---- weak and shared keys ---- */

static const struct dkim_place *same_key(const struct dkim_keys *k, size_t which)
{
	for (size_t i = 0; i < which; i++)
		if (k->places[i].state == DKIM_PLACE_KEY && k->places[i].key.data.n > 0 &&
		    str_eq(k->places[i].key.data, k->places[which].key.data))
			return &k->places[i];
	return NULL;
}

static void say_weakness(struct judge *j, const struct dkim_keys *k, size_t which)
{
	const struct dkim_place *p = &k->places[which], *twin = same_key(k, which);
	enum dkim_weakness w = dkim_weakness(&p->key);

	about(j, p);
	if (w != DKIM_STRONG)
		judge_why(j,
		    judge_say_at(j, VERDICT_FAIL,
			w == DKIM_WEAK_EXPONENT_THREE ? SEVERITY_MINOR : SEVERITY_CRITICAL,
			"The key at " STR_FMT " is weak: %s", STR_ARG(p->name),
			dkim_weakness_text(w)),
		    "Make a new key under a new selector, sign with it, then take this one out.");
	else
		judge_say(j, VERDICT_PASS, "Nothing is known against the key at " STR_FMT,
		    STR_ARG(p->name));
	if (twin != NULL)
		judge_say_at(j, VERDICT_INFO, SEVERITY_INFO,
		    STR_FMT " holds the same key as " STR_FMT, STR_ARG(p->name),
		    STR_ARG(twin->name));
}

void judge_dkim_shared(struct judge *j)
{
	struct dkim_keys k;
	size_t said = 0;

	if (!keys_or_say(j, &k))
		return;
	for (size_t i = 0; i < k.count; i++) {
		const struct dkim_place *p = &k.places[i];

		if (p->state != DKIM_PLACE_KEY || !key_was_read(&p->key))
			continue;
		say_weakness(j, &k, i);
		said++;
	}
	if (said == 0)
		judge_say(j, VERDICT_SKIP, "No key that could be examined was seen");
}
