/* CREATE INDEX, and how an index is written down: as pg_get_indexdef() shows it
 * (PostgreSQL 15, ruleutils.c), whoever wrote it. */
#include <string.h>

#include "expression.h"
#include "tables.h"
#include "unstick/auto.h"
#include "walk.h"

#define NODE(name) PG_QUERY__NODE__NODE_##name

/* Operator classes that are no type's default: always shown. Of any other it isn't
 * known whether the server shows it. */
static const char *const shown[] = { "text_pattern_ops", "varchar_pattern_ops",
	"bpchar_pattern_ops", "jsonb_path_ops", "gin_trgm_ops", "gist_trgm_ops",
	"vector_ip_ops", "vector_cosine_ops", "vector_l1_ops", "halfvec_ip_ops",
	"halfvec_cosine_ops", "halfvec_l1_ops", "sparsevec_ip_ops",
	"sparsevec_cosine_ops", "sparsevec_l1_ops", "bit_hamming_ops",
	"bit_jaccard_ops" };

static us_value_firmness worse(us_value_firmness a, us_value_firmness b)
{
	if (a == US_VALUE_UNKNOWN || b == US_VALUE_UNKNOWN)
		return US_VALUE_UNKNOWN;
	return a == US_VALUE_OPAQUE || b == US_VALUE_OPAQUE ? US_VALUE_OPAQUE
							    : US_VALUE_FIRM;
}

/* ---- columns ---- */

static void add_column_ref(
	us_str *out, const step *s, object_id relation, const char *name)
{
	us_str_add(out, world_ref(s->w, need_column(s, relation, name)));
}

typedef struct {
	const step *s;
	object_id relation;
} within;

/* A table's own name may stand for a whole row of it. */
static bool see_column(const ProtobufCMessage *m, void *ctx)
{
	const PgQuery__ColumnRef *c = (const PgQuery__ColumnRef *)m;
	const within *in = ctx;
	const char *name;

	if (m->descriptor != &pg_query__column_ref__descriptor)
		return true;
	name = last_of(c->fields, c->n_fields);
	if (*name && strcmp(name, world_object(in->s->w, in->relation)->name) != 0)
		need_column(in->s, in->relation, name);
	return false;
}

static void need_columns_in(
	const step *s, object_id relation, const PgQuery__Node *expression)
{
	within in = { s, relation };

	walk_node(expression, see_column, &in);
}

/* A cast may vanish, and what is left is a mere column; and a collation is shown
 * only where it isn't the column's own. */
static bool may_be_column(const PgQuery__Node *e)
{
	bool wrapped = false;

	for (;;) {
		if (e && e->node_case == NODE(TYPE_CAST))
			e = e->type_cast->arg;
		else if (e && e->node_case == NODE(COLLATE_CLAUSE))
			e = e->collate_clause->arg;
		else
			return wrapped && e && e->node_case == NODE(COLUMN_REF);
		wrapped = true;
	}
}

static us_value_firmness add_expression(
	us_str *out, const step *s, object_id relation, const PgQuery__Node *e)
{
	us_value v;

	if (e && e->node_case == NODE(COLUMN_REF)) {
		add_column_ref(out, s, relation,
			last_of(e->column_ref->fields, e->column_ref->n_fields));
		return US_VALUE_FIRM;
	}
	need_columns_in(s, relation, e);
	v = expression_value(s->w, relation, e);
	us_str_addf(out, "(%s)", v.text ? v.text : "");
	if (v.firmness == US_VALUE_UNKNOWN || may_be_column(e))
		return US_VALUE_UNKNOWN;
	return US_VALUE_OPAQUE;
}

static us_value_firmness add_class(us_str *out, const PgQuery__IndexElem *e)
{
	const char *name = last_of(e->opclass, e->n_opclass);

	if (e->n_opclass == 0)
		return US_VALUE_FIRM;
	us_str_addf(out, " %s", name);
	for (size_t i = 0; i < US_LEN(shown) && e->n_opclassopts == 0; i++)
		if (strcmp(shown[i], name) == 0)
			return US_VALUE_FIRM;
	return US_VALUE_UNKNOWN;
}

