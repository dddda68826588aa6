# The head of a GNU ld link map, as lines "member<TAB>referencing member or object<TAB>symbol". Absolute paths are cut to the
# base name, and the compiler's temporary objects by one name, so that equal programs come out equal.
function short(file) {
	if (file ~ /\)$/) {
		sub(/^([^(]*\/)?/, "", file)
		return file
	}
	if (file ~ /(^|\/)cc[A-Za-z0-9]+(\.[a-z0-9.]+)?\.o$/)
		return "(compiled here)"
	if (file ~ /^\//)
		sub(/.*\//, "", file)
	return file
}
/^Archive member included/ { inside = 1; next }
!inside { next }
/^$/ { if (seen) exit; next }
/^[^ ]/ {
	seen = 1
	if (match($0, /\)  +/)) {
		member = substr($0, 1, RSTART)
		$0 = substr($0, RSTART + RLENGTH)
	} else {
		member = $0
		next
	}
}
{
	sub(/^ +/, "")
	if (match($0, / \([^()]*\)$/))
		print short(member) "\t" short(substr($0, 1, RSTART - 1)) "\t" substr($0, RSTART + 2, RLENGTH - 3)
}
