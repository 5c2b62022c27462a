package dev.penstock.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.gateway.Caller;
import dev.penstock.gateway.GatewayFixture;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The management port: metrics that a scraper can read, and that the README explains. */
class MetricsTest {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\[\"\\\\n])*\"";
    /** A line of Prometheus' text format 0.0.4 that is neither comment nor blank. */
    private static final Pattern SAMPLE = Pattern
            .compile("(" + NAME + ")(\\{(?:" + LABEL
                    + ",?)*})? (NaN|[+-]?Inf|[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)(?: [0-9]+)?");
    private static final Pattern COMMENT = Pattern
            .compile("# (?:HELP (?:" + NAME + ").*|TYPE (" + NAME + ") (counter|gauge|histogram|summary|untyped))");

    @Test
    void a_scraper_can_read_them(@TempDir Path folder) {
        try (GatewayFixture fixture = GatewayFixture.start(folder, Map.of("PENSTOCK_GATEWAY_MANAGEMENT_PORT", "0"))) {
            fixture.caller().get("/v1/nothing");
            fixture.caller().post("/v1/jobs", "{\"language\":\"python\",\"code\":\"1\"}");
            Caller scraper = new Caller("http://127.0.0.1:" + fixture.managementPort(), "");
            HttpResponse<String> scraped = scraper.get("/metrics");

            assertThat(scraped.headers().firstValue("Content-Type"))
                    .hasValue("text/plain; version=0.0.4; charset=utf-8");
            Map<String, Double> samples = parsed(scraped.body());
            assertThat(samples).containsEntry("penstock_gateway_jobs_queued_total", 1.0)
                    .containsEntry("penstock_gateway_problems_total{status=\"404\",type=\"not-found\"}", 1.0);
            HttpResponse<String> open = scraper.get("/metrics", "Accept",
                    "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
            assertThat(open.headers().firstValue("Content-Type"))
                    .hasValue("application/openmetrics-text; version=1.0.0; charset=utf-8");
            assertThat(open.body()).endsWith("# EOF\n");
            assertThat(scraper.get("/v1/jobs").statusCode()).as("no API there").isEqualTo(404);
        }
    }

    @Test
    void the_readme_explains_each_of_them() throws IOException {
        Set<String> code = Pattern.compile("\"(penstock\\.gateway\\.[a-z_.]+)\"")
                .matcher(Files.readString(Path.of("src/main/java/dev/penstock/gateway/process/GatewayEvents.java")))
                .results()
                .map(name -> name.group(1).replace('.', '_'))
                .collect(Collectors.toSet());
        Set<String> explained = Pattern.compile("(?m)^\\| `(penstock_gateway_[a-z_]+)` \\|")
                .matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toSet());

        assertThat(explained).isEqualTo(code);
    }

    /** Samples by name with labels; fails on what isn't the format, and on a sample that comes twice or before its type. */
    private static Map<String, Double> parsed(String text) {
        assertThat(text).endsWith("\n");
        Map<String, Double> samples = new HashMap<>();
        Set<String> typed = new HashSet<>();
        for (String line : text.split("\n")) {
            if (line.startsWith("#")) {
                Matcher comment = COMMENT.matcher(line);
                assertThat(comment.matches()).as(line).isTrue();
                if (comment.group(1) != null) {
                    assertThat(typed.add(comment.group(1))).as("typed once: " + line).isTrue();
                }
            } else {
                Matcher sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                assertThat(typed).as("typed before: " + line)
                        .anyMatch(name -> sample.group(1).replaceAll("_(bucket|sum|count)$", "").equals(name)
                                || sample.group(1).equals(name));
                String labels = sample.group(2) == null ? "" : sample.group(2);
                assertThat(samples.put(sample.group(1) + labels, Double.parseDouble(sample.group(3)))).as(line)
                        .isNull();
            }
        }
        return samples;
    }
}
