#!/bin/sh
# The arrows of the design, kept: a library's header is seen in its own folders only,
# and a folder sees the seams (unstick/x.h) of itself and of those to its left, never
# another folder's private headers. Fails with the offending lines.
set -eu

git grep --untracked -nE '^[[:blank:]]*#[[:blank:]]*include' -- 'src/*.[ch]' 'include/*.h' |
	awk '
	BEGIN {
		flow = "base config process db directory ledger history script states catalog replay evidence guard" \
			" view policy plan action report hook cli lua_module"
		n = split(flow, folder, " ")
		for (i = 1; i <= n; i++)
			place[folder[i]] = i

		# header of the seams -> the folder that keeps its promise
		seams = "arena:base auto:base err:base file:base hash:base mask:base stop:base str:base" \
			" utf8:base uuid:base when:base config:config url:config process:process db:db" \
			" directory:directory ledger:ledger history:history script:script" \
			" states:states catalog:catalog replay:replay" \
			" evidence:evidence verdict:guard guard:guard view:view" \
			" policy:policy fixture:plan run:plan plan:plan action:action report:report" \
			" hook:hook cli:cli"
		m = split(seams, pair, " ")
		for (i = 1; i <= m; i++) {
			split(pair[i], p, ":")
			home[p[1]] = p[2]
		}

		# library -> who may see it
		only["libpq-fe.h"] = "db"
		only["sqlite3.h"] = "db script replay"
		only["pg_query"] = "script catalog replay"
		only["lua.h"] = only["lauxlib.h"] = only["lualib.h"] = "policy lua_module"
		only["yaml.h"] = "config"
		only["openssl/"] = "base"
		only["unicode/"] = "directory"
	}

	function bad(why) {
		print why ": " $0
		failed = 1
	}

	# the folder of a file; main.c sees everything
	function folder_of(path, part) {
		split(path, part, "/")
		if (part[1] == "src")
			return part[3] == "" ? "lua_module" : part[2]
		sub(/\.h$/, "", part[3])
		return home[part[3]]
	}

	{
		path = $0
		sub(/:.*/, "", path)
		included = $0
		sub(/^[^<"]*[<"]/, "", included)
		sub(/[>"].*/, "", included)
		mine = folder_of(path)
		if (mine == "" || !(mine in place)) {
			bad("scripts/arrows.sh knows no place for this file")
			next
		}
		for (lib in only)
			if (index(included, lib) == 1 && index(" " only[lib] " ", " " mine " ") == 0)
				bad("only " only[lib] " may see " lib)
		if (included ~ /\.\.\//)
			bad("another folder'\''s private header")
		if (included !~ /^unstick\//)
			next
		seam = included
		gsub(/^unstick\/|\.h$/, "", seam)
		if (!(seam in home))
			bad("scripts/arrows.sh knows no folder for " included)
		else if (place[home[seam]] > place[mine])
			bad(mine " comes before " home[seam])
	}
	END { exit failed }
	'
