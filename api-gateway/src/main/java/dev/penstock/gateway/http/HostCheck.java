package dev.penstock.gateway.http;

import io.vertx.core.Handler;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;

/** Refuses host names that aren't ours: a web page could have one resolve to this machine (decision 18). */
final class HostCheck implements Handler<RoutingContext> {
    private final Set<String> allowed;

    /**
     * @param allowed
     *            lower case, without port; empty: all
     */
    HostCheck(Set<String> allowed) {
        this.allowed = allowed;
    }

    @Override
    public void handle(RoutingContext request) {
        HostAndPort authority = request.request().authority();
        String host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
        if (allowed.isEmpty() || (allowed.contains(host) && namesNoOther(request.request().uri()))) {
            request.next();
        } else {
            request.fail(Problem
                    .of(ProblemType.MISDIRECTED,
                            "Name the gateway by one of its hosts; its operator sets them in PENSTOCK_ALLOWED_HOSTS.")
                    .asException());
        }
    }

    /** A target in absolute form names a host, too, and that one counts (RFC 9112, 3.2.2). */
    private boolean namesNoOther(String target) {
        if (target.startsWith("/") || !target.contains("://")) {
            return true;
        }
        HostAndPort named = HostAndPort.parseAuthority(target.replaceFirst("^[^/]*//([^/?#]*).*$", "$1"), -1);
        return named != null && allowed.contains(named.host().toLowerCase(Locale.ROOT));
    }
}
