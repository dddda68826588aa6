/*
 * A network of two hosts in private namespaces, with a relay between them that loses, delays and damages what it carries. "Outside" is a namespace of this
 * host's Linux (10.77.0.1); "inside" is what is tested (10.77.0.2): a QEMU, or a second namespace, so that the same program can be run on Linux in its place.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTSIDE 0x0a4d0001u /* 10.77.0.1 */
#define INSIDE 0x0a4d0002u
#define NOWHERE 0x0a580000u /* 10.88.CODE.0/24: the router answers with ICMP "unreachable", this code */
#define MOST_FRAME 65550u
#define ETHERNET 14u

enum direction { INTO, OUT_OF }; /* seen from inside */

/* A schedule of trouble. Shares are of a thousand frames, times in microseconds. */
struct trouble {
	unsigned loss, duplicate, reorder, corrupt, truncate;
	unsigned delay, jitter, late;    /* of every frame; in addition at random; of those that are reordered */
	unsigned mtu;                    /* larger IP packets do not pass; 0: all do */
	unsigned narrow;                 /* the MTU alternates between `mtu` and this one ... */
	unsigned every;                  /* ... so often */
	unsigned cut;                    /* nothing passes: bit 0 inwards, bit 1 outwards */
};

/* namespace.c. All end the process with a message when they cannot do what they are for. */
/* A network namespace of one's own for this process, its loopback interface up; without root a user namespace around it. */
void namespace_enter(void);
/* A tap in this namespace, up, with an address of 10.77.0.0/24, and a default route unless it is the router's. Its descriptor. */
int namespace_tap(const char *name, uint32_t address, const char *directory);
/* A child that holds this namespace open until this process ends. */
int namespace_hold(void);

/* relay.c */
void relay_seed(uint64_t seed);
/* "loss=10 delay=2000 ...": sets what it names; "none": no trouble. False: an unknown word. */
bool relay_configure(char *words);
/* A frame has come; it leaves later, or not, or more than once, through `send`. */
void relay_take(enum direction direction, const uint8_t *frame, size_t length);
/* Let out what is due. Microseconds until the next is, -1: nothing waits. */
int64_t relay_run(void);
/* lab.c: puts a frame on its way, at once. False: there is no room now. */
bool lab_send(enum direction direction, const uint8_t *frame, size_t length);
uint64_t now_us(void);

/* router.c: what the network itself answers. True: it has, or the frame goes nowhere. */
bool router_answers_dhcp(const uint8_t *frame, size_t length);
bool router_has_no_route(const uint8_t *frame, size_t length);
void router_too_big(enum direction direction, const uint8_t *frame, size_t length, unsigned mtu);
