/* file_delivery - a message and how it was brought, as JSON. */
#ifndef EVIDENCE_FILE_DELIVERY_H
#define EVIDENCE_FILE_DELIVERY_H

#include <jansson.h>

#include "base/error.h"
#include "evidence/delivery.h"

struct file_reader;

/* Without the bytes of the message: whoever keeps them apart puts them back. */
json_t *delivery_json(struct arena *, const struct delivery *, bool bytes);
/* `name` is for the error; what was read is in the arena. */
bool delivery_from_json(
    struct arena *, const json_t *, const char *name, struct delivery *out, struct error *);
/* As a part of an evidence file. */
void delivery_read(struct file_reader *, const json_t *, struct delivery *);

#endif
