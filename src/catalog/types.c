/* Types: enums with their labels in order, domains and composite types. */
#include <string.h>

#include "expression.h"
#include "kinds.h"
#include "tables.h"

/* What has rows has a type of its name for them. */
static void need_no_row_type(world *w, object_id schema, const char *name)
{
	object_id id = world_find(w, OBJECT_RELATION, schema, name);
	const char *kind = world_object(w, id)->facets[FACET_KIND].text;

	if (!id || world_is(w, id) == THERE_NO)
		return;
	if (world_is(w, id) == THERE_MAYBE || !kind)
		world_unsure(w, us_arena_strf(world_arena(w),
					"whether %s has rows is not known",
					world_title(w, id)));
	else if (strcmp(kind, "index") != 0 && strcmp(kind, "sequence") != 0)
		world_need(w, id, THERE_NO);
}

static object_id create_type(
	const step *s, PgQuery__Node **names, size_t n, const char *kind)
{
	object_id id = named_object(s->w, OBJECT_TYPE, names, n), parent;
	object_id schema = world_schema(s->w, before_last_of(names, n));
	const char *name = last_of(names, n);

	/* one that another schema of the path has is not in the way */
	if (id && world_object(s->w, id)->parent != schema)
		id = world_get(s->w, OBJECT_TYPE, schema, name);
	world_need(s->w, schema, THERE_YES);
	world_need_free(s->w, id, false);
	need_no_row_type(s->w, schema, name);
	parent = world_object(s->w, id)->parent;
	id = world_create(s->w, OBJECT_TYPE, parent, name);
	world_set(s->w, id, FACET_KIND, firm(kind));
	return id;
}

/* ---- enums ------------------------------------------------------------------ */

/* Labels are one text, quoted as SQL would and in order: 'a', 'b'. */
static void add_label(us_str *out, const char *label)
{
	us_str_add(out, out->len > 0 ? ", '" : "'");
	for (const char *p = label; *p; p++) {
		if (*p == '\'')
			us_str_addc(out, '\'');
		us_str_addc(out, *p);
	}
	us_str_addc(out, '\'');
}

static void set_labels(const step *s, object_id id, us_str *labels)
{
	world_set(s->w, id, FACET_LABELS, firm(us_str_text(labels)));
	world_arena(s->w)->failed |= labels->failed;
	us_str_fini(labels);
}

void kind_create_enum(const step *s)
{
	const PgQuery__CreateEnumStmt *e = s->tree->create_enum_stmt;
	object_id id = create_type(s, e->type_name, e->n_type_name, "enum");
	us_str labels = { 0 };

	for (size_t i = 0; i < e->n_vals; i++)
		add_label(&labels, string_of(e->vals[i]));
	set_labels(s, id, &labels);
}

/* The next of a text of labels, unquoted; false at the end. */
static bool next_label(const char **at, us_str *label)
{
	const char *p = strchr(*at, '\'');

	us_str_clear(label);
	if (!p)
		return false;
	for (p++; *p && (p[0] != '\'' || p[1] == '\''); p++) {
		if (*p == '\'')
			p++;
		us_str_addc(label, *p);
	}
	*at = *p ? p + 1 : p;
	return true;
}

static bool has_label(const char *labels, const char *label)
{
	us_str at = { 0 };
	bool found = false;

	while (!found && next_label(&labels, &at))
		found = strcmp(us_str_text(&at), label) == 0;
	us_str_fini(&at);
	return found;
}

/* The labels with one added, or one replaced. */
static void change_labels(
	const step *s, object_id id, const PgQuery__AlterEnumStmt *e)
{
	const char *labels = world_object(s->w, id)->facets[FACET_LABELS].text;
	const char *at = e->old_val[0] ? e->old_val : e->new_val_neighbor;
	us_str out = { 0 }, label = { 0 };

	while (next_label(&labels, &label)) {
		bool here = *at && strcmp(us_str_text(&label), at) == 0;

		if (here && (e->old_val[0] || !e->new_val_is_after))
			add_label(&out, e->new_val);
		if (!here || !e->old_val[0])
			add_label(&out, us_str_text(&label));
		if (here && !e->old_val[0] && e->new_val_is_after)
			add_label(&out, e->new_val);
	}
	if (!*at)
		add_label(&out, e->new_val);
	world_arena(s->w)->failed |= label.failed;
	us_str_fini(&label);
	set_labels(s, id, &out);
}

