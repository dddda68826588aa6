# TLS 1.2 and 1.3, HTTP/1.1 and 2, with the certificate checked; sessions that are resumed; and what is refused.
HOST=127.0.0.1:$PORT2
curl -sS -o certificate.pem "http://127.0.0.1:$PORT/certificate.pem"
get() { curl -sS --cacert certificate.pem -o body -w '%{http_code} HTTP/%{http_version} %{size_download} %{ssl_verify_result}\n' "$@"; }
get "https://$HOST/"
get --http1.1 "https://$HOST/"
get --tls-max 1.2 "https://$HOST/"
get --tlsv1.3 "https://$HOST/none"
get --tls-max 1.2 --ciphers ECDHE-ECDSA-CHACHA20-POLY1305 "https://$HOST/style.css"
get --resolve "localhost:$PORT2:127.0.0.1" "https://localhost:$PORT2/"
curl -sSk --compressed -o body "https://$HOST/large.txt"
cksum <body
get -r 1000-1999 "https://$HOST/large.txt"
get --http1.1 "https://$HOST/large.txt"
cksum <body
get --resolve "elsewhere:$PORT2:127.0.0.1" "https://elsewhere:$PORT2/" 2>&1 | grep -o 'no alternative certificate subject name matches' | uniq
curl -sS -o /dev/null --tls-max 1.1 -k "https://$HOST/" 2>/dev/null || echo 'no TLS 1.1'
curl -sS -o /dev/null -w '%{http_code}\n' -k "http://127.0.0.1:$PORT2/"
printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -connect "$HOST" -tls1_2 -sess_out session -CAfile certificate.pem >/dev/null 2>&1
printf 'GET / HTTP/1.0\r\n\r\n' | openssl s_client -connect "$HOST" -tls1_2 -sess_in session -CAfile certificate.pem 2>/dev/null | grep -o '^Reused'
