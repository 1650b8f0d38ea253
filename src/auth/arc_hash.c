/* arc_hash - see arc_hash.h. */
#include "auth/arc_hash.h"

void arc_hash_begin(struct arc_hash *h, struct crypto *crypto, bool lf)
{
	h->stage.hash = crypto_hash_begin(crypto);
	h->stage.n = 0;
	h->lf = lf;
}

void arc_hash_results(struct arc_hash *h, const struct message_field *results)
{
	dkim_canon_field(&h->stage, results, true, h->lf);
}

void arc_hash_message(struct arc_hash *h, const struct message_field *message)
{
	dkim_canon_field(&h->stage, message, true, h->lf);
}

void arc_hash_seal(struct arc_hash *h, const struct dkim_sig *seal, unsigned char out[CRYPTO_HASH])
{
	struct dkim_stage own = { 0 };

	dkim_stage_flush(&h->stage);
	own.hash = crypto_hash_copy(h->stage.hash);
	dkim_canon_own_field(&own, seal, h->lf);
	dkim_stage_flush(&own);
	crypto_hash_end(own.hash, out);
	dkim_canon_field(&h->stage, seal->field, true, h->lf);
}

void arc_hash_end(struct arc_hash *h)
{
	crypto_hash_drop(h->stage.hash);
}
