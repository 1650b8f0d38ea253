/*
 * html - the report as one file: no script, nothing from elsewhere, light and dark, for
 * paper, a phone, a keyboard and a screen reader.
 */
#include "render/escape.h"
#include "render/render.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
    "'unsafe-inline'\">\n";

static const char style[] =
    "<style>\n"
    ":root{--bg:#fff;--fg:#1b1f24;--dim:#59636e;--line:#d5dae0;--box:#f5f7f9;--bad:#b3261e;--warn:#"
    "8a5a00;"
    "--good:#1a6b34;--ask:#6b3fa0;--info:#0b5c8a}\n"
    "@media "
    "(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e4e7ea;--dim:#9aa4ae;--line:#343a41;"
    "--box:#1d2125;--bad:#ff8a80;--warn:#f0c060;--good:#7ddc9a;--ask:#c9a6f5;--info:#7cc4f0}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);"
    "font:16px/1.5 system-ui,sans-serif}\n"
    "main,header,footer{max-width:56rem;margin:0 auto;padding:0 1rem}\n"
    "h1{font-size:1.5rem;line-height:1.25;margin:1.5rem 0 .5rem;overflow-wrap:anywhere}"
    "h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid "
    "var(--line);padding-bottom:.25rem}\n"
    "h3{font-size:1rem;margin:0;overflow-wrap:anywhere}\n"
    ".sum{display:flex;flex-wrap:wrap;gap:.5rem;padding:0;margin:1rem 0;list-style:none}"
    ".sum li{border:1px solid var(--line);border-radius:.5rem;padding:.25rem "
    ".75rem;background:var(--box)}"
    ".sum b{font-size:1.15rem}\n"
    "article{border:1px solid var(--line);border-left:.35rem solid var(--dim);border-radius:.4rem;"
    "padding:.6rem .9rem;margin:.6rem 0;break-inside:avoid}\n"
    "article p{margin:.35rem 0;overflow-wrap:anywhere}.dim{color:var(--dim)}\n"
    ".fail{border-left-color:var(--bad)}.fail "
    ".mark{color:var(--bad)}.warn{border-left-color:var(--warn)}"
    ".warn .mark{color:var(--warn)}.unknown{border-left-color:var(--ask)}.unknown "
    ".mark{color:var(--ask)}"
    ".info{border-left-color:var(--info)}.info .mark{color:var(--info)}.pass "
    ".mark{color:var(--good)}\n"
    "pre{background:var(--box);border:1px solid "
    "var(--line);border-radius:.3rem;padding:.5rem;margin:.3rem 0;"
    "white-space:pre-wrap;overflow-wrap:anywhere;font:.85rem/1.4 ui-monospace,monospace}\n"
    "summary{cursor:pointer}summary:focus-visible,a:focus-visible{outline:3px solid "
    "var(--info);outline-offset:2px}\n"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .5rem;"
    "border-bottom:1px solid "
    "var(--line);vertical-align:top}.yes{color:var(--good)}.no{color:var(--bad)}"
    ".skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--bg);"
    "padding:.5rem}\n"
    "@media(max-width:40rem){tr{display:grid;grid-template-columns:1fr 6rem 5rem}"
    "td:last-child{grid-column:1/-1}td:last-child:empty,thead th:last-child{display:none}"
    "tbody th,tbody td:not(:last-child){border:0}}\n"
    "@media print{h2,h3,summary{break-after:avoid}tr,pre{break-inside:avoid}"
    "details::details-content{display:none}"
    ".fail details::details-content{content-visibility:visible;block-size:auto;display:block}"
    "pre{white-space:pre-wrap}}\n"
    "</style>\n</head>\n";

static void tag(struct buf *out, const char *before, struct str text, const char *after)
{
	buf_add(out, str_of(before));
	escape_html(out, text);
	buf_add(out, str_of(after));
}

static void print_fix(const struct report *r, const struct fix *f, struct buf *out)
{
	static const char *const words[] = {
		[FIX_ADD] = "Add this record",
		[FIX_REPLACE] = "Change the record to",
		[FIX_REMOVE] = "Remove this record",
		[FIX_LINE] = "In ",
		[FIX_ASK] = "Ask your provider",
	};

	buf_addf(out, "<p><b>%s", words[f->kind]);
	if (f->kind == FIX_LINE)
		escape_html(out, f->name);
	buf_add(out, STR(":</b></p>\n"));
	tag(out, "<pre>", fix_line(r->arena, f), "</pre>\n");
	if (f->kind == FIX_REPLACE && f->old.n > 0)
		tag(out, "<p>in place of:</p><pre>", f->old, "</pre>\n");
}

static void print_evidence(const struct report *r, const struct finding *f, struct buf *out)
{
	if (f->evidence_count == 0)
		return;
	buf_addf(out, "<details><summary>Evidence (%zu)</summary>\n", f->evidence_count);
	for (size_t i = 0; i < f->evidence_count; i++) {
		const struct fact *fact = r->facts->facts[f->evidence[i]];

		tag(out, "<pre>$ ", replay_line(r->arena, fact), "\n");
		tag(out, "", fact_summary(r->arena, fact), "</pre>\n");
	}
	buf_add(out, STR("</details>\n"));
}

