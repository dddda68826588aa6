/* lwIP for the measurement: as much room as it can use, no operating system, checksums left to the device. */
#pragma once
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_TIMERS 1
#define LWIP_STATS 0
#define MEM_ALIGNMENT 8
#define MEM_SIZE (1024 * 1024) /* the libOS ends at 4 MiB */
#define MEMP_NUM_PBUF 4096
#define MEMP_NUM_TCP_PCB 512
#define MEMP_NUM_TCP_PCB_LISTEN 8
#define MEMP_NUM_TCP_SEG 4096
#define MEMP_NUM_SYS_TIMEOUT 16
#define PBUF_POOL_SIZE 16
#define TCP_MSS 1460
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 4
#define TCP_WND (512 * 1024)
#define TCP_SND_BUF (256 * 1024)
#define TCP_SND_QUEUELEN 1024
#define TCP_QUEUE_OOSEQ 1
#define TCP_LISTEN_BACKLOG 1
#define TCP_DEFAULT_LISTEN_BACKLOG 255
#define LWIP_TCP_TIMESTAMPS 0
#define LWIP_TCP_SACK_OUT 1
#define LWIP_IPV6 0
#define LWIP_DHCP 0
#define LWIP_ARP 1
#define LWIP_UDP 1
#define LWIP_ICMP 1
#define IP_REASSEMBLY 0
#define IP_FRAG 0
#define ETHARP_TABLE_MATCH_NETIF 0
#define LWIP_SUPPORT_CUSTOM_PBUF 1
#define LWIP_NETIF_TX_SINGLE_PBUF 0
#define CHECKSUM_GEN_TCP 0
#define CHECKSUM_CHECK_IP 0
#define CHECKSUM_CHECK_TCP 0
#define CHECKSUM_CHECK_UDP 0
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1 /* received buffers are not its pool's */
#define TCP_SNDLOWAT 32768
