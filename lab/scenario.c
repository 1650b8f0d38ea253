/* scenario - see scenario.h. */
#include "lab/scenario.h"

#include <errno.h>
#include <stdio.h>

#include "base/buf.h"
#include "wire/domain.h"

#define MAX_FILE     ((size_t)1 << 20)
#define MAX_SERVICES 200

struct reading {
	struct scenario *out;
	struct arena *arena;
	const char *file;
	unsigned line;
	scenario_open *open;
	void *context;
	struct error *error;
	struct lab_service *service; /* the one that lines are about */
};

static const char *const protocols[] = { "smtp", "imap", "pop3", "https" };
static const char *const certs[LAB_CERT_COUNT] = { "none", "good", "incomplete", "expired",
	"wrong-name", "self-signed", "weak" };
static const char *const tricks[LAB_TRICK_COUNT] = { "honest", "delay", "silent", "drop", "bytes",
	"garbage", "huge-line", "endless-ehlo", "say-421", "greylist", "relay", "tls-half",
	"inject", "old-tls", "plain-auth", "redirect" };

static bool fault(struct reading *r, const char *what, struct str about)
{
	return error_set(
	    r->error, "%s:%u: %s \"" STR_FMT "\"", r->file, r->line, what, STR_ARG(about));
}

static bool word_in(struct str word, const char *const *words, size_t count, size_t *out)
{
	for (*out = 0; *out < count; ++*out)
		if (str_eq(word, str_of(words[*out])))
			return true;
	return false;
}

static bool read_addresses(struct reading *r, struct str rest, struct ip **list, size_t *count)
{
	struct str word;

	while ((word = str_cut_word(&rest)).n > 0) {
		struct ip ip;

		if (!ip_parse(word, &ip))
			return fault(r, "not an address:", word);
		arena_push(r->arena, *list, *count, struct ip, ip);
	}
	return true;
}

static bool set_about(struct reading *r, struct str rest)
{
	r->out->about = rest;
	return true;
}

static bool set_domain(struct reading *r, struct str rest)
{
	if (!domain_is_fqdn(rest))
		return fault(r, "not a domain:", rest);
	r->out->domain = rest;
	return true;
}

static bool add_nameservers(struct reading *r, struct str rest)
{
	return read_addresses(r, rest, &r->out->nameservers, &r->out->nameserver_count);
}

/* zone NAME FILE [secure|bogus] */
static bool add_zone(struct reading *r, struct str rest)
{
	struct lab_zone zone = { .name = domain_undot(str_cut_word(&rest)),
		.file = str_cut_word(&rest) };
	struct str flag = str_cut_word(&rest);

	zone.secure = str_eq(flag, STR("secure"));
	zone.bogus = str_eq(flag, STR("bogus"));
	if (flag.n > 0 && !zone.secure && !zone.bogus)
		return fault(r, "neither secure nor bogus:", flag);
	if (!r->open(r->context, zone.file, &zone.text))
		return fault(r, "there is no file", zone.file);
	arena_push(r->arena, r->out->zones, r->out->zone_count, struct lab_zone, zone);
	return true;
}

/* service PROTOCOL PORT [tls] HOST ADDRESS... */
static bool add_service(struct reading *r, struct str rest)
{
	struct lab_service s = { .cert = LAB_CERT_GOOD };
	struct str protocol = str_cut_word(&rest), port = str_cut_word(&rest);
	uint64_t number;
	size_t i;

	if (!word_in(protocol, protocols, LENGTH(protocols), &i))
		return fault(r, "none of smtp, imap, pop3, https:", protocol);
	if (!str_uint(port, 65535, &number) || number == 0)
		return fault(r, "not a port:", port);
	if (r->out->service_count == MAX_SERVICES)
		return fault(r, "more than 200 services, at", port);
	s.protocol = (enum lab_protocol)i;
	s.port = (uint16_t)number;
	s.implicit_tls = s.protocol == LAB_HTTPS || number == 465 || number == 993 || number == 995;
	s.host = str_cut_word(&rest);
	if (!domain_is_fqdn(s.host))
		return fault(r, "not a host:", s.host);
	s.greeting = s.ehlo = s.host;
	if (!read_addresses(r, rest, &s.addresses, &s.address_count))
		return false;
	arena_push(r->arena, r->out->services, r->out->service_count, struct lab_service, s);
	r->service = &r->out->services[r->out->service_count - 1];
	return true;
}

static bool set_greeting(struct reading *r, struct str rest)
{
	r->service->greeting = rest;
	return true;
}

static bool set_ehlo(struct reading *r, struct str rest)
{
	r->service->ehlo = rest;
	return true;
}

