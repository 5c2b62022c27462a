package dev.penstock.gateway.http;

import dev.penstock.gateway.process.GatewayConfig;
import dev.penstock.gateway.process.GatewayEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.lang.reflect.Constructor;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the router of a gateway has routes for. The parts behind them are left out: nothing is asked of them. */
final class Routes {
    private Routes() {}

    /** As method, blank, path, with parameters in braces; HEAD and the files of the documentation are left out. */
    @SuppressWarnings("NullAway") // the absent parts
    static Set<String> all() {
        Vertx vertx = Vertx.vertx();
        try {
            Router router = Router.router(vertx);
            GatewayConfig config = GatewayConfig.from(Map.of("PENSTOCK_STORE", "none.db",
                    "PENSTOCK_SERVICEBUS_CONNECTION_STRING",
                    "Endpoint=sb://localhost;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true"));
            GatewayEvents events = new GatewayEvents(new SimpleMeterRegistry());
            InstantSource clock = InstantSource.system();
            Api.addRoutes(new Resources(router, new Refusals(new CommonHeaders(clock), events)), vertx, config,
                    withoutParts(), new Readiness(null), clock);
            Set<String> found = new TreeSet<>();
            for (Route route : router.getRoutes()) {
                add(route, found);
            }
            return found;
        } finally {
            vertx.close().await();
        }
    }

    private static void add(Route route, Set<String> found) {
        if (route.methods() == null || route.getPath() == null || route.getPath().startsWith("/docs/")) {
            return;
        }
        String path = route.getPath().replaceAll(":([a-z]+)", "{$1}");
        route.methods()
                .stream()
                .filter(method -> !method.equals(HttpMethod.HEAD))
                .forEach(method -> found.add(method.name() + " " + path));
    }

    private static Api.Services withoutParts() {
        Constructor<?> constructor = Api.Services.class.getDeclaredConstructors()[0];
        try {
            return (Api.Services) constructor.newInstance(new Object[constructor.getParameterCount()]);
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
