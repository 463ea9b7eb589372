# bash completion for unstick
_unstick() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}

	case $before in
	--format) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word") ;;
	--log-format) mapfile -t COMPREPLY < <(compgen -W 'auto text json' -- "$word") ;;
	--evidence) mapfile -t COMPREPLY < <(compgen -W 'catalog replay' -- "$word") ;;
	--migrations) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
	--schema | --config | --metrics | --policy | --record | replay)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		;;
	--handler)
		mapfile -t COMPREPLY < <(compgen -W 'in_progress name_mismatch partial_apply
			timeout failure any' -- "$word")
		;;
	--applied | --rolled-back | explain)
		mapfile -t COMPREPLY < <(cd prisma/migrations 2>/dev/null && compgen -d -- "$word")
		;;
	start) mapfile -t COMPREPLY < <(compgen -c -W '--log-format --metrics' -- "$word") ;;
	help)
		mapfile -t COMPREPLY < <(compgen -W 'status audit resolve start explain policy' \
			-- "$word")
		;;
	policy) mapfile -t COMPREPLY < <(compgen -W 'check new api replay' -- "$word") ;;
	--database-url) COMPREPLY=() ;;
	*)
		mapfile -t COMPREPLY < <(compgen -W 'status audit resolve start explain policy help
			--database-url --migrations --schema --config --format --evidence
			--quiet --verbose --applied --rolled-back --record --trace --policy
			--handler --log-format --metrics --help --version' -- "$word")
		;;
	esac
}
complete -F _unstick unstick
