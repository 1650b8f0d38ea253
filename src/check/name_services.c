/* name_services - what IMAP and POP3 servers call themselves. RFC 9051 section 7.1, RFC 1939. */
#include "check/name_judges.h"
#include "wire/domain.h"

/* A word with a dot that is a name: what the greeting claims to be. */
static struct str name_in(struct str text)
{
	struct str word;

	while ((word = str_cut_word(&text)).n > 0) {
		while (word.n > 0 && str_chr(STR("<[(\"'.,;:>])"), word.p[0]) >= 0)
			word = str_skip(word, 1);
		while (word.n > 0 && str_chr(STR("<[(\"'.,;:>])"), word.p[word.n - 1]) >= 0)
			word.n--;
		if (domain_is_fqdn(word) || name_is_local(word))
			return word;
	}
	return (struct str){ 0 };
}

static const char *const products[] = { "dovecot", "cyrus", "courier", "uw imap", "exchange",
	"zimbra", "hmailserver", "stalwart", "qpopper", "popper", "vpopmail" };

/* The product's name with a version number behind it. */
static bool betrays_version(struct str text)
{
	/* An APOP time stamp (RFC 1939 section 7) is no version. */
	text = str_cut(&text, '<');
	for (size_t i = 0; i < LENGTH(products); i++) {
		ptrdiff_t at = str_ifind(text, str_of(products[i]));

		for (size_t k = at < 0 ? text.n : (size_t)at; k + 2 < text.n; k++)
			if (is_digit(text.p[k]) && text.p[k + 1] == '.' && is_digit(text.p[k + 2]))
				return true;
	}
	return false;
}

enum owner { OWNER_US, OWNER_OTHER, OWNER_UNKNOWN };

/* Whose name is it?  Ours too when it is the forward-confirmed name of the address. */
static enum owner owner_of(struct judge *j, const struct visit *v, struct str name)
{
	const struct dns_answer *ptr;
	bool failed = false, back;

	if (name.n == 0 || domain_eq(name, v->endpoint.host) || domain_under(name, j->domain))
		return OWNER_US;
	if (name_is_local(name))
		return OWNER_OTHER;
	ptr = judge_dns(j, ip_arpa(j->arena, v->endpoint.address), DNS_PTR);
	back = name_leads_back(j, name, v->endpoint.address, &failed);
	if (ptr == NULL || j->pending)
		return OWNER_UNKNOWN;
	if (dns_failed(ptr) || (failed && name_in_ptr(ptr, name)))
		return OWNER_UNKNOWN;
	return back && name_in_ptr(ptr, name) ? OWNER_US : OWNER_OTHER;
}

static void one_greeting(struct judge *j, const struct visit *v, const char *program, size_t *good)
{
	struct str text = session_greeting(v->session).lines[0].text, name = name_in(text);
	enum owner owner = owner_of(j, v, name);
	bool other = owner == OWNER_OTHER;
	struct finding *f;

	if (owner == OWNER_UNKNOWN) {
		judge_say(j, VERDICT_UNKNOWN,
		    "Whether " STR_FMT " is a name of " STR_FMT " could not be looked up",
		    STR_ARG(name), STR_ARG(v->subject));
		return;
	}
	if (!other && !betrays_version(text)) {
		++*good;
		return;
	}
	f = other ? judge_say(j, VERDICT_FAIL, "The %s greeting names another host, " STR_FMT,
			program, STR_ARG(name))
		  : judge_say(
			j, VERDICT_FAIL, "The %s greeting betrays product and version", program);
	judge_why(j, f, "It says \"" STR_FMT "\". %s", STR_ARG(text),
	    other ? "Mail programs and checking tools take that for a wrong or unfinished server."
		  : "Attackers look for versions with known holes.");
	judge_fix(j, f,
	    (struct fix){ .kind = FIX_LINE,
		.name = STR("/etc/dovecot/dovecot.conf"),
		.value = arena_fmt(
		    j->arena, "login_greeting = " STR_FMT " ready.", STR_ARG(v->endpoint.host)) });
}

static void judge_greetings(struct judge *j, enum service_protocol protocol, const char *program)
{
	struct visits v;
	size_t good = 0, heard = 0;

	if (!subject_service_visits(j, &v))
		return;
	for (size_t i = 0; i < v.count; i++) {
		if (v.list[i].endpoint.protocol != protocol ||
		    session_greeting(v.list[i].session).count == 0)
			continue;
		heard++;
		judge_subject(j, v.list[i].subject);
		judge_visit(j, &v.list[i].endpoint);
		one_greeting(j, &v.list[i], program, &good);
	}
	if (j->pending)
		return;
	judge_subject(j, j->domain);
	if (heard == 0)
		judge_say(j, VERDICT_SKIP, "No %s service was found", program);
	else if (good == heard)
		judge_say(j, VERDICT_PASS, "The %s greetings name the host or nothing", program);
}

void judge_name_imap(struct judge *j)
{
	judge_greetings(j, PROTOCOL_IMAP, "IMAP");
}

void judge_name_pop3(struct judge *j)
{
	judge_greetings(j, PROTOCOL_POP3, "POP3");
}
