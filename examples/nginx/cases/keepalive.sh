# Many requests on one connection, each on its own, several sent at once, and thirty connections that are busy for three seconds.
URL=http://127.0.0.1:$PORT
curl -sS -o /dev/null -w '%{http_code} %{num_connects}\n' "$URL/index.html?[1-500]" | sort | uniq -c | tr -s ' '
for i in $(seq 100); do curl -sS -o /dev/null -w '%{http_code}\n' -H 'Connection: close' "$URL/"; done | uniq -c | tr -s ' '
printf 'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /style.css HTTP/1.1\r\nHost: a\r\n\r\nGET /none HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n' |
  curl -sS -m 20 "telnet://127.0.0.1:$PORT" | tr -d '\r' | grep '^HTTP'
wrk -t1 -c30 -d3 "$URL/" >wrk
grep -E 'Socket errors|Non-2xx' wrk
[ "$(sed -n 's/ *\([0-9]*\) requests in .*/\1/p' wrk)" -gt 100 ] && echo busy
wrk -t1 -c30 -d1 -H 'Connection: close' "$URL/" >wrk
grep -E 'Non-2xx' wrk
curl -sS -o /dev/null -w '%{http_code}\n' "$URL/"
