/*
 * xml - XML of strangers as events, by expat: no document types, so no entities and nothing
 * from elsewhere; bounded in depth and number of elements.
 *
 * Names come without their namespace prefix, attributes as written. Strings live for the call.
 */
#ifndef CHECK_XML_H
#define CHECK_XML_H

#include "base/arena.h"

#define XML_MAX_DEPTH	 64
#define XML_MAX_ELEMENTS 20000

struct xml_attribute {
	struct str name, value;
};

struct xml_handler {
	void (*open)(void *, struct str name, const struct xml_attribute *, size_t count);
	void (*text)(void *, struct str); /* may come in pieces */
	void (*close)(void *, struct str name);
	void *context;
};

/* False: *fault says why and in which line; what was read before was handed on. */
bool xml_parse(struct arena *, struct str text, const struct xml_handler *, struct str *fault);

/* The value of an attribute, any case; {0} without it. */
struct str xml_value(const struct xml_attribute *, size_t count, const char *name);

#endif
