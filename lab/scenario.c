/* scenario - see scenario.h. */
#include "lab/scenario.h"

#include "wire/domain.h"

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
static const char *const lists[] = { "addresses", "domains" };
static const char *const certs[LAB_CERT_COUNT] = { "none", "good", "incomplete", "expired",
	"wrong-name", "self-signed", "weak", "sha1" };
static const char *const tricks[LAB_TRICK_COUNT] = { "delay", "silent", "drop", "bytes", "garbage",
	"huge-line", "endless-ehlo", "say-421", "greylist", "relay", "tls-half", "inject",
	"old-tls", "plain-auth", "redirect", "lying-ehlo", "tell-vrfy", "renegotiate" };

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

static bool add_selectors(struct reading *r, struct str rest)
{
	struct scenario *s = r->out;
	struct str word;

	while ((word = str_cut_word(&rest)).n > 0)
		arena_push(s->arena, s->selectors, s->selector_count, struct str, word);
	return s->selector_count > 0 || fault(r, "which DKIM selectors?", word);
}

static bool add_nameservers(struct reading *r, struct str rest)
{
	return read_addresses(r, rest, &r->out->nameservers, &r->out->nameserver_count);
}

static bool open_file(struct reading *r, struct str name, struct str *out)
{
	static const char *const troubles[] = { [FILE_ABSENT] = "there is no file",
		[FILE_TOO_LARGE] = "larger than 1 MiB is the file",
		[FILE_UNREADABLE] = "cannot read the file" };
	enum scenario_file found = r->open(r->context, name, out);

	return found == FILE_READ || fault(r, troubles[found], name);
}

/* A name that master files can say without an escape. */
static bool is_plain(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_alnum(name.p[i]) && str_chr(STR("-_./"), name.p[i]) < 0)
			return false;
	return domain_valid(name);
}

static bool zone_name(struct reading *r, struct str word, struct str *out)
{
	*out = domain_undot(word);
	return (out->n > 0 && is_plain(*out)) || fault(r, "not the name of a zone:", word);
}

static bool push_zone(struct reading *r, struct lab_zone zone)
{
	arena_push(r->arena, r->out->zones, r->out->zone_count, struct lab_zone, zone);
	return true;
}

/* zone NAME FILE [secure|bogus] [at ADDRESS...] */
static bool add_zone(struct reading *r, struct str rest)
{
	struct lab_zone zone = { 0 };
	struct str word = str_cut_word(&rest);

	if (!zone_name(r, word, &zone.name))
		return false;
	zone.file = str_cut_word(&rest);
	word = str_cut_word(&rest);
	zone.secure = str_eq(word, STR("secure"));
	zone.bogus = str_eq(word, STR("bogus"));
	if (zone.secure || zone.bogus)
		word = str_cut_word(&rest);
	if (word.n > 0 && !str_eq(word, STR("at")))
		return fault(r, "none of secure, bogus, at:", word);
	if (!read_addresses(r, rest, &zone.at, &zone.at_count))
		return false;
	if (word.n > 0 && zone.at_count == 0)
		return fault(r, "no address stands behind", word);
	return open_file(r, zone.file, &zone.text) && push_zone(r, zone);
}

/* list addresses|domains ZONE [ENTRY[=CODE]...] */
static bool add_list(struct reading *r, struct str rest)
{
	struct lab_zone zone = { .file = STR("list") };
	struct str kind = str_cut_word(&rest), word = str_cut_word(&rest);
	size_t i;

	if (!word_in(kind, lists, LENGTH(lists), &i))
		return fault(r, "neither addresses nor domains:", kind);
	if (!zone_name(r, word, &zone.name))
		return false;
	if (!lab_list_zone(r->arena, (enum lab_list)i, rest, &zone.text, &word))
		return fault(r, "no entry of such a list:", word);
	return push_zone(r, zone);
}

/* silent resolver|ADDRESS [NAME...] */
static bool add_silence(struct reading *r, struct str rest)
{
	struct lab_silence s = { 0 };
	struct str who = str_cut_word(&rest);

	if (!str_eq(who, STR("resolver")) && !ip_parse(who, &s.server))
		return fault(r, "neither the resolver nor an address:", who);
	do {
		struct str word = str_cut_word(&rest);

		s.name = domain_undot(word);
		if (s.name.n > 0 && !is_plain(s.name))
			return fault(r, "not a name:", word);
		arena_push(
		    r->arena, r->out->silences, r->out->silence_count, struct lab_silence, s);
	} while (rest.n > 0);
	return true;
}

/* service PROTOCOL PORT HOST ADDRESS... */
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

	if (!open_file(r, name, &f.content))
		return false;
	arena_push(r->arena, r->service->files, r->service->file_count, struct lab_file, f);
	return true;
}

static bool set_trick(struct reading *r, struct str rest)
{
	struct str word = str_cut_word(&rest), number = str_cut_word(&rest);
	size_t i;

	if (!word_in(word, tricks, LENGTH(tricks), &i))
		return fault(r, "no such trick:", word);
	if (number.n > 0 && !str_uint(number, 100000000, &r->service->numbers[i]))
		return fault(r, "not a number:", number);
	r->service->tricks |= UINT32_C(1) << i;
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
	{ "selectors", false, add_selectors },
	{ "zone", false, add_zone },
	{ "list", false, add_list },
	{ "silent", false, add_silence },
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

static bool read_profile(struct reading *r)
{
	return r->open(r->context, STR("profile.conf"), &r->out->profile) == FILE_ABSENT ||
	       open_file(r, STR("profile.conf"), &r->out->profile);
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
	if (out->domain.n == 0)
		return fault(&r, "no line says the", STR("domain"));
	return read_profile(&r);
}
