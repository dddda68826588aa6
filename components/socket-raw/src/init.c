#include <rr/socket-inet.h>

void rr_socket_raw_init(void);
void rr_socket_raw_init(void) { rr_inet_create_raw = rr_inet_raw; }
