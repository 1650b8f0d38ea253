/* dns - see dns.h. */
#include "wire/dns.h"
