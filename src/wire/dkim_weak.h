/*
 * dkim_weak - RSA keys that look sound and are not.
 *
 * Keys whose private half is public (examples of RFCs), keys of the broken Infineon
 * library (ROCA, CVE-2017-15361), keys whose two primes lie close together (Fermat),
 * even or tiny-factor moduli, exponents 1 and 3.
 */
#ifndef WIRE_DKIM_WEAK_H
#define WIRE_DKIM_WEAK_H

#include "wire/dkim_key.h"

enum dkim_weakness {
	DKIM_STRONG,
	DKIM_WEAK_KNOWN,	/* the private key is printed in a public document */
	DKIM_WEAK_EXPONENT_ONE, /* the signature is the message: anybody can sign */
	DKIM_WEAK_EXPONENT_EVEN,
	DKIM_WEAK_FACTOR, /* the modulus has a factor below 1,000 */
	DKIM_WEAK_ROCA,
	DKIM_WEAK_FERMAT,
	DKIM_WEAK_EXPONENT_THREE, /* not broken, but unwise */
};

/* The worst that is known of a key; DKIM_STRONG also for kinds without such faults. */
enum dkim_weakness dkim_weakness(const struct dkim_key *);
/* A sentence about it. */
const char *dkim_weakness_text(enum dkim_weakness);

#endif
