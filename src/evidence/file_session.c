/* file_session - a TLS session and a dialogue as JSON; see file_fields.h. */
#include "evidence/file_fields.h"
#include "wire/base64.h"

void file_read_tls(struct file_reader *r, const json_t *o, struct session_tls *t)
{
	struct str ocsp = file_text(r, o, "ocsp");

	*t = (struct session_tls){ .done = file_flag(r, o, "done"),
		.version = file_text(r, o, "version"),
		.cipher = file_text(r, o, "cipher"),
		.group = file_text(r, o, "group"),
		.bits = (int)file_number(r, o, "bits", 0),
		.sni = file_flag(r, o, "sni"),
		.compression = file_flag(r, o, "compression"),
		.secure_renegotiation = file_flag(r, o, "secure_renegotiation"),
		.extended_master_secret = file_flag(r, o, "extended_master_secret"),
		.client_renegotiation = file_flag(r, o, "client_renegotiation"),
		.sct = file_flag(r, o, "sct"),
		.served = (size_t)file_number(r, o, "served", 0),
		.error = file_text(r, o, "error") };
	t->chain = file_texts(r, o, "chain", &t->chain_count);
	t->anchors = file_texts(r, o, "anchors", &t->anchor_count);
	if (ocsp.n > 0 && base64_decode(r->arena, ocsp, BASE64_WSP, &t->ocsp, NULL) != BASE64_OK)
		file_fault(r, "session.ocsp", "is not base64");
}

static void read_line(struct file_reader *r, const json_t *o, struct session_line *l)
{
	struct str who = file_text(r, o, "who");

	if (!str_eq(who, STR("C")) && !str_eq(who, STR("S")) && !str_eq(who, STR("-")))
		file_fault(
		    r, "transcript", "has a line whose \"who\" is none of \"C\", \"S\", \"-\"");
	l->who = str_eq(who, STR("C"))	 ? SPEAKER_CLIENT
		 : str_eq(who, STR("S")) ? SPEAKER_SERVER
					 : SPEAKER_NOTE;
	l->tls = file_flag(r, o, "tls");
	l->ms = file_number(r, o, "ms", -1);
	l->text = file_text(r, o, "text");
}

struct session_line *file_read_lines(
    struct file_reader *r, const json_t *o, const char *key, size_t *count)
{
	const json_t *list = json_object_get(o, key);
	struct session_line *lines;

	*count = json_array_size(list);
	lines = arena_array(r->arena, struct session_line, *count);
	for (size_t i = 0; i < *count; i++)
		read_line(r, json_array_get(list, i), &lines[i]);
	return lines;
}

json_t *file_tls_json(struct arena *a, const struct session_tls *t)
{
	json_t *o = json_object();

	file_set_text(a, o, "version", t->version);
	file_set_text(a, o, "cipher", t->cipher);
	file_set_text(a, o, "group", t->group);
	if (t->bits > 0)
		file_set_number(o, "bits", t->bits);
	file_set_flag(o, "done", t->done);
	file_set_flag(o, "sni", t->sni);
	file_set_flag(o, "compression", t->compression);
	file_set_flag(o, "secure_renegotiation", t->secure_renegotiation);
	file_set_flag(o, "extended_master_secret", t->extended_master_secret);
	file_set_flag(o, "client_renegotiation", t->client_renegotiation);
	file_set_flag(o, "sct", t->sct);
	if (t->served > 0)
		file_set_number(o, "served", (int64_t)t->served);
	file_set_texts(a, o, "chain", t->chain, t->chain_count);
	file_set_texts(a, o, "anchors", t->anchors, t->anchor_count);
	if (t->ocsp.n > 0)
		file_set_text(a, o, "ocsp", base64_encode(a, t->ocsp));
	file_set_text(a, o, "error", t->error);
	return o;
}

static json_t *line_json(struct arena *a, const struct session_line *l)
{
	static const char *const who[] = {
		[SPEAKER_CLIENT] = "C",
		[SPEAKER_SERVER] = "S",
		[SPEAKER_NOTE] = "-",
	};
	json_t *o = json_object();

	json_object_set_new(o, "who", json_string(who[l->who]));
	file_set_number(o, "ms", l->ms);
	file_set_flag(o, "tls", l->tls);
	json_object_set_new(o, "text", file_text_json(a, l->text));
	return o;
}

json_t *file_lines_json(struct arena *a, const struct session_line *lines, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, line_json(a, &lines[i]));
	return list;
}
