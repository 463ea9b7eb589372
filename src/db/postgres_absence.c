/* Why there is no connection. The server's own refusals have a SQLSTATE; for the
 * rest libpq has only a text, in any language, so the network is asked again. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "postgres.h"
#include "unstick/auto.h"

#define PROBE_MS 1000

/* errcodes-appendix of PostgreSQL 15. */
static const struct {
	const char *sqlstate;
	us_absence means;
} refusals[] = {
	{ "28000", US_ABSENT_DENIED },   /* also: no line in pg_hba.conf */
	{ "28P01", US_ABSENT_DENIED },   /* invalid_password */
	{ "42501", US_ABSENT_DENIED },   /* no CONNECT privilege */
	{ "3D000", US_ABSENT_MISSING },  /* invalid_catalog_name */
	{ "57P03", US_ABSENT_STARTING }, /* cannot_connect_now */
	{ "57P01", US_ABSENT_STARTING }, /* admin_shutdown */
	{ "57P02", US_ABSENT_STARTING }, /* crash_shutdown */
	{ "53300", US_ABSENT_FULL },     /* too_many_connections */
};

/* What a connection attempt comes to; 0: there is somebody. */
static int try_address(int family, const struct sockaddr *address, socklen_t length)
{
	struct pollfd fd = { .events = POLLOUT };
	socklen_t size = sizeof(int);
	int error = 0;

	fd.fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd.fd < 0)
		return errno;
	if (connect(fd.fd, address, length) != 0) {
		error = errno;
		if (error == EINPROGRESS && poll(&fd, 1, PROBE_MS) == 1 &&
			getsockopt(fd.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
			error = errno;
	}
	close(fd.fd);
	return error;
}

static us_absence meaning(int error)
{
	return error == ECONNREFUSED || error == ENOENT ? US_ABSENT_REFUSED
							: US_ABSENT_UNREACHABLE;
}

static us_absence probe_socket(const us_url *url)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	US_AUTO(auto_str) char *path = NULL;

	if (us_strf(&path, NULL, "%s/.s.PGSQL.%s", url->host, url->port) != US_OK ||
		strlen(path) >= sizeof(address.sun_path))
		return US_ABSENT_UNREACHABLE;
	memcpy(address.sun_path, path, strlen(path) + 1);
	return meaning(try_address(AF_UNIX, (const struct sockaddr *)&address,
		(socklen_t)sizeof(address)));
}

static us_absence probe_host(const us_url *url)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	us_absence a = US_ABSENT_UNREACHABLE;

	if (getaddrinfo(url->host, url->port, &hints, &found) != 0)
		return US_ABSENT_NAME;
	for (const struct addrinfo *i = found; i && a != US_ABSENT_REFUSED;
		i = i->ai_next)
		a = meaning(try_address(i->ai_family, i->ai_addr, i->ai_addrlen));
	freeaddrinfo(found);
	return a;
}

us_absence pg_absence(const us_url *url, const us_err *why)
{
	for (size_t i = 0; i < US_LEN(refusals); i++)
		if (strcmp(why->sqlstate, refusals[i].sqlstate) == 0)
			return refusals[i].means;
	if (why->sqlstate[0])
		return US_ABSENT_UNREACHABLE;
	return url->host[0] == '/' ? probe_socket(url) : probe_host(url);
}
