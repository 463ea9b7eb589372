#ifndef US_DIALECT_H
#define US_DIALECT_H

#include "unstick/ledger.h"

/* What differs between databases where the ledger is concerned: the texts in
 * sql/<provider>/ and how a time is stored. In the texts `:ledger` stands for the
 * table, quoted and with its schema, so that psql can run them too (\set ledger).
 */
typedef struct {
	const char *provider;
	const char *survey, *load, *load_for_update;                 /* reading */
	const char *create, *close, *insert_applied, *rename, *note; /* writing */

	/* A stored time; false if it can't be read. */
	bool (*read_time)(us_time *out, const char *cell, us_value_type type);
	/* A time as it is to be stored; as_text: see us_record. */
	void (*write_time)(char out[US_TIME_TEXT], us_time t, bool as_text);
} us_dialect;

/* US_E_CONFIG if the ledger of that provider is not known. */
US_MUST us_code us_dialect_of(const us_dialect **out, const us_db *db, us_err *err);

/* Appends the table's name, quoted, with its schema. */
US_MUST us_code us_ledger_table(us_str *out, us_db *db, us_err *err);

/* A text of sql/ as one line without comments, `:ledger` replaced by table. With
 * values (as many as the text has parameters) they are put in place of the
 * parameters, quoted: that form is for people. */
void us_dialect_expand(
	us_str *out, const char *sql, const char *table, const char *const *values);

#endif
