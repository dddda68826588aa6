# Requests that make no sense are answered, or their connection is closed; the next one is served.
URL=http://127.0.0.1:$PORT
telnet() { curl -sS -m 10 -o - "telnet://${URL#http://}" 2>/dev/null | tr -d '\r' | head -n 1; }
printf 'nonsense\r\n\r\n' | telnet
printf 'GET /%01100d HTTP/1.1\r\n\r\n' 1 | telnet
printf 'GET /%03000d HTTP/1.1\r\n\r\n' 1 | telnet
printf 'GET / HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\nConnection: close\r\n\r\n' | curl -sS -m 10 "telnet://${URL#http://}" | grep -o 'HTTP/1.1 .*' | tr -d '\r'
curl -sS -o /dev/null -w '%{http_code}\n' "$URL/"
