package dev.penstock.gateway.guard;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Keeps webhooks from being led to where only we can go (SSRF). An attempt resolves the name, judges what it resolved to,
 * and connects to that very address: a name that changes its answer in between gains nothing.
 */
public final class EgressGuard {
    private static final Set<Integer> PORTS = Set.of(443, 8443);
    private static final int LONGEST_URL = 2_000;

    private final Lookups lookups;
    private final boolean httpAllowed;
    private final List<AddressRange> opened;
    private final Predicate<InetAddress> ours;

    /**
     * @param httpAllowed
     *            also {@code http} and every port: for tests and private nets only
     * @param opened
     *            ranges that are allowed although they are closed otherwise
     */
    public EgressGuard(HostResolver resolver, boolean httpAllowed, List<AddressRange> opened) {
        this(resolver, httpAllowed, opened, EgressGuard::isOurs);
    }

    /**
     * A guard for tests.
     *
     * @param ours
     *            whether the address is one of this host's own
     */
    EgressGuard(HostResolver resolver, boolean httpAllowed, List<AddressRange> opened, Predicate<InetAddress> ours) {
        this.ours = ours;
        this.lookups = new Lookups(resolver);
        this.httpAllowed = httpAllowed;
        this.opened = List.copyOf(opened);
    }

    /** A webhook must not go there. The message is for the log and doesn't tell refused from unreachable. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /** What is wrong with a URL by itself, as the end of a sentence that starts with "url"; empty if nothing. */
    public Optional<String> problem(String url) {
        if (url.length() > LONGEST_URL) {
            return Optional.of("must have at most " + LONGEST_URL + " characters");
        }
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException notAUrl) {
            return Optional.of("must be an absolute URL such as https://example.com/hook");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(httpAllowed && scheme.equals("http"))) {
            return Optional.of("must start with https://");
        }
        if (uri.getHost() == null) {
            return Optional.of("must have a host: an address or a name in ASCII (others as xn--…)");
        }
        if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            return Optional.of("must have neither user nor fragment");
        }
        if (!httpAllowed && uri.getPort() != -1 && !PORTS.contains(uri.getPort())) {
            return Optional.of("must use port 443 or 8443");
        }
        if (uri.getHost().indexOf('%') >= 0) {
            return Optional.of("must not name a network interface");
        }
        return literal(uri.getHost()).filter(address -> !allows(address))
                .map(_ -> "must not lead to a private address");
    }

    /**
     * The address to connect to. Blocks while the name is resolved, bounded.
     *
     * @param tenant
     *            for whom, since only few names of each are looked up at a time
     * @throws RefusedException
     *             if the name has no address or any of its addresses is closed
     * @throws ResolverBusyException
     *             if the name could not be looked up for a lack of places
     */
    public InetAddress resolve(String tenant, URI url) throws RefusedException, ResolverBusyException {
        Optional<String> problem = problem(url.toString());
        if (problem.isPresent()) {
            throw new RefusedException("the URL " + problem.get());
        }
        Optional<InetAddress> literal = literal(url.getHost());
        if (literal.isPresent()) {
            return literal.get();
        }
        try {
            List<InetAddress> addresses = lookups.addresses(tenant, url.getHost());
            if (!addresses.isEmpty() && addresses.stream().allMatch(this::allows)) {
                return addresses.getFirst();
            }
        } catch (UnknownHostException nowhere) {
            throw new RefusedException("the host could not be reached");
        }
        throw new RefusedException("the host could not be reached");
    }

    private boolean allows(InetAddress address) {
        return opened.stream().anyMatch(range -> range.contains(address))
                || (AddressRange.isPublic(address) && !ours.test(address));
    }

    /** What listens here may trust whoever comes from here. */
    private static boolean isOurs(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException unknown) {
            return true;
        }
    }

    /** An address written out, in any form that some resolver takes for one. */
    private static Optional<InetAddress> literal(String host) {
        String bare = bare(host).replaceFirst("\\.+$", "");
        try {
            return Optional.of(Inet4Address.ofPosixLiteral(bare));
        } catch (IllegalArgumentException notPosix) {
            return ipv6(bare);
        }
    }

    private static Optional<InetAddress> ipv6(String host) {
        try {
            return Optional.of(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException aName) {
            return Optional.empty();
        }
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
