/* The least a program that talks to PostgreSQL can do: connect, `select 1`, leave.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	PGconn *conn = PQconnectdb(getenv("DATABASE_URL"));
	PGresult *result = PQexec(conn, "select 1");
	int status = PQresultStatus(result) == PGRES_TUPLES_OK ? 0 : 1;

	if (status)
		fputs(PQerrorMessage(conn), stderr);
	PQclear(result);
	PQfinish(conn);
	return status;
}
