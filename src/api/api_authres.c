/* api_authres - the doors to Authentication-Results and Received-SPF, see frank/authres.h. */
#include <assert.h>
#include <stdlib.h>

#include "api/api_arc.h"
#include "wire/received_spf.h"

static_assert(FRANK_WRITE_UTF8 == (int)AUTHRES_UTF8 && FRANK_WRITE_LF == (int)AUTHRES_LF &&
		  FRANK_AUTHRES_UNREADABLE == (int)AUTHRES_UNREADABLE,
    "the public numbers are the inner ones");

struct frank_authres {
	struct arena arena;
	struct authres fields;
	struct authres_result *last; /* added; NULL: none since it was read */
};

const struct authres *api_authres(const struct frank_authres *r)
{
	return &r->fields;
}

struct frank_authres *frank_authres_new(void)
{
	return api_new(sizeof(struct frank_authres));
}

void frank_authres_free(struct frank_authres *r)
{
	if (r == NULL)
		return;
	arena_free(&r->arena);
	free(r);
}

void frank_authres_read(struct frank_authres *r, struct frank_str value)
{
	arena_reset(&r->arena);
	r->last = NULL;
	authres_parse(&r->arena, arena_str(&r->arena, api_in(value)), &r->fields);
}

struct frank_str frank_authres_id(const struct frank_authres *r)
{
	return api_out(r->fields.id);
}

unsigned frank_authres_instance(const struct frank_authres *r)
{
	return r->fields.instance;
}

size_t frank_authres_count(const struct frank_authres *r)
{
	return r->fields.count;
}

bool frank_authres_result(const struct frank_authres *r, size_t i, struct frank_authres_result *out)
{
	const struct authres_result *one;

	if (i >= r->fields.count)
		return false;
	one = &r->fields.results[i];
	*out = (struct frank_authres_result){ .method = api_out(one->method),
		.result = api_out(one->result),
		.version = one->version,
		.reason = api_out(one->reason),
		.comment = api_out(one->comment),
		.properties = one->property_count };
	return true;
}

bool frank_authres_property(
    const struct frank_authres *r, size_t i, size_t j, struct frank_authres_property *out)
{
	const struct authres_property *p;

	if (i >= r->fields.count || j >= r->fields.results[i].property_count)
		return false;
	p = &r->fields.results[i].properties[j];
	*out = (struct frank_authres_property){
		.ptype = api_out(p->ptype), .name = api_out(p->name), .value = api_out(p->value)
	};
	return true;
}

struct frank_str frank_authres_value(
    const struct frank_authres *r, size_t i, struct frank_str ptype, struct frank_str name)
{
	if (i >= r->fields.count)
		return frank_str(NULL);
	return api_out(authres_value(&r->fields.results[i], api_in(ptype), api_in(name)));
}

size_t frank_authres_faults(const struct frank_authres *r)
{
	return r->fields.fault_count;
}

struct frank_str frank_authres_fault(const struct frank_authres *r, size_t i, size_t *at)
{
	if (i >= r->fields.fault_count)
		return frank_str(NULL);
	if (at != NULL)
		*at = r->fields.faults[i].at;
	return frank_str(authres_fault_text(r->fields.faults[i].kind));
}

/* ---- writing one ---- */

void frank_authres_set_id(struct frank_authres *r, struct frank_str id)
{
	r->fields.id = arena_str(&r->arena, api_in(id));
}

void frank_authres_add(struct frank_authres *r, struct frank_str method, struct frank_str result)
{
	r->last = authres_add(&r->arena, &r->fields, arena_str(&r->arena, api_in(method)),
	    arena_str(&r->arena, api_in(result)));
}

void frank_authres_add_reason(struct frank_authres *r, struct frank_str reason)
{
	assert(r->last != NULL);
	r->last->reason = arena_str(&r->arena, api_in(reason));
}

void frank_authres_add_property(
    struct frank_authres *r, struct frank_str ptype, struct frank_str name, struct frank_str value)
{
	struct authres_property p = { .ptype = arena_str(&r->arena, api_in(ptype)),
		.name = arena_str(&r->arena, api_in(name)),
		.value = arena_str(&r->arena, api_in(value)) };

	assert(r->last != NULL);
	authres_property(&r->arena, r->last, &p);
}

struct frank_str frank_authres_write(struct frank_authres *r, unsigned flags)
{
	return api_out(authres_write(&r->arena, &r->fields, flags));
}

enum frank_authres_claim frank_authres_claim(
    struct frank_str value, const struct frank_str *ours, size_t count)
{
	struct arena a = { 0 };
	struct str *ids = arena_array(&a, struct str, count);
	enum authres_claim claim;

	for (size_t i = 0; i < count; i++)
		ids[i] = api_in(ours[i]);
	claim = authres_claim(&a, api_in(value), ids, count);
	arena_free(&a);
	return (enum frank_authres_claim)claim;
}

/* ---- Received-SPF ---- */

struct frank_received_spf {
	struct arena arena;
	struct received_spf field;
};

struct frank_received_spf *frank_received_spf_new(void)
{
	return api_new(sizeof(struct frank_received_spf));
}

void frank_received_spf_free(struct frank_received_spf *r)
{
	if (r == NULL)
		return;
	arena_free(&r->arena);
	free(r);
}

bool frank_received_spf_read(struct frank_received_spf *r, struct frank_str value, size_t *at)
{
	arena_reset(&r->arena);
	received_spf_parse(&r->arena, arena_str(&r->arena, api_in(value)), &r->field);
	if (at != NULL)
		*at = r->field.fault_at;
	return r->field.valid;
}

struct frank_str frank_received_spf_result(const struct frank_received_spf *r)
{
	return api_out(r->field.result);
}

struct frank_str frank_received_spf_comment(const struct frank_received_spf *r)
{
	return api_out(r->field.comment);
}

struct frank_str frank_received_spf_value(const struct frank_received_spf *r, struct frank_str key)
{
	return api_out(received_spf_value(&r->field, api_in(key)));
}

void frank_received_spf_set(
    struct frank_received_spf *r, struct frank_str result, struct frank_str comment)
{
	arena_reset(&r->arena);
	r->field = (struct received_spf){ .result = arena_str(&r->arena, api_in(result)) };
	if (comment.n > 0)
		r->field.comment = arena_str(&r->arena, api_in(comment));
}

void frank_received_spf_add(
    struct frank_received_spf *r, struct frank_str key, struct frank_str value)
{
	received_spf_add(&r->arena, &r->field, arena_str(&r->arena, api_in(key)),
	    arena_str(&r->arena, api_in(value)));
}

struct frank_str frank_received_spf_write(struct frank_received_spf *r, unsigned flags)
{
	return api_out(received_spf_write(&r->arena, &r->field, flags));
}
