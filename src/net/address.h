#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * May a URL that came from a person lead to this address?  True only for
 * addresses of the public Internet: everything private, shared (carrier NAT),
 * loopback, link-local, multicast, reserved or documentary is not public, and
 * an IPv4 address inside an IPv6 one (mapped, NAT64) is judged as IPv4.
 */
bool address_is_public(const struct sockaddr *address);

#endif
