# TCP into the server, out of it, both at once, and over four connections: what counts is that data arrives, not how much.
measure() {
  what=$1
  shift
  # It still may be busy with the one before.
  until iperf3 -c 127.0.0.1 -p "$PORT" -f k "$@" >out 2>&1; do sleep 0.2; done
  awk -v what="$what" '/receiver$/ && !/SUM/ { streams++; if ($0 ~ /[1-9][0-9.]* [KMG]Bytes/) good++ } END { print what ": data arrived on", good + 0, "of", streams }' out
}
measure "into the server" -t 1
measure "out of it" -t 1 -R
measure "both ways" -t 1 --bidir
measure "four connections" -t 1 -P 4