/* Defaults are not shown: NULLS LAST going up, NULLS FIRST going down. */
static void add_order(us_str *out, const PgQuery__IndexElem *e)
{
	bool down = e->ordering == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;

	us_str_add(out, down ? " desc" : "");
	if (down && e->nulls_ordering == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST)
		us_str_add(out, " nulls last");
	if (!down &&
		e->nulls_ordering == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST)
		us_str_add(out, " nulls first");
}

us_value_firmness index_element(us_str *out, const step *s, object_id relation,
	const PgQuery__Node *element)
{
	const PgQuery__IndexElem *e = element->index_elem;
	us_value_firmness f = US_VALUE_FIRM;

	if (element->node_case != NODE(INDEX_ELEM)) {
		add_column_ref(out, s, relation, string_of(element));
		return f;
	}
	if (*e->name)
		add_column_ref(out, s, relation, e->name);
	else
		f = add_expression(out, s, relation, e->expr);
	if (e->n_collation > 0) {
		us_str_addf(
			out, " collate %s", last_of(e->collation, e->n_collation));
		f = US_VALUE_UNKNOWN;
	}
	f = worse(f, add_class(out, e));
	add_order(out, e);
	return f;
}

static us_value_firmness add_elements(us_str *out, const step *s,
	object_id relation, PgQuery__Node *const *list, size_t n)
{
	us_value_firmness f = US_VALUE_FIRM;

	us_str_addc(out, '(');
	for (size_t i = 0; i < n; i++) {
		us_str_add(out, i > 0 ? ", " : "");
		f = worse(f, index_element(out, s, relation, list[i]));
	}
	us_str_addc(out, ')');
	return f;
}

/* ---- storage options --------------------------------------------------------- */

static void add_option_value(us_str *out, const PgQuery__Node *arg)
{
	if (!arg) {
		us_str_add(out, "true");
		return;
	}
	switch (arg->node_case) {
	case NODE(INTEGER):
		us_str_addf(out, "%d", arg->integer->ival);
		break;
	case NODE(FLOAT):
		us_str_add(out, arg->float_->fval);
		break;
	case NODE(STRING):
		us_str_add(out, arg->string->sval);
		break;
	case NODE(TYPE_NAME):
		us_str_add(out,
			last_of(arg->type_name->names, arg->type_name->n_names));
		break;
	default:
		us_str_add(out, "?");
	}
}

static void add_options(us_str *out, PgQuery__Node *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i]->node_case != NODE(DEF_ELEM))
			continue;
		us_str_addf(out, "%s%s=", i > 0 ? ", " : " with (",
			list[i]->def_elem->defname);
		add_option_value(out, list[i]->def_elem->arg);
	}
	us_str_add(out, n > 0 ? ")" : "");
}

/* ---- the whole ---- */

us_value index_definition(const step *s, object_id relation, const index_spec *i)
{
	us_value_firmness f;
	us_value where;
	us_str out = { 0 };

	us_str_addf(&out, "%s%s on %s ", i->unique ? "unique " : "",
		i->method && *i->method ? i->method : "btree",
		world_ref(s->w, relation));
	f = add_elements(&out, s, relation, i->keys, i->nkeys);
	if (i->nincluding > 0) {
		us_str_add(&out, " include ");
		f = worse(f, add_elements(&out, s, relation, i->including,
				     i->nincluding));
	}
	us_str_add(&out, i->nulls_not_distinct ? " nulls not distinct" : "");
	add_options(&out, i->options, i->noptions);
	if (i->noptions >
		0) /* set and reset at any time, and no matter of scripts */
		f = US_VALUE_UNKNOWN;
	if (i->where) {
		need_columns_in(s, relation, i->where);
		where = expression_value(s->w, relation, i->where);
		us_str_addf(&out, " where %s", where.text ? where.text : "");
		f = worse(f, where.firmness == US_VALUE_UNKNOWN ? US_VALUE_UNKNOWN
								: US_VALUE_OPAQUE);
	}
	return (us_value){ f, text_of(s->w, &out) };
}

/* Each partition gets an index as well, of a made up name; a table that the
 * statement itself makes has none yet. */
static bool may_have_parts(const step *s, object_id table)
{
	return s->tree->node_case != NODE(CREATE_STMT) &&
	       world_may_have_parts(s->w, table);
}