static void print_finding(const struct report *r, const struct finding *f, struct buf *out)
{
	const char *verdict = verdict_name(f->verdict);

	buf_addf(out, "<article class=\"%s\"><h3><span class=\"mark\">%s", verdict, verdict);
	if (f->verdict == VERDICT_FAIL)
		buf_addf(out, ", %s", severity_name(f->severity));
	buf_addf(out, "</span> <code>%s</code> ", f->check->id);
	tag(out, "<span class=\"dim\">", f->subject, "</span></h3>\n");
	tag(out, "<p>", f->says, "</p>\n");
	if (f->why.n > 0)
		tag(out, "<p class=\"dim\">", f->why, "</p>\n");
	for (const struct fix *fix = f->fixes; fix != NULL; fix = fix->next)
		print_fix(r, fix, out);
	print_evidence(r, f, out);
	tag(out, "<p class=\"dim\"><small>", str_of(f->check->references),
	    "</small></p></article>\n");
}

static bool is_quiet(const struct finding *f)
{
	return f->verdict == VERDICT_PASS || f->verdict == VERDICT_SKIP;
}

static void print_passes(const struct report *r, struct str topic, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += is_quiet(&r->findings[i]) && str_eq(check_topic(r->findings[i].check), topic);
	if (n == 0)
		return;
	buf_addf(out, "<details><summary>%zu more in order or not applicable</summary>\n", n);
	for (size_t i = 0; i < r->count; i++)
		if (is_quiet(&r->findings[i]) && str_eq(check_topic(r->findings[i].check), topic))
			print_finding(r, &r->findings[i], out);
	buf_add(out, STR("</details>\n"));
}

static void print_topic(const struct report *r, struct str topic, struct buf *out)
{
	static const enum verdict order[] = { VERDICT_FAIL, VERDICT_WARN, VERDICT_UNKNOWN,
		VERDICT_INFO };

	buf_addf(out, "<section><h2>%s</h2>\n", check_topic_title(topic));
	for (size_t o = 0; o < LENGTH(order); o++)
		for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_INFO; severity--)
			for (size_t i = 0; i < r->count; i++) {
				const struct finding *f = &r->findings[i];

				if (f->verdict == order[o] && (int)f->severity == severity &&
				    str_eq(check_topic(f->check), topic))
					print_finding(r, f, out);
			}
	print_passes(r, topic, out);
	buf_add(out, STR("</section>\n"));
}

static void print_receiver(const struct receiver_verdict *v, struct buf *out)
{
	static const char *const classes[] = {
		[ACCEPTED] = "yes",
		[ACCEPTED_UNKNOWN] = "dim",
		[REFUSED] = "no",
	};

	buf_addf(out,
	    "<tr><th scope=\"row\">%s</th><td class=\"%s\">%s</td><td class=\"%s\">%s</td><td>",
	    v->receiver->name, classes[v->all], acceptance_name(v->all), classes[v->bulk],
	    acceptance_name(v->bulk));
	for (size_t i = 0; i < v->count; i++) {
		const struct requirement *q = v->rows[i].requirement;

		if (v->rows[i].state != REQUIREMENT_NOT_MET)
			continue;
		tag(out, "not met: ", str_of(q->text), "");
		if (q->code != NULL)
			tag(out, " → <code>", str_of(q->code), "</code>");
		buf_add(out, STR("<br>"));
	}
	buf_add(out, STR("</td></tr>\n"));
}

static void print_receivers(const struct report *r, struct buf *out)
{
	if (r->receivers == NULL)
		return;
	buf_add(out, STR("<section><h2>Would it be accepted?</h2>\n<table><thead><tr><th "
			 "scope=\"col\">Receiver</th>"
			 "<th scope=\"col\">Accepted</th><th scope=\"col\">In bulk</th><th "
			 "scope=\"col\">Why not</th>"
			 "</tr></thead><tbody>\n"));
	for (size_t i = 0; i < receiver_count; i++)
		print_receiver(&r->receivers[i], out);
	buf_add(out, STR("</tbody></table></section>\n"));
}

static void print_report(const struct report *r, struct buf *out)
{
	const struct audit_summary *s = &r->summary;

	tag(out, "<h1>", verdict_sentence(r->arena, r), "</h1>\n");
	buf_addf(out,
	    "<ul class=\"sum\"><li><b>%u</b> critical</li><li><b>%u</b> major</li><li><b>%u</b> "
	    "minor</li>"
	    "<li><b>%u</b> passed</li><li><b>%u</b> could not be seen</li></ul>\n",
	    s->critical, s->major, s->minor, s->passed, s->unknown);
	if (r->cut_short)
		buf_add(out, STR("<p>The audit was cut short: what had not been answered is "
				 "unknown.</p>\n"));
	print_receivers(r, out);
	for (size_t i = 0; i < r->count; i++) {
		struct str topic = check_topic(r->findings[i].check);
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen |= str_eq(check_topic(r->findings[k].check), topic);
		if (!seen)
			print_topic(r, topic, out);
	}
}

void render_html(
    const struct report *reports, size_t count, const struct render_style *look, struct buf *out)
{
	(void)look;
	buf_add(out, str_of(head));
	tag(out, "<title>", count == 1 ? reports[0].domain : STR("frank"),
	    ": mail audit</title>\n");
	buf_add(out, str_of(style));
	buf_add(out, STR("<body>\n<a class=\"skip\" href=\"#report\">To the report</a>\n<main "
			 "id=\"report\">\n"));
	for (size_t i = 0; i < count; i++)
		print_report(&reports[i], out);
	buf_add(out, STR("</main>\n<footer><p class=\"dim\"><small>Made by frank. Each command "
			 "shows the same "
			 "thing to anyone.</small></p></footer>\n</body>\n</html>\n"));
}
