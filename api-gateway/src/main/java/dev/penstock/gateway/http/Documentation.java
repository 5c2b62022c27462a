package dev.penstock.gateway.http;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.penstock.contracts.Json;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The OpenAPI document as JSON, and Swagger UI to read it. Made when they are first asked for, off the event loop, then
 * kept with their compressed forms.
 */
final class Documentation {
    /** What the page may load: nothing from elsewhere, no script but ours and Swagger UI's. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final String OWN = "/dev/penstock/gateway/openapi/";
    private static final String LIBRARY = "/META-INF/resources/webjars/swagger-ui/";

    private final Vertx vertx;
    private final Map<String, Future<Asset>> assets = new LinkedHashMap<>();

    Documentation(Vertx vertx) {
        this.vertx = vertx;
    }

    /** How to make a file's bytes; blocks. */
    private interface Source {
        byte[] read() throws IOException;
    }

    /** A file that doesn't change as long as the process lives. */
    private record Asset(Answer plain, Answer compressed) {
        static Asset of(String mediaType, byte[] bytes) {
            Answer plain = Conditional.tag(new Answer(200, Map.of("Content-Type", mediaType), Buffer.buffer(bytes)))
                    .with("Cache-Control", "public, no-cache")
                    .with("Content-Security-Policy", POLICY);
            Answer compressed = new Answer(200, plain.headers(), Compression.gzip(plain.body()))
                    .with("Content-Encoding", "gzip");
            return new Asset(plain, compressed);
        }
    }

    void addTo(Resources resources) {
        add(resources, "/openapi.json", Answer.JSON, Documentation::openApi);
        add(resources, "/docs", "text/html; charset=utf-8", () -> resource(OWN + "docs.html"));
        add(resources, "/docs/docs.js", "text/javascript; charset=utf-8", () -> resource(OWN + "docs.js"));
        add(resources, "/docs/docs.css", "text/css; charset=utf-8", () -> resource(OWN + "docs.css"));
        for (String file : new String[]{"swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"}) {
            add(resources, "/docs/" + file, mediaType(file), () -> resource(LIBRARY + version() + "/" + file));
        }
    }

    private void add(Resources resources, String path, String mediaType, Source source) {
        resources.add(path, mediaType, Map.of(HttpMethod.GET, request -> asset(path, mediaType, source)
                .map(asset -> chosen(request, asset))));
    }

    private Future<Asset> asset(String path, String mediaType, Source source) {
        return assets.computeIfAbsent(path, _ -> vertx.executeBlocking(() -> Asset.of(mediaType, source.read())));
    }

    private static Answer chosen(RoutingContext request, Asset asset) {
        return Compression.acceptsGzip(request.request().getHeader("Accept-Encoding"))
                ? asset.compressed()
                : asset.plain();
    }

    private static String mediaType(String file) {
        return switch (file.substring(file.lastIndexOf('.') + 1)) {
            case "js" -> "text/javascript; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            default -> "image/png";
        };
    }

    /** Written as YAML by hand, read as JSON by machines. */
    static byte[] openApi() throws IOException {
        return Json.MAPPER.writeValueAsBytes(new YAMLMapper().readTree(resource(OWN + "openapi.yaml")));
    }

    /** The library's files are in a folder named by its version, which its own pom tells. */
    private static String version() throws IOException {
        Properties pom = new Properties();
        try (InputStream in = open("/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
            pom.load(in);
        }
        return pom.getProperty("version", "");
    }

    private static byte[] resource(String path) throws IOException {
        try (InputStream in = open(path)) {
            return in.readAllBytes();
        }
    }

    private static InputStream open(String path) {
        @Nullable
        InputStream in = Documentation.class.getResourceAsStream(path);
        if (in == null) {
            throw new UncheckedIOException(new IOException("the build left out " + path));
        }
        return in;
    }
}
