/* Any parse tree as text, by what protobuf says of its fields, so that no node
 * needs a function of its own to be compared. */
#include <protobuf-c/protobuf-c.h>
#include <string.h>

#include "print.h"
#include "unstick/auto.h"

/* Places in the text, and what only a planned query has. */
static bool is_noise(const char *name)
{
	static const char *const names[] = { "location", "stmt_location",
		"stmt_len", "xpr", "typemod", "inh" };

	for (size_t i = 0; i < US_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static size_t size_of(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
		return sizeof(int64_t);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	default:
		return sizeof(int32_t);
	}
}

static void print_sub(printer *p, const ProtobufCMessage *message)
{
	const void *node = message;

	if (message->descriptor == &pg_query__node__descriptor)
		print_node(p, node);
	else if (message->descriptor == &pg_query__range_var__descriptor)
		print_range_var(p, node);
	else if (message->descriptor == &pg_query__type_name__descriptor)
		print_type_name(p, node);
	else
		print_fields(p, message);
}

static void print_value(printer *p, ProtobufCType type, const void *at)
{
	const void *pointer;
	int64_t wide;
	int32_t narrow;

	switch (type) {
	case PROTOBUF_C_TYPE_MESSAGE:
		memcpy(&pointer, at, sizeof(pointer));
		if (pointer)
			print_sub(p, pointer);
		break;
	case PROTOBUF_C_TYPE_STRING:
		memcpy(&pointer, at, sizeof(pointer));
		add_quoted_text(p->out, pointer ? pointer : "");
		break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_UINT64:
		memcpy(&wide, at, sizeof(wide));
		us_str_addf(p->out, "%lld", (long long)wide);
		break;
	default:
		memcpy(&narrow, at, sizeof(narrow));
		us_str_addf(p->out, "%d", narrow);
	}
}

/* Zero, empty, nothing: as if it weren't there. */
static bool is_unset(ProtobufCType type, const char *at)
{
	static const char zeros[sizeof(int64_t)];
	const char *text;

	if (type == PROTOBUF_C_TYPE_STRING) {
		memcpy(&text, at, sizeof(text));
		return !text || !*text;
	}
	return memcmp(at, zeros, size_of(type)) == 0;
}

static void print_repeated(
	printer *p, const ProtobufCFieldDescriptor *f, const char *base)
{
	size_t n, size = size_of(f->type);
	const char *items;

	memcpy(&n, base + f->quantifier_offset, sizeof(n));
	memcpy(&items, base + f->offset, sizeof(items));
	if (n == 0)
		return;
	us_str_addf(p->out, " %s[", f->name);
	/* a function's schema is shown or not, as everywhere */
	for (size_t i = strcmp(f->name, "funcname") == 0 ? n - 1 : 0; i < n; i++) {
		print_value(p, f->type, items + i * size);
		us_str_add(p->out, i + 1 < n ? ", " : "");
	}
	us_str_addc(p->out, ']');
}

static void print_field(
	printer *p, const ProtobufCFieldDescriptor *f, const char *base)
{
	uint32_t chosen;

	if (is_noise(f->name))
		return;
	if (f->label == PROTOBUF_C_LABEL_REPEATED) {
		print_repeated(p, f, base);
		return;
	}
	if (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
		memcpy(&chosen, base + f->quantifier_offset, sizeof(chosen));
		if (chosen != f->id)
			return;
	}
	if (is_unset(f->type, base + f->offset))
		return;
	us_str_addf(p->out, " %s=", f->name);
	print_value(p, f->type, base + f->offset);
}

void print_fields(printer *p, const ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *d = message->descriptor;

	us_str_addf(p->out, "(%s", d->short_name);
	for (unsigned i = 0; i < d->n_fields; i++)
		print_field(p, &d->fields[i], (const char *)message);
	us_str_addc(p->out, ')');
}