/* The server shows constants by the label they have now. */
static void forget_defaults(const step *s, object_id type)
{
	for (object_id id = 1; id <= world_count(s->w); id++) {
		const object *o = world_object(s->w, id);

		if (o->kind == OBJECT_COLUMN && world_refers(s->w, id, type) &&
			o->facets[FACET_DEFAULT].firmness != US_VALUE_FIRM)
			world_set(s->w, id, FACET_DEFAULT, unknown(NULL));
	}
}

/* What the statement needs of the labels; false: the contrary is known. */
static bool labels_allow(
	const step *s, const char *labels, const PgQuery__AlterEnumStmt *e)
{
	us_arena *a = world_arena(s->w);
	const char *at = e->old_val[0] ? e->old_val : e->new_val_neighbor;

	if (has_label(labels, e->new_val))
		world_fails(s->w, us_arena_strf(a, "label '%s' is there already",
					  e->new_val));
	else if (*at && !has_label(labels, at))
		world_fails(s->w, us_arena_strf(a, "label '%s' is not there", at));
	else
		return true;
	return false;
}

void kind_alter_enum(const step *s)
{
	const PgQuery__AlterEnumStmt *e = s->tree->alter_enum_stmt;
	object_id id =
		named_object(s->w, OBJECT_TYPE, e->type_name, e->n_type_name);
	us_value labels;

	world_need(s->w, id, THERE_YES);
	labels = world_object(s->w, id)->facets[FACET_LABELS];
	/* an empty label that is renamed can't be told from one that is added */
	if (!labels.text || has_label(labels.text, "")) {
		world_unsure(s->w, us_arena_strf(world_arena(s->w),
					   "the labels of %s are not known",
					   world_title(s->w, id)));
		world_set(s->w, id, FACET_LABELS, unknown(NULL));
	} else if (e->skip_if_new_val_exists &&
		   has_label(labels.text, e->new_val)) {
		return;
	} else if (labels_allow(s, labels.text, e)) {
		change_labels(s, id, e);
		if (e->old_val[0])
			forget_defaults(s, id);
	} else {
		world_set(s->w, id, FACET_LABELS, unknown(NULL));
	}
}

/* ---- domains, composite types ----------------------------------------------- */

static void alter_domain(const step *s)
{
	const PgQuery__AlterDomainStmt *d = s->tree->alter_domain_stmt;
	object_id id =
		named_object(s->w, OBJECT_TYPE, d->type_name, d->n_type_name);

	world_need(s->w, id, THERE_YES);
	world_unsure(s->w, "what a domain is made of is not followed");
	world_set(s->w, id, FACET_DEFINITION, unknown(NULL));
}

void kind_create_domain(const step *s)
{
	const PgQuery__CreateDomainStmt *d = s->tree->create_domain_stmt;
	object_id id;

	if (s->tree->node_case == PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT) {
		alter_domain(s);
		return;
	}
	id = create_type(s, d->domainname, d->n_domainname, "domain");
	world_set(s->w, id, FACET_DEFINITION, body_value(s->w, s->text, s->len));
	world_set(s->w, id, FACET_TYPE, type_value(s->w, d->type_name));
}

/* A relation as well, so that its attributes are columns. */
void kind_create_composite(const step *s)
{
	const PgQuery__CompositeTypeStmt *c = s->tree->composite_type_stmt;
	const PgQuery__RangeVar *r = c->typevar;
	const char *schema = r->schemaname[0] ? r->schemaname : NULL;
	object_id in = world_schema(s->w, schema), id;

	world_need(s->w, in, THERE_YES);
	world_need(s->w, world_get(s->w, OBJECT_TYPE, in, r->relname), THERE_NO);
	world_need(
		s->w, world_get(s->w, OBJECT_RELATION, in, r->relname), THERE_NO);
	id = world_create(s->w, OBJECT_TYPE, in, r->relname);
	world_set(s->w, id, FACET_KIND, firm("composite type"));
	id = world_create(s->w, OBJECT_RELATION, in, r->relname);
	world_set(s->w, id, FACET_KIND, firm("composite type"));
	for (size_t i = 0; i < c->n_coldeflist; i++)
		if (c->coldeflist[i]->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF)
			add_column(s, id, c->coldeflist[i]->column_def, false);
	world_set_whole(s->w, id, true);
}
