# A hundred requests on one connection, and a hundred on connections of their own.
URL=http://127.0.0.1:$PORT
curl -sS -w '%{http_code} %{num_connects}\n' -o /dev/null "$URL/[1-100]" | sort | uniq -c | tr -s ' '
for request in $(seq 100); do curl -sS -o /dev/null -w '%{http_code}\n' "$URL/"; done | uniq -c | tr -s ' '
