/* autoconfig_file - see autoconfig_file.h. */
#include "check/autoconfig_file.h"

#include "check/xml.h"

struct reading {
	struct arena *arena;
	struct autoconfig_file *out;
	struct autoconfig_server *server; /* that is being read, or NULL */
	struct str *field;		  /* of it, or NULL */
	bool is_config;
};

static const struct {
	const char *name;
	size_t at;
} fields[] = {
	{ "hostname", offsetof(struct autoconfig_server, host) },
	{ "port", offsetof(struct autoconfig_server, port) },
	{ "socketType", offsetof(struct autoconfig_server, socket) },
};

static void open_server(struct reading *r, bool incoming, struct str type)
{
	if (r->out->count == AUTOCONFIG_MAX_SERVERS)
		return;
	r->server = &r->out->servers[r->out->count++];
	*r->server = (struct autoconfig_server){ incoming, arena_lower(r->arena, type) };
}

static void on_open(void *context, struct str name, const struct xml_attribute *l, size_t n)
{
	struct reading *r = context;
	bool incoming = str_eq(name, STR("incomingServer"));

	r->is_config |= str_eq(name, STR("clientConfig"));
	if (incoming || str_eq(name, STR("outgoingServer")))
		open_server(r, incoming, xml_value(l, n, "type"));
	r->field = NULL;
	for (size_t i = 0; r->server != NULL && i < LENGTH(fields); i++)
		if (str_eq(name, str_of(fields[i].name)))
			r->field = (struct str *)(void *)((char *)r->server + fields[i].at);
}

static void on_text(void *context, struct str text)
{
	struct reading *r = context;

	if (r->field != NULL && r->field->n < 1000)
		*r->field = arena_fmt(r->arena, STR_FMT STR_FMT, STR_ARG(*r->field), STR_ARG(text));
}

static void on_close(void *context, struct str name)
{
	struct reading *r = context;

	if (r->field != NULL)
		*r->field = str_trim(*r->field);
	r->field = NULL;
	if (str_eq(name, STR("incomingServer")) || str_eq(name, STR("outgoingServer")))
		r->server = NULL;
}

void autoconfig_parse(struct arena *a, struct str text, struct autoconfig_file *out)
{
	struct reading r = { .arena = a, .out = out };
	struct xml_handler h = { on_open, on_text, on_close, &r };

	*out = (struct autoconfig_file){ 0 };
	if (!xml_parse(a, text, &h, &out->fault))
		return;
	if (!r.is_config)
		out->fault = STR("it holds no <clientConfig>");
	else if (out->count == 0)
		out->fault = STR("it names no server");
}
