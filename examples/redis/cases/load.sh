# Thirty connections at once, one request at a time and sixteen, all answered; subscribers hear what is published.
redis() { redis-cli -p "$PORT" "$@"; }
redis-benchmark -p "$PORT" -c 30 -n 6000 -t set,get,incr,lpush,lrange_100 --csv | cut -d, -f1
redis-benchmark -p "$PORT" -c 30 -n 30000 -P 16 -t set,get --csv | cut -d, -f1
redis INFO commandstats | grep -oE '^cmdstat_(set|get|incr|lrange):calls=[0-9]*' | sort
redis LLEN mylist
redis GET counter:__rand_int__
redis-cli -p "$PORT" --csv SUBSCRIBE news >heard &
until redis PUBSUB NUMSUB news | grep -q 1; do :; done
for number in 1 2 3; do redis PUBLISH news "number $number"; done
until grep -q 'number 3' heard; do :; done
{ kill $! && wait $!; } 2>/dev/null
cat heard
redis INFO clients | tr -d '\r' | grep ^blocked
