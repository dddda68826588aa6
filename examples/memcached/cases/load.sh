# Eight connections at once, so that each of the four threads has some: thousands of values, all found again; and large ones.
for client in 1 2 3 4 5 6 7 8; do
  {
    seq 2000 | sed "s/.*/set key-$client-& 0 0 8 noreply\r\nvalue678\r/"
    seq 2000 | sed "s/.*/get key-$client-&\r/"
    printf 'quit\r\n'
  } | talk | grep -c '^value678' >"got.$client" &
  clients="$clients $!"
done
wait $clients
cat got.*
{
  printf 'set large 0 0 900000\r\n' && head -c 900000 /dev/zero | tr '\0' l && printf '\r\nget large\r\nquit\r\n'
} | talk | tr -d '\n' | cksum
printf 'stats\r\nquit\r\n' | talk | grep -E ' (threads|curr_items|cmd_set|cmd_get|get_hits|get_misses|evictions) '
