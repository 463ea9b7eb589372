#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <sys/types.h>

/* A throw-away PostgreSQL: its own directory, a socket in there and no TCP port. It
 * goes when it is stopped, and also when the process that started it dies in
 * whatever way. Knows nothing of cmocka, so that with_cluster can use it too. */
typedef struct {
	char *directory; /* the cluster, its socket and its log */
	pid_t supervisor;
	int leash; /* the supervisor ends when this is closed */
} server;

/* Where initdb and postgres are (US_PG_BIN, else Debian's newest), or NULL. free().
 */
char *server_binaries(void);

/* False, and said on stderr, if it didn't start. */
bool server_start(server *s, const char *binaries);
/* The same, but it lets nobody in (57P03) until server_open(): it takes itself for
 * a standby that has still to catch up. */
bool server_start_closed(server *s, const char *binaries);
bool server_open(const server *s);
void server_stop(server *s);

/* As DATABASE_URL, for its superuser. free(). */
char *server_url(const server *s, const char *database);

#endif
