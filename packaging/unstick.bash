# bash completion for unstick
_unstick() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}

	case $before in
	--format) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word") ;;
	--evidence) mapfile -t COMPREPLY < <(compgen -W 'catalog replay' -- "$word") ;;
	--migrations) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
	--schema | --config) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	--applied | --rolled-back | explain)
		mapfile -t COMPREPLY < <(cd prisma/migrations 2>/dev/null && compgen -d -- "$word")
		;;
	--database-url) COMPREPLY=() ;;
	*)
		mapfile -t COMPREPLY < <(compgen -W 'status audit resolve explain
			--database-url --migrations --schema --config --format --evidence
			--quiet --verbose --applied --rolled-back --help --version' -- "$word")
		;;
	esac
}
complete -F _unstick unstick
