/* dkim_canon - see dkim_canon.h. */
#include "auth/dkim_canon.h"

#include "base/compat_wide.h"

/* From this size on bytes are hashed where they lie; shorter runs are cheaper gathered. */
#define STAGE_RUN 256
/* Bytes of a body that are looked at in one go. */
#define EVENT_BLOCK 128

static const struct str crlf = { "\r\n", 2 };

/* ---- the stage ---- */

void dkim_stage_flush(struct dkim_stage *s)
{
	if (s->n > 0)
		crypto_hash_add(s->hash, s->bytes, s->n);
	s->n = 0;
}

void dkim_stage_add(struct dkim_stage *s, struct str bytes)
{
	if (bytes.n > DKIM_STAGE - s->n)
		dkim_stage_flush(s);
	if (bytes.n >= STAGE_RUN) {
		dkim_stage_flush(s);
		crypto_hash_add(s->hash, bytes.p, bytes.n);
	} else if (bytes.n > 0) {
		memcpy(s->bytes + s->n, bytes.p, bytes.n);
		s->n += bytes.n;
	}
}

static void stage_byte(struct dkim_stage *s, char c)
{
	if (s->n == DKIM_STAGE)
		dkim_stage_flush(s);
	s->bytes[s->n++] = c;
}

/* ---- header ---- */

/* As it is; with lf, line ends become CRLF. */
static void add_simple(struct dkim_stage *s, struct str text, bool lf)
{
	ptrdiff_t at;

	while (lf && (at = str_chr(text, '\n')) >= 0) {
		struct str line = str_slice(text, 0, (size_t)at);

		dkim_stage_add(s, line);
		if (line.n == 0 || line.p[line.n - 1] != '\r')
			stage_byte(s, '\r');
		stage_byte(s, '\n');
		text = str_skip(text, (size_t)at + 1);
	}
	dkim_stage_add(s, text);
}

/* A value on its way into the relaxed form. */
struct unfolded {
	bool any;   /* a word has come */
	bool space; /* white space since */
};

/* Part of a fold: nothing of it is left. */
static bool is_line_end(struct str text, size_t i)
{
	return text.p[i] == '\n' || (text.p[i] == '\r' && i + 1 < text.n && text.p[i + 1] == '\n');
}

/* At most as many bytes as fit into the stage. */
static void add_relaxed_part(
    struct dkim_stage *s, struct str text, size_t from, size_t to, struct unfolded *u)
{
	char *out = s->bytes + s->n;

	for (size_t i = from; i < to;) {
		if (text.p[i] <= ' ' && (is_wsp(text.p[i]) || is_line_end(text, i))) {
			u->space |= is_wsp(text.p[i++]);
			continue;
		}
		if (u->space && u->any)
			*out++ = ' ';
		*u = (struct unfolded){ .any = true };
		do
			*out++ = text.p[i++];
		while (i < to && text.p[i] > ' ');
	}
	s->n = (size_t)(out - s->bytes);
}

/* Unfold, and make one space of each run of white space within. */
static void add_relaxed(struct dkim_stage *s, struct str text, struct unfolded *u)
{
	size_t from = 0;

	while (from < text.n) {
		size_t to = from + DKIM_STAGE / 2;

		if (s->n > DKIM_STAGE / 2 - 1)
			dkim_stage_flush(s);
		to = to < text.n ? to : text.n;
		add_relaxed_part(s, text, from, to, u);
		from = to;
	}
}

static void add_name(struct dkim_stage *s, struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		stage_byte(s, to_lower(name.p[i]));
	stage_byte(s, ':');
}

/* A field whose value is two pieces, what stood between them left out. */
static void add_pieces(struct dkim_stage *s, const struct message_field *f, struct str first,
    struct str second, bool relaxed, bool lf)
{
	struct unfolded u = { 0 };

