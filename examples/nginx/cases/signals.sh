# A worker that is killed, a new configuration, logs that are opened again, all under load; and what the console shows of it.
URL=http://127.0.0.1:$PORT
ask() { curl -sS -m 20 -o /dev/null -w '%{http_code}\n' "$URL/"; }
shown() { grep -c "$1" "$LOG"; }
# Wait until the console has shown $1 at least $2 times.
until_shown() {
  for i in $(seq 300); do
    [ "$(shown "$1")" -lt "$2" ] || return 0
    sleep 0.1
  done
  echo "the console does not show $1"
}
worker() { sed -n 's/.*start worker process \([0-9]*\)$/\1/p' "$LOG" | tail -n 1; }
(while [ ! -e enough ]; do ask; done) >replies 2>&1 &

until_shown 'start worker process ' 2
killed=$(worker)
echo "9 $killed" >&3
until_shown "worker process $killed exited on signal 9" 1
until_shown 'start worker process ' 3
ask
echo 1 >&3 # SIGHUP
until_shown 'start worker process ' 5
until_shown 'exited with code 0' 2
ask
echo 10 >&3 # SIGUSR1
until_shown 'reopening logs' 1
ask
: >enough
wait
# whom the killed worker was serving got no reply; nobody else may notice anything
grep -v 200 replies | grep -v 'curl: ' | grep -vx 000
[ "$(grep -cx 000 replies)" -le 1 ] && echo served
until_shown '"GET / HTTP/1.1" 200' 10
grep -c emerg "$LOG"
echo 3 >&3 # SIGQUIT: it goes when its connections are done
until_shown 'gracefully shutting down' 4
