# What it answers, and how.
URL=http://127.0.0.1:$PORT
curl -sS -i "$URL/" | tr -d '\r' | sed 's/reply [0-9]*/reply N/'
curl -sS -o /dev/null -w '%{http_code}\n' "$URL/other"
curl -sS -I -w '%{size_download} bytes of page\n' "$URL/" | tr -d '\r'
curl -sS -o /dev/null -w '%{http_code}\n' -d text "$URL/"
curl -sS -o /dev/null -w '%{http_code} HTTP/%{http_version}\n' --http1.0 "$URL/"
