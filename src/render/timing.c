/* timing - see timing.h. */
#include "render/timing.h"

size_t timing_path(const struct frank_case *c, const struct fact *out[TIMING_MAX])
{
	const struct fact *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		if (last == NULL || c->facts[i]->answered_ms > last->answered_ms)
			last = c->facts[i];
	for (const struct fact *f = last; f != NULL && n < TIMING_MAX;
	     f = f->after < c->count ? c->facts[f->after] : NULL)
		out[n++] = f;
	for (size_t i = 0; i < n / 2; i++) {
		const struct fact *swapped = out[i];

		out[i] = out[n - 1 - i];
		out[n - 1 - i] = swapped;
	}
	return n;
}
