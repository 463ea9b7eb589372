/* A script, statement by statement, with the transactions it opens itself. */
#include "run.h"

#include "kinds.h"

us_code run_begin(run *r, const parse *script, const world *start, us_err *err)
{
	*r = (run){ .script = script, .now = world_clone(start) };
	return r->now ? US_OK : us_fail(err, US_E_NOMEM, "out of memory");
}

world *run_outside(const run *r)
{
	return r->outside ? r->outside : r->now;
}

void run_end(run *r)
{
	world_free(r->now);
	world_free(r->outside);
	*r = (run){ 0 };
}

static us_code open_transaction(run *r, us_err *err)
{
	if (r->outside)
		return US_OK;
	/* clones borrow texts: the one that is older must live longer, and what is
	 * rolled back to is the older one */
	r->outside = r->now;
	r->now = world_fork(r->outside);
	if (!r->now)
		return us_fail(err, US_E_NOMEM, "out of memory");
	return US_OK;
}

static void commit(run *r)
{
	if (r->outside)
		world_adopt(r->now, r->outside);
	r->outside = NULL;
}

static void roll_back(run *r)
{
	if (r->outside) {
		world_free(r->now);
		r->now = r->outside;
		r->outside = NULL;
	}
}

/* AND CHAIN begins the next at once. */
static us_code end_transaction(
	run *r, const PgQuery__TransactionStmt *t, void (*end)(run *r), us_err *err)
{
	end(r);
	return t->chain ? open_transaction(r, err) : US_OK;
}

static us_code control(run *r, const PgQuery__TransactionStmt *t, us_err *err)
{
	switch (t->kind) {
	case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
	case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
		return open_transaction(r, err);
	case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
		return end_transaction(r, t, commit, err);
	case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
		return end_transaction(r, t, roll_back, err);
	case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT:
	case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE:
		return US_OK;
	case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
		roll_back(r); /* it is not there yet, and may come at any time */
		break;
	default:
		break;
	}
	/* back to a savepoint, two phases: not followed */
	world_begin_statement(r->now, MODE_FOLD);
	world_unsure(r->now, "a transaction that can't be followed");
	world_blur(r->now, 0);
	world_forget_path(r->now);
	return US_OK;
}

us_code run_step(run *r, world_mode mode, us_err *err)
{
	size_t i = r->ran++;
	const PgQuery__Node *t = r->script->tree[i];
	us_code rc = US_OK;

	apply_statement(r->now, mode, t, r->script->text[i], r->script->len[i]);
	if (t->node_case == PG_QUERY__NODE__NODE_TRANSACTION_STMT)
		rc = control(r, t->transaction_stmt, err);
	if (!r->outside)
		r->lasting = r->ran;
	return rc;
}
