# A file of ten megabytes: whole, four at once, compressed, in parts.
URL=http://127.0.0.1:$PORT/large.txt
sum() { cksum | tr ' ' '\n' | head -n 1; }
curl -sS "$URL" | sum
for i in 1 2 3 4; do curl -sS -o "$i" "$URL" & done
wait
for i in 1 2 3 4; do sum <$i; done
curl -sS -D head -o body -H 'Accept-Encoding: gzip' "$URL"
grep -i content-encoding head | tr -d '\r'
gzip -dc body | sum
[ "$(wc -c <body)" -lt 5000000 ] && echo smaller
(curl -sS -r 0-4999999 "$URL" && curl -sS -r 5000000- "$URL") | sum
# somebody who takes a little and goes away
for i in $(seq 20); do curl -sS "$URL" 2>/dev/null | head -c 1000 >/dev/null; done
curl -sS --limit-rate 8M "$URL" | sum
