/*
 * scenario - what a lab is made of: names, zones and services, read from a small text.
 * man/frank-scenario.5 describes the format.
 */
#ifndef LAB_SCENARIO_H
#define LAB_SCENARIO_H

#include "base/error.h"
#include "wire/ip.h"

enum lab_protocol { LAB_SMTP, LAB_IMAP, LAB_POP3, LAB_HTTPS };

enum lab_cert {
	LAB_CERT_NONE, /* no TLS is offered */
	LAB_CERT_GOOD,
	LAB_CERT_INCOMPLETE, /* the leaf alone */
	LAB_CERT_EXPIRED,
	LAB_CERT_WRONG_NAME,
	LAB_CERT_SELF_SIGNED,
	LAB_CERT_WEAK, /* RSA 1024 */
	LAB_CERT_SHA1, /* signed with SHA-1 */
	LAB_CERT_COUNT,
};

/* Numbers of bits: a service may play several tricks. */
enum lab_trick {
	LAB_DELAY,     /* N ms before the first word */
	LAB_SILENT,    /* never a word */
	LAB_DROP,      /* hangs up after N lines said */
	LAB_BYTES,     /* one byte at a time */
	LAB_GARBAGE,   /* no protocol at all */
	LAB_HUGE_LINE, /* a first word of a megabyte without an end */
	LAB_ENDLESS,   /* a reply to EHLO that does not end */
	LAB_SAY_421,
	LAB_GREYLIST,	 /* 450 to each recipient */
	LAB_RELAY,	 /* takes every recipient */
	LAB_TLS_HALF,	 /* hangs up in the middle of the handshake */
	LAB_INJECT,	 /* more text behind the reply to STARTTLS */
	LAB_OLD_TLS,	 /* TLS 1.0 and 1.1 only */
	LAB_PLAIN_AUTH,	 /* AUTH before TLS */
	LAB_REDIRECT,	 /* HTTP 301 */
	LAB_LYING_EHLO,	 /* offers STARTTLS and refuses it */
	LAB_TELL_VRFY,	 /* VRFY and EXPN say who exists */
	LAB_RENEGOTIATE, /* TLS 1.2 handshakes as often as the client likes */
	LAB_TRICK_COUNT,
};

struct lab_file {
	struct str path, content;
};

struct lab_service {
	enum lab_protocol protocol;
	uint16_t port;
	bool implicit_tls;
	struct ip *addresses;
	size_t address_count;
	struct str host; /* name in the certificate */
	struct str greeting, ehlo;
	enum lab_cert cert;
	struct str *accepts; /* local parts */
	size_t accept_count;
	struct lab_file *files;
	size_t file_count;
	uint32_t tricks; /* bits 1 << enum lab_trick */
	uint64_t numbers[LAB_TRICK_COUNT];
};

static inline bool lab_plays(const struct lab_service *s, enum lab_trick trick)
{
	return (s->tricks >> trick & 1) != 0;
}

struct lab_zone {
	struct str name, file, text;
	bool secure, bogus;
	struct ip *at; /* the name servers that have this copy; none: all, and the resolver */
	size_t at_count;
};

/* Who never answers about a name and what is beneath it; "" is everything. */
struct lab_silence {
	struct ip server; /* IP_NONE: the resolver */
	struct str name;
};

struct scenario {
	struct arena *arena;
	struct str name, about, domain, profile;
	struct lab_zone *zones;
	size_t zone_count;
	struct lab_silence *silences;
	size_t silence_count;
	struct lab_service *services;
	size_t service_count;
	struct ip *nameservers;
	size_t nameserver_count;
	struct str *selectors; /* of DKIM, known to whoever plays the founder */
	size_t selector_count;
};

/* Files of a scenario by name, from the binary or from a folder, of 1 MiB at most. */
enum scenario_file { FILE_READ, FILE_ABSENT, FILE_TOO_LARGE, FILE_UNREADABLE };
typedef enum scenario_file scenario_open(void *context, struct str file, struct str *out);

/* Errors are "FILE:LINE: reason". */
bool scenario_parse(struct arena *, struct str text, const char *name, scenario_open *open,
    void *context, struct scenario *out, struct error *);

/* By name from those built in, or a folder (a name with a slash). */
bool scenario_load(struct arena *, struct str name, struct scenario *out, struct error *);

/*
 * The zone of a block list or white list as master file text: its test entries
 * (RFC 5782 section 5) and the entries "ADDRESS-OR-NAME[=CODE]...".
 * False: one of them is wrong.
 */
enum lab_list { LAB_LIST_ADDRESSES, LAB_LIST_DOMAINS };
bool lab_list_zone(
    struct arena *, enum lab_list, struct str entries, struct str *text, struct str *wrong);

struct lab_embedded {
	const char *name; /* "startup-before/scenario.conf" */
	const char *bytes;
	size_t size;
};
extern const struct lab_embedded lab_embedded[];
extern const size_t lab_embedded_count;

#endif
