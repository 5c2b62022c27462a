package dev.penstock.gateway.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Host names to addresses. {@link Lookups} bounds how long and how often it is asked. */
public interface HostResolver {
    /**
     * All addresses of a host. Blocks, perhaps for long and whatever interrupts it.
     *
     * @throws UnknownHostException
     *             if it has none
     */
    List<InetAddress> resolve(String host) throws UnknownHostException;

    /** The system's. */
    static HostResolver system() {
        return host -> List.of(InetAddress.getAllByName(host));
    }
}
