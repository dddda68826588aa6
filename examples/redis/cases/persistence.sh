# A snapshot by a forked child while the data changes, the append-only file and its rewriting; each time what is read back must be what was written.
redis() { redis-cli -p "$PORT" "$@"; }
until_info() { until redis INFO persistence | grep -q "^$1"; do :; done; }
digest() { redis DEBUG DIGEST; }
redis DEBUG POPULATE 5000 key 100
redis BGSAVE
redis SET key:1 changed
until_info rdb_bgsave_in_progress:0
redis INFO persistence | grep -o '^rdb_last_bgsave_status:..'
before=$(digest)
redis DEBUG RELOAD
[ "$(digest)" = "$before" ] && echo the same after a reload
redis CONFIG SET appendonly yes
until_info aof_rewrite_in_progress:0
until_info aof_rewrite_scheduled:0
redis RPUSH list one two three
redis INCRBY number 41
redis BGREWRITEAOF
redis INCR number
until_info aof_rewrite_in_progress:0
redis HSET hash field value
redis INFO persistence | grep -o -e '^aof_last_bgrewrite_status:..' -e '^aof_last_write_status:..'
before=$(digest)
redis DEBUG LOADAOF
[ "$(digest)" = "$before" ] && echo the same from the append-only file
redis MGET key:1 number
redis DBSIZE
