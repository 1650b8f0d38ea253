/*
 * file_fields - what the parts of an evidence file share: JSON fields read and written.
 *
 * A reader keeps the first fault, with its place; whoever reads asks once, at the end.
 */
#ifndef EVIDENCE_FILE_FIELDS_H
#define EVIDENCE_FILE_FIELDS_H

#include <jansson.h>

#include "base/error.h"
#include "evidence/case.h"
#include "evidence/delivery.h"

/* Reads one object; the first file_fault is kept, and asked for once. */
struct file_reader {
	struct frank_case *c;
	struct arena *arena;
	const char *file;
	struct str text; /* of the whole file */
	bool answers;	 /* they are being read */
	size_t index;	 /* in "answers" */
	struct error *error;
	bool failed;
};

void file_fault(struct file_reader *, const char *key, const char *what);
/* Absent: {0}, the number given, false. */
struct str file_text(struct file_reader *, const json_t *, const char *key);
int64_t file_number(struct file_reader *, const json_t *, const char *key, int64_t absent);
bool file_flag(struct file_reader *, const json_t *, const char *key);
struct ip file_address(struct file_reader *, const json_t *, const char *key);
uint16_t file_port(struct file_reader *, const json_t *);
struct str *file_texts(struct file_reader *, const json_t *, const char *key, size_t *count);
void file_read_tls(struct file_reader *, const json_t *, struct session_tls *);
struct session_line *file_read_lines(
    struct file_reader *, const json_t *, const char *key, size_t *count);

/* Text as JSON; what is not UTF-8 becomes {"base64": "..."}. */
json_t *file_text_json(struct arena *, struct str);
/* Nothing is written for what is empty, false or negative. */
void file_set_text(struct arena *, json_t *, const char *key, struct str);
void file_set_flag(json_t *, const char *key, bool);
void file_set_number(json_t *, const char *key, int64_t);
void file_set_texts(struct arena *, json_t *, const char *key, const struct str *, size_t count);
json_t *file_tls_json(struct arena *, const struct session_tls *);
json_t *file_lines_json(struct arena *, const struct session_line *, size_t count);

#endif
