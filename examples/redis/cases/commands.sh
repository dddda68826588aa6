# Commands of each kind of value, a script, a transaction, values of a megabyte, and many commands at once.
redis() { redis-cli -p "$PORT" "$@"; }
redis <<COMMANDS
SET greeting "hello"
APPEND greeting " world"
GET greeting
INCRBYFLOAT number 3.25
RPUSH list a b c d
LRANGE list 1 -2
HSET hash one 1 two 2
HGETALL hash
SADD set x y z
SCARD set
ZADD sorted 3 c 1 a 2 b
ZRANGE sorted 0 -1 WITHSCORES
GEOADD places 13.361389 38.115556 Palermo 15.087269 37.502669 Catania
GEODIST places Palermo Catania km
PFADD visitors a b c a
PFCOUNT visitors
SETBIT bits 7 1
BITCOUNT bits
XADD stream 1-1 field value
XRANGE stream - +
MULTI
INCR counter
INCR counter
EXEC
EVAL "local sum = 0 for i = 1, ARGV[1] do sum = sum + i end return {sum, redis.call('GET', KEYS[1])}" 1 greeting 1000
LPUSH greeting wrong
OBJECT ENCODING hash
DBSIZE
SET short lived PX 1
COMMANDS
until [ "$(redis EXISTS short)" = 0 ]; do :; done
head -c 1000000 /dev/zero | tr '\0' m | redis -x SET megabyte
redis GET megabyte | tr -d '\n' | cksum
seq 20000 | sed 's/.*/SET key:& value-&/' | redis --pipe
redis MGET key:1 key:777 key:20000
redis UNLINK list hash set
redis FLUSHALL ASYNC
redis DBSIZE
