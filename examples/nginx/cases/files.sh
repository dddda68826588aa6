# Files, and parts of them, as a browser asks for them.
URL=http://127.0.0.1:$PORT
get() { curl -sS -o body -w '%{http_code} %{content_type} %{size_download}\n' "$@"; }
get "$URL/"
head -n 1 body
get "$URL/style.css"
get "$URL/nothing/here"
grep title body
get -I "$URL/index.html"
get -r 2-8 "$URL/"
cat body; echo
get -r -8 "$URL/"
cat body
get -r 0-1,5-6 "$URL/" | sed 's/boundary=[0-9]*/boundary=.../'
get -r 100000- "$URL/"
modified=$(curl -sS -I "$URL/" | tr -d '\r' | sed -n 's/^Last-Modified: //p')
tag=$(curl -sS -I "$URL/" | tr -d '\r' | sed -n 's/^ETag: //p')
get -H "If-Modified-Since: $modified" "$URL/"
get -H "If-Modified-Since: Mon, 01 Jan 2001 00:00:00 GMT" "$URL/"
get -H "If-None-Match: $tag" "$URL/"
get -X DELETE "$URL/"
get -d data "$URL/"
get --path-as-is "$URL/../../etc/passwd"
get "$URL/%2e%2e/%2e%2e/etc/passwd"
get "$URL/$(head -c 9000 /dev/zero | tr '\0' x)"