static bool set_cert(struct reading *r, struct str rest)
{
	size_t i;

	if (!word_in(rest, certs, LENGTH(certs), &i))
		return fault(r, "no kind of certificate:", rest);
	r->service->cert = (enum lab_cert)i;
	return true;
}

static bool add_accepts(struct reading *r, struct str rest)
{
	struct str word;

	while ((word = str_cut_word(&rest)).n > 0)
		arena_push(
		    r->arena, r->service->accepts, r->service->accept_count, struct str, word);
	return true;
}

static bool add_file(struct reading *r, struct str rest)
{
	struct lab_file f = { .path = str_cut_word(&rest) };
	struct str name = str_cut_word(&rest);

	if (!r->open(r->context, name, &f.content))
		return fault(r, "there is no file", name);
	arena_push(r->arena, r->service->files, r->service->file_count, struct lab_file, f);
	return true;
}

static bool set_trick(struct reading *r, struct str rest)
{
	struct str word = str_cut_word(&rest), number = str_cut_word(&rest);
	size_t i;

	if (!word_in(word, tricks, LENGTH(tricks), &i))
		return fault(r, "no such trick:", word);
	if (number.n > 0 && !str_uint(number, 100000000, &r->service->number))
		return fault(r, "not a number:", number);
	r->service->trick = (enum lab_trick)i;
	return true;
}

static const struct directive {
	const char *word;
	bool of_service;
	bool (*read)(struct reading *, struct str rest);
} directives[] = {
	{ "about", false, set_about },
	{ "domain", false, set_domain },
	{ "nameservers", false, add_nameservers },
	{ "zone", false, add_zone },
	{ "service", false, add_service },
	{ "greeting", true, set_greeting },
	{ "ehlo", true, set_ehlo },
	{ "cert", true, set_cert },
	{ "accept", true, add_accepts },
	{ "file", true, add_file },
	{ "trick", true, set_trick },
};

static bool read_line(struct reading *r, struct str line)
{
	struct str rest = line, word = str_cut_word(&rest);

	for (size_t i = 0; i < LENGTH(directives); i++) {
		if (!str_eq(word, str_of(directives[i].word)))
			continue;
		if (directives[i].of_service && r->service == NULL)
			return fault(r, "no service stands before", word);
		return directives[i].read(r, str_trim(rest));
	}
	return fault(r, "there is no directive", word);
}

bool scenario_parse(struct arena *a, struct str text, const char *name, scenario_open *open,
    void *context, struct scenario *out, struct error *e)
{
	struct reading r = {
		.out = out, .arena = a, .file = name, .open = open, .context = context, .error = e
	};

	*out = (struct scenario){ .arena = a };
	while (text.n > 0) {
		struct str comment = str_cut_line(&text), line = str_trim(str_cut(&comment, '#'));

		r.line++;
		if (line.n > 0 && !read_line(&r, line))
			return false;
	}
	open(context, STR("profile.conf"), &out->profile);
	return out->domain.n > 0 || fault(&r, "no line says the", STR("domain"));
}

/* ---- where the files are ---- */

struct place {
	struct arena *arena;
	struct str name;
};

static bool open_embedded(void *context, struct str file, struct str *out)
{
	const struct place *p = context;
	struct str path = arena_fmt(p->arena, STR_FMT "/" STR_FMT, STR_ARG(p->name), STR_ARG(file));

	for (size_t i = 0; i < lab_embedded_count; i++)
		if (str_eq(path, str_of(lab_embedded[i].name))) {
			*out = (struct str){ lab_embedded[i].bytes, lab_embedded[i].size };
			return true;
		}
	return false;
}

static bool open_folder(void *context, struct str file, struct str *out)
{
	const struct place *p = context;
	struct str path = arena_fmt(p->arena, STR_FMT "/" STR_FMT, STR_ARG(p->name), STR_ARG(file));
	FILE *f = str_find(file, STR("..")) < 0 ? fopen(path.p, "re") : NULL;
	char *bytes = arena_array(p->arena, char, f != NULL ? MAX_FILE : 1);

	if (f == NULL)
		return false;
	*out = (struct str){ bytes, fread(bytes, 1, MAX_FILE, f) };
	fclose(f);
	return true;
}

bool scenario_load(struct arena *a, struct str name, struct scenario *out, struct error *e)
{
	struct place place = { a, name };
	scenario_open *open = str_chr(name, '/') >= 0 ? open_folder : open_embedded;
	struct str text, file = arena_fmt(a, STR_FMT "/scenario.conf", STR_ARG(name));

	if (!open(&place, STR("scenario.conf"), &text))
		return error_set(e,
		    "there is no scenario \"" STR_FMT "\" (frank lab list shows them)",
		    STR_ARG(name));
	if (!scenario_parse(a, text, file.p, open, &place, out, e))
		return false;
	out->name = name;
	return true;
}
