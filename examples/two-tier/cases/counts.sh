# The front asks the back end, which counts.
URL=http://127.0.0.1:$PORT
for name in tea tea coffee tea; do curl -sS "$URL/$name"; done
curl -sS -w '%{http_code}\n' "$URL/"
seq 60 | xargs -P 8 -I{} curl -sS -o /dev/null "$URL/many"
curl -sS "$URL/many"
