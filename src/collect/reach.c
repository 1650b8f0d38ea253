/* reach - see reach.h. */
#include "collect/reach.h"

const char *reach(const struct collect_options *o, struct ip *address, uint16_t *port)
{
	if ((o->no_ipv4 && address->family == IP_V4) || (o->no_ipv6 && address->family == IP_V6))
		return "not visited: -4 or -6 was given";
	if (o->route != NULL)
		return o->route->map(o->route, address, port) ? NULL : "no such address in the lab";
	if (!o->private_ok && ip_special(*address) != NULL)
		return "not visited: the address is not a public one (--allow-private visits it)";
	return NULL;
}