	if (!relaxed) {
		add_simple(s, str_slice(f->raw, 0, (size_t)(f->value.p - f->raw.p)), lf);
		add_simple(s, first, lf);
		add_simple(s, second, lf);
		return;
	}
	add_name(s, f->name);
	add_relaxed(s, first, &u);
	add_relaxed(s, second, &u);
}

void dkim_canon_field(struct dkim_stage *s, const struct message_field *f, bool relaxed, bool lf)
{
	add_pieces(s, f, f->value, (struct str){ 0 }, relaxed, lf);
	dkim_stage_add(s, crlf);
}

void dkim_canon_own_field(struct dkim_stage *s, const struct dkim_sig *sig, bool lf)
{
	struct str value = sig->field->value;

	add_pieces(s, sig->field, str_slice(value, 0, sig->b_at), str_skip(value, sig->b_end),
	    sig->relaxed_header, lf);
}

/* The lowest field of that name that was not taken yet. */
static const struct message_field *take_field(const struct message *m, struct str name, bool *taken)
{
	for (size_t i = m->count; i-- > 0;)
		if (!taken[i] && str_ieq(m->fields[i].name, name)) {
			taken[i] = true;
			return &m->fields[i];
		}
	return NULL;
}

void dkim_header_hash(struct crypto *crypto, struct arena *a, const struct message *m,
    const struct dkim_sig *sig, bool lf, unsigned char out[CRYPTO_HASH])
{
	struct dkim_stage stage;
	bool *taken = arena_array(a, bool, m->count + 1);
	const struct message_field *f;

	stage.hash = crypto_hash_begin(crypto);
	stage.n = 0;
	for (size_t i = 0; i < sig->header_count; i++) {
		f = take_field(m, sig->headers[i], taken);
		if (f != NULL)
			dkim_canon_field(&stage, f, sig->relaxed_header, lf);
	}
	dkim_canon_own_field(&stage, sig, lf);
	dkim_stage_flush(&stage);
	crypto_hash_end(stage.hash, out);
}

/* ---- body: what comes out ---- */

static void put(struct dkim_body *b, struct str bytes)
{
	uint64_t left = b->total < b->limit ? b->limit - b->total : 0;

	b->total += bytes.n;
	dkim_stage_add(&b->stage, bytes.n <= left ? bytes : str_slice(bytes, 0, (size_t)left));
}

/* What was held back is not at the end after all. */
static void put_held(struct dkim_body *b)
{
	for (; b->crlfs > 0; b->crlfs--)
		put(b, crlf);
	if (b->space)
		put(b, STR(" "));
	b->space = false;
	b->any = true;
}

/* ---- body: byte by byte, right for every byte ---- */

static void end_line(struct dkim_body *b)
{
	b->crlfs++;
	b->cr = b->space = false;
}

static void step(struct dkim_body *b, char c)
{
	if (c == '\n' && (b->cr || b->lf)) {
		end_line(b);
		return;
	}
	if (b->cr) {
		put_held(b);
		put(b, STR("\r"));
	}
	b->cr = c == '\r';
	if (b->cr)
		return;
	if (b->relaxed && is_wsp(c)) {
		b->space = true;
		return;
	}
	put_held(b);
	put(b, (struct str){ &c, 1 });
}

/* Nothing is held back: what comes next may go into the hash as it is, up to an event. */
static bool plain(const struct dkim_body *b)
{
	return !b->cr && !b->space && b->crlfs == 0 && b->any;
}

/* ---- body: runs of bytes that stay as they are ---- */

/*
 * Could there be white space that the relaxed form changes?  Reads one byte more.  Every control
 * counts as white here, which costs a closer look and is never wrong; written so that a compiler
 * can look at many bytes at once.
 */
COMPAT_WIDE static bool has_event(const char *bytes)
{
	const unsigned char *p = (const unsigned char *)bytes;
	unsigned char found = 0;

	for (size_t i = 0; i < EVENT_BLOCK; i++)
		found |= (unsigned char)((p[i] == '\t') | ((p[i] == ' ') & (p[i + 1] <= ' ')));
	return found != 0;
}

