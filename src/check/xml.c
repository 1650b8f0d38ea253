/* xml - see xml.h. */
#include "check/xml.h"

#include <expat.h>

#define MAX_ATTRIBUTES 100
#define MAX_BYTES      ((size_t)1 << 20)

struct reading {
	const struct xml_handler *handler;
	XML_Parser parser;
	unsigned depth, elements;
	const char *stopped; /* why we ended it */
};

static struct str local_name(const char *z)
{
	struct str name = str_of(z);

	return str_skip(name, (size_t)(str_rchr(name, ':') + 1));
}

static void stop(struct reading *r, const char *why)
{
	if (r->stopped == NULL)
		r->stopped = why;
	XML_StopParser(r->parser, XML_FALSE);
}

static void on_open(void *context, const char *name, const char **attributes)
{
	struct reading *r = context;
	struct xml_attribute list[MAX_ATTRIBUTES];
	size_t count = 0;

	if (++r->depth > XML_MAX_DEPTH || ++r->elements > XML_MAX_ELEMENTS) {
		stop(r, "nested too deep, or too many elements");
		return;
	}
	for (size_t i = 0; attributes[i] != NULL && count < MAX_ATTRIBUTES; i += 2)
		list[count++] =
		    (struct xml_attribute){ str_of(attributes[i]), str_of(attributes[i + 1]) };
	r->handler->open(r->handler->context, local_name(name), list, count);
}

static void on_close(void *context, const char *name)
{
	struct reading *r = context;

	r->depth--;
	r->handler->close(r->handler->context, local_name(name));
}

static void on_text(void *context, const char *bytes, int n)
{
	struct reading *r = context;

	r->handler->text(r->handler->context, (struct str){ bytes, (size_t)n });
}

static void on_doctype(
    void *context, const char *name, const char *system, const char *public, int internal)
{
	(void)name, (void)system, (void)public, (void)internal;
	stop(context, "a document type (DOCTYPE) is not allowed");
}

bool xml_parse(struct arena *a, struct str text, const struct xml_handler *h, struct str *fault)
{
	struct reading r = { .handler = h, .parser = XML_ParserCreate(NULL) };
	bool good;

	if (text.n > MAX_BYTES) {
		XML_ParserFree(r.parser);
		*fault = STR("it is larger than 1 MiB");
		return false;
	}
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_open, on_close);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	good =
	    XML_Parse(r.parser, text.n > 0 ? text.p : "", (int)text.n, XML_TRUE) == XML_STATUS_OK;
	if (!good)
		*fault = arena_fmt(a, "line %lu: %s",
		    (unsigned long)XML_GetCurrentLineNumber(r.parser),
		    r.stopped != NULL ? r.stopped : XML_ErrorString(XML_GetErrorCode(r.parser)));
	XML_ParserFree(r.parser);
	return good;
}

struct str xml_value(const struct xml_attribute *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (str_ieq(list[i].name, str_of(name)))
			return list[i].value;
	return (struct str){ 0 };
}
