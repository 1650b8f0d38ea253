/* tags - see tags.h. */
#include "wire/tags.h"

#include "base/compat_wide.h"

static void fault(struct arena *a, struct tags *t, enum tag_fault_kind kind, struct str what)
{
	struct tag_fault f = { .kind = kind, .what = what };

	if (t->fault_count == TAGS_FAULTS_MAX)
		return;
	f.at = what.p == NULL ? t->text.n : (size_t)(what.p - t->text.p);
	arena_push(a, t->faults, t->fault_count, struct tag_fault, f);
}

static bool name_valid(struct str name)
{
	if (name.n == 0 || !is_alpha(name.p[0]))
		return false;
	for (size_t i = 1; i < name.n; i++)
		if (!is_alnum(name.p[i]) && name.p[i] != '_')
			return false;
	return true;
}

/* Bytes that no value may hold: controls, and what is not ASCII.  CR and LF pass as folding. */
static bool is_fault(char c)
{
	return c < ' ' ? c != '\t' && c != '\r' && c != '\n' : c == 0x7f;
}

/* Written so that a compiler can look at many bytes at once. */
COMPAT_WIDE static bool has_fault(const char *p, size_t n)
{
	unsigned char odd = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		odd |= (unsigned char)(((c < ' ') | (c > 0x7e)) & (c != '\t') & (c != '\r') &
				       (c != '\n'));
	}
	return odd != 0;
}

/* Offset of the first of them, or -1. */
static ptrdiff_t value_fault(struct str value)
{
	if (!has_fault(value.p, value.n))
		return -1;
	for (size_t i = 0; i < value.n; i++)
		if (is_fault(value.p[i]))
			return (ptrdiff_t)i;
	return -1;
}

static void read_item(struct arena *a, struct tags *t, struct str item)
{
	ptrdiff_t equals = str_chr(item, '=');
	struct tag tag;
	ptrdiff_t bad;

	if (equals < 0) {
		fault(a, t, TAG_NO_EQUALS, str_trim(item));
		return;
	}
	tag.name = str_trim(str_slice(item, 0, (size_t)equals));
	tag.value = str_trim(str_skip(item, (size_t)equals + 1));
	if (tag.value.n == 0) /* an empty value points behind the equals sign */
		tag.value = (struct str){ item.p + equals + 1, 0 };
	if (tag.name.n == 0)
		tag.name = (struct str){ item.p + equals, 0 };
	tag.name_at = (size_t)(tag.name.p - t->text.p);
	tag.value_at = (size_t)(tag.value.p - t->text.p);
	if (!name_valid(tag.name))
		fault(a, t, TAG_NAME, tag.name);
	for (size_t i = 0; i < t->count; i++)
		if (str_eq(t->items[i].name, tag.name)) {
			fault(a, t, TAG_DUPLICATE, tag.name);
			break;
		}
	bad = value_fault(tag.value);
	if (bad >= 0)
		fault(a, t, TAG_VALUE, str_slice(tag.value, (size_t)bad, (size_t)bad + 1));
	arena_push(a, t->items, t->count, struct tag, tag);
}

void tags_parse(struct arena *a, struct str text, struct tags *out)
{
	struct str rest = text;

	*out = (struct tags){ .text = text };
	while (rest.n > 0) {
		size_t at = (size_t)(rest.p - text.p);
		struct str item = str_cut(&rest, ';'), bare = str_trim(item);

		/* Nothing behind the last semicolon is harmless; between two it is not. */
		if (bare.n == 0 && str_trim(rest).n == 0)
			return;
		if (out->count == TAGS_MAX) {
			fault(a, out, TAG_TOO_MANY, bare);
			return;
		}
		if (bare.n > 0)
			read_item(a, out, item);
		else
			fault(a, out, TAG_EMPTY, (struct str){ text.p + at, 0 });
	}
}

const struct tag *tags_find(const struct tags *t, const char *name)
{
	struct str wanted = str_of(name);

	for (size_t i = 0; i < t->count; i++)
		if (str_eq(t->items[i].name, wanted))
			return &t->items[i];
	return NULL;
}

struct str tags_value(const struct tags *t, const char *name)
{
	const struct tag *tag = tags_find(t, name);

	return tag == NULL ? (struct str){ 0 } : tag->value;
}

bool tags_has_fault(const struct tags *t, enum tag_fault_kind kind)
{
	for (size_t i = 0; i < t->fault_count; i++)
		if (t->faults[i].kind == kind)
			return true;
	return false;
}

struct str tag_fault_write(struct arena *a, const struct tag_fault *f)
{
	static const char *const texts[] = {
		[TAG_NO_EQUALS] = "has no \"=\"",
		[TAG_EMPTY] = "two semicolons with nothing between them",
		[TAG_NAME] = "is not a tag name (letters, digits and _ only)",
		[TAG_DUPLICATE] = "stands there twice",
		[TAG_VALUE] = "a byte that may not stand in a value",
		[TAG_TOO_MANY] = "comes after more tags than any record needs",
	};

	if (f->kind == TAG_EMPTY)
		return str_of(texts[f->kind]);
	if (f->kind == TAG_VALUE)
		return arena_fmt(a, "%s (0x%02X)", texts[f->kind], (unsigned char)f->what.p[0]);
	return arena_fmt(a, "\"" STR_FMT "\" %s", STR_ARG(f->what), texts[f->kind]);
}

bool tags_next(struct str *rest, char sep, struct str *out)
{
	if (rest->p == NULL || rest->n == 0)
		return false;
	*out = str_trim(str_cut(rest, sep));
	return true;
}
