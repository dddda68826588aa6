# Datagrams into the server and out of it.
measure() {
  what=$1
  shift
  until iperf3 -c 127.0.0.1 -p "$PORT" -u -b 5M -l 1000 -f k "$@" >out 2>&1; do sleep 0.2; done
  awk -v what="$what" '/receiver$/ { if ($0 ~ /[1-9][0-9.]* [KMG]Bytes/) good++ } END { print what ": datagrams " (good ? "arrived" : "did not arrive") }' out
}
measure "into the server" -t 1
measure "out of it" -t 1 -R
