#!/bin/sh
# Sourced: the rows of the benchmarks' table.

# row WHAT BOUND GOAL FIGURE UNIT: met if FIGURE BOUND GOAL; BOUND is <=, < or >=.
row() {
	awk -v what="$1" -v bound="$2" -v goal="$3" -v figure="$4" -v unit="$5" 'BEGIN {
		met = bound == "<" ? figure < goal : bound == "<=" ? figure <= goal : figure >= goal
		printf "%-52s %10s %10s  %s\n", what, bound " " goal unit,
			sprintf("%.2f%s", figure, unit), met ? "met" : "NOT MET"
	}'
}

# fact WHAT FIGURES: a row that is there to be compared with.
fact() {
	awk -v what="$1" -v line="$2" 'BEGIN {
		split(line, v, " ")
		printf "%-52s %10s %10s  (%.2f to %.2f, %.1f MiB)\n", what, "",
			sprintf("%.2f ms", v[1]), v[2], v[3], v[4]
	}'
}

# column N LINE: the Nth word of measure's line.
column() {
	echo "$2" | cut -d ' ' -f "$1"
}

ratio() { # LINE LINE: of their medians
	awk -v a="$1" -v b="$2" 'BEGIN { split(a, x, " "); split(b, y, " "); print x[1] / y[1] }'
}
