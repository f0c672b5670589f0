# record.awk: what all exercises share. They read three files: vmstat before, vmstat after, and the trace.
#
# For each event it sets task ("name-pid"), cpu, time (in microseconds), event, and text, and calls on_event(). The kernel's
# line is "  name-pid  [cpu] flags seconds: event: text"; a name may have blanks in it.

FNR == 1 { file++ }
file == 1 { before[$1] = $2; next }
file == 2 { counted[$1] = $2 - before[$1]; next }
/^#/ || !match($0, / +\[[0-9]+\] /) { next }
{
	task = substr($0, 1, RSTART - 1)
	sub(/^ +/, "", task)
	cpu = substr($0, RSTART, RLENGTH)
	gsub(/[^0-9]/, "", cpu)
	rest = substr($0, RSTART + RLENGTH)
	sub(/^[^ ]+ +/, "", rest)
	time = microseconds(substr(rest, 1, index(rest, ":") - 1))
	rest = substr(rest, index(rest, ":") + 2)
	event = substr(rest, 1, index(rest, ":") - 1)
	text = substr(rest, index(rest, ":") + 2)
	seen[event]++
	on_event()
}

# Without the 1 in front busybox would take "041000" for an octal number.
function microseconds(seconds,    parts) {
	split(seconds, parts, ".")
	return (parts[1] - 1) * 1000000 + ("1" parts[2])
}

# The value of NAME= in the event's text.
function value(name,    at, s) {
	at = match(" " text, "[ ,]" name "=")
	if (!at)
		return ""
	s = substr(text, RSTART + length(name) + 1)
	sub(/^ +/, "", s)
	sub(/[ ,].*/, "", s)
	return s
}

# All of vmstat's counters whose names begin so.
function counters(name,    i, sum) {
	for (i in counted)
		if (index(i, name) == 1)
			sum += counted[i]
	return sum + 0
}

# The last line of a table: does the trace say what the kernel counted?
# What never happened has no value, and is 0.
function compare(what, traced, name, sum) {
	traced += 0
	sum += 0
	printf "%s: %d in the trace, %d in vmstat (%s): %s\n", what, traced, sum, name, traced == sum ? "equal" : "NOT EQUAL"
	if (traced != sum)
		failed = 1
}

function ms(us) { return sprintf("%.3f", us / 1000) }
