#include <rr/procfs.h>

#define NUMBER(name, text)                                                                                    \
	static void name(struct rr_proc_writer *writer) { rr_proc_print(writer, text "\n"); }

/* Where each is in force: rr/abi/socket.h, socket/src/options.c, tcp/src/table.c, endpoint.c, timers.c, input.c. */
NUMBER(somaxconn, "4096")
NUMBER(memory_default, "212992")
NUMBER(memory_max, "212992")
NUMBER(option_memory, "20480")
NUMBER(port_range, "32768\t60999")
NUMBER(receive_memory, "4096\t131072\t6291456")
NUMBER(send_memory, "4096\t16384\t4194304")
NUMBER(keep_alive_time, "7200")
NUMBER(keep_alive_interval, "75")
NUMBER(keep_alive_probes, "9")
NUMBER(fin_timeout, "60")
NUMBER(syn_retries, "6")
NUMBER(synack_retries, "5")
NUMBER(retries_2, "15")
NUMBER(syn_backlog, "128")
NUMBER(on, "1")
NUMBER(off, "0")
NUMBER(congestion, "reno")
NUMBER(unprivileged_ports, "1024")

void rr_proc_sys_net_init(void);
void rr_proc_sys_net_init(void)
{
	static struct rr_proc_file files[] = {
		{ .path = "sys/net/core/somaxconn", .content = somaxconn },
		{ .path = "sys/net/core/rmem_default", .content = memory_default },
		{ .path = "sys/net/core/wmem_default", .content = memory_default },
		{ .path = "sys/net/core/rmem_max", .content = memory_max },
		{ .path = "sys/net/core/wmem_max", .content = memory_max },
		{ .path = "sys/net/core/optmem_max", .content = option_memory },
		{ .path = "sys/net/ipv4/ip_local_port_range", .content = port_range },
		{ .path = "sys/net/ipv4/ip_forward", .content = off },
		{ .path = "sys/net/ipv4/ip_nonlocal_bind", .content = off },
		{ .path = "sys/net/ipv4/ip_unprivileged_port_start", .content = unprivileged_ports },
		{ .path = "sys/net/ipv4/tcp_rmem", .content = receive_memory },
		{ .path = "sys/net/ipv4/tcp_wmem", .content = send_memory },
		{ .path = "sys/net/ipv4/tcp_keepalive_time", .content = keep_alive_time },
		{ .path = "sys/net/ipv4/tcp_keepalive_intvl", .content = keep_alive_interval },
		{ .path = "sys/net/ipv4/tcp_keepalive_probes", .content = keep_alive_probes },
		{ .path = "sys/net/ipv4/tcp_fin_timeout", .content = fin_timeout },
		{ .path = "sys/net/ipv4/tcp_syn_retries", .content = syn_retries },
		{ .path = "sys/net/ipv4/tcp_synack_retries", .content = synack_retries },
		{ .path = "sys/net/ipv4/tcp_retries2", .content = retries_2 },
		{ .path = "sys/net/ipv4/tcp_max_syn_backlog", .content = syn_backlog },
		{ .path = "sys/net/ipv4/tcp_syncookies", .content = on },
		{ .path = "sys/net/ipv4/tcp_sack", .content = on },
		{ .path = "sys/net/ipv4/tcp_timestamps", .content = on },
		{ .path = "sys/net/ipv4/tcp_window_scaling", .content = on },
		{ .path = "sys/net/ipv4/tcp_fastopen", .content = off },
		{ .path = "sys/net/ipv4/tcp_congestion_control", .content = congestion },
		{ .path = "sys/net/ipv4/tcp_available_congestion_control", .content = congestion },
	};
	for (unsigned i = 0; i < RR_ARRAY_SIZE(files); i++)
		rr_proc_register(&files[i]);
}
