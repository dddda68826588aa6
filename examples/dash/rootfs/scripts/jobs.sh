# Background jobs, what they end with, and traps.
work() { sleep 0.0$1; echo "job $1"; return "$1"; }
work 1 & first=$!
work 3 & second=$!
wait $second; echo "second: $?"
wait $first; echo "first: $?"

trap 'echo "got USR1"' USR1
trap 'echo "the end of $0, status $?"' EXIT
kill -USR1 $$
(trap 'echo "subshell caught TERM"; exit 4' TERM; echo ready; while :; do sleep 0.01; done) >out & child=$!
while [ ! -s out ]; do sleep 0.01; done
kill $child
wait $child; echo "subshell: $?"
cat out

sleep 60 & victim=$!
kill -9 $victim
wait $victim 2>/dev/null; echo "victim: $?"
wait; echo "nobody left: $?"

# a signal for the shell ends its wait, not the job
(sleep 0.05; kill -USR1 $$) &
sleep 0.2 & slow=$!
wait $slow; echo "interrupted: $(kill -l $?)"
wait $slow; echo "slow: $?"

# stopped, and gone on
sleep 0.1 & job=$!
kill -STOP $job
kill -CONT $job
wait $job; echo "continued: $?"
exit 9
