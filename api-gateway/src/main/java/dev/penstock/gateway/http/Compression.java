package dev.penstock.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Gzip for those who accept it, where it is worth the while. Streams aren't compressed. */
final class Compression {
    /** Less fits a packet either way. */
    private static final int WORTH_WHILE = 1_024;
    private static final Pattern CODING = Pattern
            .compile("\\s*([A-Za-z0-9*_-]+)\\s*(?:;\\s*[qQ]\\s*=\\s*([01](?:\\.\\d{0,3})?)\\s*)?");

    private Compression() {}

    /** The answer as this client is best sent it. */
    static Answer apply(HttpServerRequest request, Answer answer) {
        boolean worthWhile = answer.body().length() >= WORTH_WHILE
                && !answer.headers().containsKey("Content-Encoding");
        return worthWhile && acceptsGzip(request.getHeader("Accept-Encoding"))
                ? new Answer(answer.status(), answer.headers(), gzip(answer.body())).with("Content-Encoding", "gzip")
                : answer;
    }

    /** A coding that isn't named counts as {@code *} does; without either, only identity is accepted for certain. */
    static boolean acceptsGzip(@Nullable String header) {
        double gzip = -1;
        double any = 0;
        for (String part : header == null ? new String[0] : header.split(",")) {
            Matcher coding = CODING.matcher(part);
            if (coding.matches()) {
                double weight = coding.group(2) == null ? 1 : Double.parseDouble(coding.group(2));
                switch (coding.group(1).toLowerCase(Locale.ROOT)) {
                    case "gzip", "x-gzip" -> gzip = weight;
                    case "*" -> any = weight;
                    default -> {
                        // Others don't matter here.
                    }
                }
            }
        }
        return (gzip < 0 ? any : gzip) > 0;
    }

    static Buffer gzip(Buffer plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(plain.length() / 3);
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(plain.getBytes());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Buffer.buffer(bytes.toByteArray());
    }
}