/* A tab, a space before white space or a line's end. */
static bool is_event(const char *p, const char *end)
{
	if (*p == '\t')
		return true;
	return *p == ' ' && (p + 1 == end || is_wsp(p[1]) || p[1] == '\r' || p[1] == '\n');
}

/* The first such byte, or the end. A space that is the last byte is one, as none knows better. */
static const char *find_white_space(const char *p, const char *end)
{
	while (end - p > EVENT_BLOCK && !has_event(p))
		p += EVENT_BLOCK;
	while (p < end && !is_event(p, end))
		p++;
	return p;
}

/* Where bytes begin that may not stay as they are. */
static const char *find_event(const struct dkim_body *b, const char *p, const char *end)
{
	const char *lf;

	if (b->lf && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL)
		end = lf > p && lf[-1] == '\r' ? lf - 1 : lf;
	return b->relaxed ? find_white_space(p, end) : end;
}

/* Without the line ends at its end, and without a CR that may begin one. */
static const char *before_line_ends(const char *p, const char *end)
{
	if (end > p && end[-1] == '\r')
		end--;
	while (end - p >= 2 && end[-2] == '\r' && end[-1] == '\n')
		end -= 2;
	return end;
}

static void add_piece(struct dkim_body *b, struct str piece)
{
	const char *p = piece.p, *end = p + piece.n, *stop;

	while (p < end) {
		if (!plain(b)) {
			step(b, *p++);
			continue;
		}
		stop = find_event(b, p, end);
		stop = before_line_ends(p, stop);
		put(b, (struct str){ p, (size_t)(stop - p) });
		p = stop;
		if (p < end)
			step(b, *p++);
	}
}

static void end_body(struct dkim_body *b)
{
	if (b->cr) {
		put_held(b);
		put(b, STR("\r"));
	}
	/* An empty body is CRLF in the simple form, and nothing in the relaxed one. */
	if (b->any || !b->relaxed)
		put(b, crlf);
	dkim_stage_flush(&b->stage);
	crypto_hash_end(b->stage.hash, b->digest);
	b->stage.hash = NULL;
}

/* ---- all of them ---- */

void dkim_bodies_init(struct dkim_bodies *all, struct arena *a, struct crypto *crypto, bool lf)
{
	*all = (struct dkim_bodies){ .arena = a, .crypto = crypto, .lf = lf };
}

struct dkim_body *dkim_bodies_want(struct dkim_bodies *all, bool relaxed, uint64_t limit)
{
	struct dkim_body *b;

	for (b = all->first; b != NULL; b = b->next)
		if (b->relaxed == relaxed && b->limit == limit)
			return b;
	b = arena_new(all->arena, struct dkim_body);
	b->relaxed = relaxed;
	b->lf = all->lf;
	b->limit = limit;
	b->stage.hash = crypto_hash_begin(all->crypto);
	b->next = all->first;
	all->first = b;
	return b;
}

struct dkim_body *dkim_bodies_of(struct dkim_bodies *all, const struct dkim_sig *sig)
{
	return dkim_bodies_want(all, sig->relaxed_body, sig->has_length ? sig->length : UINT64_MAX);
}

void dkim_bodies_add(struct dkim_bodies *all, struct str piece)
{
	for (struct dkim_body *b = all->first; b != NULL; b = b->next)
		add_piece(b, piece);
}

void dkim_bodies_end(struct dkim_bodies *all)
{
	for (struct dkim_body *b = all->first; b != NULL && !all->ended; b = b->next)
		end_body(b);
	all->ended = true;
}

void dkim_bodies_drop(struct dkim_bodies *all)
{
	for (struct dkim_body *b = all->first; b != NULL; b = b->next) {
		crypto_hash_drop(b->stage.hash);
		b->stage.hash = NULL;
	}
	all->first = NULL;
}
