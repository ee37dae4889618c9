/* address.c - which addresses belong to the public Internet. */

#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct net4 {
    uint32_t base;
    int bits;
};

/* IANA's special-purpose registry, IPv4. */
static const struct net4 not_public4[] = {
    {0x00000000, 8},  /* "this network": 0.0.0.0 reaches ourselves on Linux */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* shared: carrier NAT */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local, cloud metadata */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 4},  /* multicast */
    {0xf0000000, 4},  /* reserved, broadcast */
};

static bool public4(uint32_t address)
{
    for (size_t i = 0; i < sizeof not_public4 / sizeof not_public4[0]; i++)
        if ((address ^ not_public4[i].base) >> (32 - not_public4[i].bits) == 0)
            return false;
    return true;
}

static uint32_t read4(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool public6(const unsigned char *p)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    static const unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b};

    if (!memcmp(p, mapped, sizeof mapped) || !memcmp(p, nat64, sizeof nat64))
        return public4(read4(p + 12));
    if ((p[0] & 0xe0) != 0x20)
        return false; /* only 2000::/3 is global unicast */
    if (p[0] == 0x20 && p[1] == 0x02)
        return false; /* 6to4 carries an IPv4 address */
    if (read4(p) == 0x20010000 || read4(p) == 0x20010db8)
        return false; /* Teredo carries one too; documentation */
    return true;
}

bool address_is_public(const struct sockaddr *address)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        return public4(ntohl(v4.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&v6, address, sizeof v6);
        return public6(v6.sin6_addr.s6_addr);
    }
    return false;
}
