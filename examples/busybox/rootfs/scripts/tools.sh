# What each of the tools says about the loopback interface.
busybox ip addr show dev lo | busybox grep 'inet '
busybox ip -o link show dev lo | busybox grep -o 'lo: <.*> mtu [0-9]*'
busybox ifconfig lo | busybox grep -o 'inet addr.*'
busybox ping -c 1 -q 127.0.0.1 | busybox grep packets
busybox ping -c 1 -q -I 127.0.0.1 127.0.0.2 | busybox grep packets
busybox ip route get 127.0.0.1 | busybox grep -o '127.0.0.1 dev lo'
busybox ip link show nosuch0 || busybox echo "none: $?"
