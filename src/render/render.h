/*
 * render - findings to what people and programs read. Nothing is judged here again.
 *
 * Whatever came from outside (names, banners, records) passes escape.h on its way out.
 */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "base/buf.h"
#include "check/check.h"
#include "check/receivers.h"

#define RENDER_MAX ((size_t)64 << 20)

/* All there is to say about one domain. */
struct report {
	struct arena *arena;
	const struct frank_case *facts;
	struct str domain;
	const struct finding *findings;
	size_t count;
	struct audit_summary summary;
	const struct receiver_verdict *receivers; /* receiver_count of them */
	const struct post *post;		  /* the message that it is about; or NULL */
	struct str saved;			  /* path of the evidence, with --save */
	bool cut_short;				  /* the time was up, or the user interrupted */
	bool selectors_given;
	bool partial; /* --only or --skip: nothing is said of the rest */
};

struct render_style {
	bool color;
	unsigned width;
	bool verbose; /* what passed is shown one by one */
	bool quiet;   /* the verdict alone */
	bool timing;
};

struct renderer {
	const char *name; /* "text" */
	void (*render)(
	    const struct report *, size_t count, const struct render_style *, struct buf *);
};

extern const struct renderer renderers[];
extern const size_t renderer_count;

/* What the exit status says: 0, 1 or 3 (see design: the promised statuses). */
int report_status(const struct report *);
/* The plugin's own status: 0, 1, 2 or 3. */
int nagios_status(const struct report *, size_t count);
/* Findings that count as failed. */
unsigned report_failed(const struct report *);

void render_text(const struct report *, size_t, const struct render_style *, struct buf *);
void render_json(const struct report *, size_t, const struct render_style *, struct buf *);
void render_html(const struct report *, size_t, const struct render_style *, struct buf *);
void render_markdown(const struct report *, size_t, const struct render_style *, struct buf *);
void render_junit(const struct report *, size_t, const struct render_style *, struct buf *);
void render_nagios(const struct report *, size_t, const struct render_style *, struct buf *);

/* The command that shows the same fact: "dig ...", "openssl s_client ...", in the arena. */
struct str replay_line(struct arena *, const struct fact *);
/* What the fact says, in a few lines at most. */
struct str fact_summary(struct arena *, const struct fact *);
/* One line for a change: "add TXT _dmarc.example.com \"v=DMARC1...\"". */
struct str fix_line(struct arena *, const struct fix *);
/* The first sentence: will mail arrive? */
struct str verdict_sentence(struct arena *, const struct report *);

#endif
