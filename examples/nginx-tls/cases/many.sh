# Many requests on one connection, many connections at once, and thirty that are busy for a few seconds.
URL=https://127.0.0.1:$PORT2
curl -sSk --http1.1 -o /dev/null -w '%{http_code} %{num_connects}\n' "$URL/index.html?[1-200]" | sort | uniq -c | tr -s ' '
curl -sSk -Z --parallel-max 50 -o /dev/null -w '%{http_code}\n' "$URL/index.html?[1-200]" 2>/dev/null | sort | uniq -c | tr -s ' '
for i in $(seq 30); do curl -sSk -o /dev/null -w '%{http_code}\n' "$URL/" & done | sort | uniq -c | tr -s ' '
wait
wrk -t1 -c30 -d3 "$URL/" >wrk
grep -E 'Socket errors|Non-2xx' wrk
[ "$(sed -n 's/ *\([0-9]*\) requests in .*/\1/p' wrk)" -gt 50 ] && echo busy
