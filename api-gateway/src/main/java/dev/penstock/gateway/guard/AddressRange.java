package dev.penstock.gateway.guard;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/** A block of addresses such as {@code 10.0.0.0/8}. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record AddressRange(byte[] network, int bits) {
    /** What IPv6 hands out to be reached from everywhere. All else there is closed, whatever it may mean one day. */
    static final AddressRange GLOBAL_IPV6 = parse("2000::/3");
    /**
     * Where no webhook may lead: addresses that aren't reachable from the whole internet, or stand for others. IPv6
     * ranges that carry an IPv4 address are closed as a whole, since what they lead to can't be told from outside.
     */
    static final List<AddressRange> CLOSED = List.of(
            // IPv4: this network, private, shared, loopback, link-local (cloud metadata), protocol assignments
            parse("0.0.0.0/8"), parse("10.0.0.0/8"), parse("100.64.0.0/10"), parse("127.0.0.0/8"),
            parse("169.254.0.0/16"), parse("172.16.0.0/12"), parse("192.0.0.0/24"), parse("192.168.0.0/16"),
            // documentation, 6to4 relays, benchmarks, multicast, reserved and broadcast; Azure's host services
            parse("192.0.2.0/24"), parse("198.51.100.0/24"), parse("203.0.113.0/24"), parse("192.88.99.0/24"),
            parse("198.18.0.0/15"), parse("224.0.0.0/4"), parse("240.0.0.0/4"), parse("168.63.129.16/32"),
            // IPv6, within 2000::/3: Teredo and other assignments, documentation, 6to4
            parse("2001::/23"), parse("2001:db8::/32"), parse("3fff::/20"), parse("2002::/16"));

    private static final int BYTE = 8;

    /**
     * Reads a range.
     *
     * @throws IllegalArgumentException
     *             if it isn't an address, a slash and a length
     */
    public static AddressRange parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 2 || !parts[0].matches("[0-9a-fA-F:.]+") || !parts[1].matches("\\d{1,3}")) {
            throw new IllegalArgumentException("must be address ranges such as 10.1.0.0/16");
        }
        byte[] network = literal(parts[0]);
        int bits = Integer.parseInt(parts[1]);
        if (bits > network.length * BYTE) {
            throw new IllegalArgumentException("must be address ranges such as 10.1.0.0/16");
        }
        return new AddressRange(network, bits);
    }

    /** Whether an address is reachable from the whole internet and stands for itself. */
    static boolean isPublic(InetAddress address) {
        return (address instanceof Inet4Address || GLOBAL_IPV6.contains(address))
                && CLOSED.stream().noneMatch(range -> range.contains(address));
    }

    /** Whether the address is in it. An IPv4 address in IPv6 clothes never gets here: the JDK undresses it. */
    boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != network.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % BYTE);
            if ((bytes[bit / BYTE] & mask) != (network[bit / BYTE] & mask)) {
                return false;
            }
        }
        return true;
    }

    /** The characters were checked: nothing is looked up. */
    private static byte[] literal(String address) {
        try {
            return InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("must be address ranges such as 10.1.0.0/16", wrong);
        }
    }
}
