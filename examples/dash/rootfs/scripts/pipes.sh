# Pipelines, subshells, substitution, redirection.
printf '%s\n' pear apple fig | sort | while read -r fruit; do echo "<$fruit>"; done
echo "words: $(echo one two three | wc)"
x=outer; (x=inner; echo "$x"); echo "$x"
echo "nested: $(echo "$(echo deep)er")"
false | true; echo "status of the last: $?"
! true; echo "not: $?"
{ echo to stdout; echo to stderr >&2; } 2>err | sort
cat err
cat <<END | sort
second $x
first $((3 * 14))
END
echo "one line" >file; echo "another" >>file; wc <file; cat file
exec 3<file; read -r line <&3; read -r next <&3; exec 3<&-; echo "$line / $next"
yes() { while echo "$1"; do :; done 2>/dev/null; }
yes y | { read -r a; read -r b; echo "$a$b"; }
nothing.here 2>/dev/null; echo "not found: $?"
./file 2>/dev/null; echo "not executable: $?"
/ 2>/dev/null; echo "a directory: $?"
count() { [ "$1" -eq 0 ] || { echo "$1"; count $(($1 - 1)); }; }
count 5 | sort | (while read -r n; do sum=$((${sum:-0} + n)); done; echo "sum $sum")
i=0; while [ $i -lt 40 ]; do i=$(echo $i | { read -r n; echo $((n + 1)); }); done; echo "rounds: $i"
echo "a long one: $(i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i + 1)); done | cat | sort | wc)"