const char *index_ending(world *w, const index_spec *i, const char *label)
{
	PgQuery__Node *const *const lists[2] = { i->keys, i->including };
	const size_t n[2] = { i->nkeys, i->nincluding };
	const char *columns = "";

	if (strcmp(label, "pkey") != 0)
		columns = index_column_names(w, lists, n);
	return columns ? us_arena_strf(world_arena(w), "%s%s_%s",
				 *columns ? "_" : "", columns, label)
		       : NULL;
}

void put_index(const step *s, object_id relation, const char *name,
	us_value definition, const char *ending)
{
	world *w = s->w;
	object_id schema = world_object(w, relation)->parent;
	object_id id = world_get(w, OBJECT_RELATION, schema, name);

	world_need_free(w, id, true);
	id = world_create(w, OBJECT_RELATION, schema, name);
	world_set_on(w, id, relation);
	world_set(w, id, FACET_KIND, firm("index"));
	world_set(w, id, FACET_DEFINITION, definition);
	world_set(w, id, FACET_VALID, firm("yes"));
	if (may_have_parts(s, relation)) {
		world_lose_names(w, ending);
		blur_heirs(w, relation);
	}
}

static index_spec spec_of(const PgQuery__IndexStmt *i)
{
	return (index_spec){ .unique = i->unique,
		.nulls_not_distinct = i->nulls_not_distinct,
		.method = i->access_method,
		.keys = i->index_params,
		.nkeys = i->n_index_params,
		.including = i->index_including_params,
		.nincluding = i->n_index_including_params,
		.options = i->options,
		.noptions = i->n_options,
		.where = i->where_clause };
}

static const char *name_of(
	const step *s, object_id relation, const PgQuery__IndexStmt *i)
{
	PgQuery__Node *const *const lists[2] = { i->index_params,
		i->index_including_params };
	const size_t n[2] = { i->n_index_params, i->n_index_including_params };
	const object *o = world_object(s->w, relation);
	const char *columns;

	if (*i->idxname)
		return i->idxname;
	columns = index_column_names(s->w, lists, n);
	return columns ? made_up_name(s->w, OBJECT_RELATION, o->parent, o->name,
				 columns, "idx")
		       : NULL;
}

/* IF NOT EXISTS where it isn't known: it is there now, whatever it is. */
static void create_maybe(
	const step *s, object_id relation, object_id schema, const char *name)
{
	world *w = s->w;
	object_id id = world_create_maybe(w, OBJECT_RELATION, schema, name);

	/* as far as can be told, and so that it is not taken to outlive the table
	 */
	world_set_on(w, id, relation);
	world_unsure(w, us_arena_strf(world_arena(w),
				"whether index %s is there is not known", name));
}

/* ONLY of a partitioned table makes it invalid until its parts are attached. */
static void follow_only(const step *s, object_id relation, const char *name)
{
	world *w = s->w;
	const object *o = world_object(w, relation);

	if (may_have_parts(s, relation))
		world_set(w, world_get(w, OBJECT_RELATION, o->parent, name),
			FACET_VALID, unknown(NULL));
}

void kind_create_index(const step *s)
{
	const PgQuery__IndexStmt *i = s->tree->index_stmt;
	object_id relation = relation_of(s->w, i->relation), schema, id;
	const index_spec spec = spec_of(i);
	us_value definition;
	const char *name;

	world_need(s->w, relation, THERE_YES);
	/* IF NOT EXISTS or not: its columns are looked for */
	definition = index_definition(s, relation, &spec);
	schema = world_object(s->w, relation)->parent;
	name = name_of(s, relation, i);
	if (!name) {
		world_lose_names(s->w, NULL);
		world_unsure(s->w, "an index without a name of its own");
		return;
	}
	id = world_get(s->w, OBJECT_RELATION, schema, name);
	/* one that a failed attempt left INVALID stays as it is, IF NOT EXISTS */
	world_watch(s->w, id, FACET_VALID);
	if (i->if_not_exists && world_is(s->w, id) == THERE_YES)
		return;
	if (i->if_not_exists && world_is(s->w, id) == THERE_MAYBE) {
		create_maybe(s, relation, schema, name);
		return;
	}
	put_index(s, relation, name, definition, index_ending(s->w, &spec, "idx"));
	if (!i->relation->inh)
		follow_only(s, relation, name);
}
