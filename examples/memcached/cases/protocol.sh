# Each kind of command, and what the server says to nonsense.
sed 's/$/\r/' <<COMMANDS | talk
set greeting 7 0 5
hello
get greeting missing
append greeting 0 0 6
 world
get greeting
add greeting 0 0 1
x
replace missing 0 0 1
x
set number 0 0 2
41
incr number 1
decr number 50
incr greeting 1
gets number
cas number 0 0 1 999
1
delete number
delete number
touch greeting 100
gat 100 greeting
ms meta 4 T100
four
mg meta v t f s
mg absent v
md meta
nonsense
get
set long 0 0 3
longer
set gone 0 -1 4
past
get gone
flush_all
get greeting
version
quit
COMMANDS
