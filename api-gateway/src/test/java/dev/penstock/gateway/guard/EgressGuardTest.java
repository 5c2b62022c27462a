package dev.penstock.gateway.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressGuardTest {
    private static final HostResolver PUBLIC = _ -> List.of(InetAddress.ofLiteral("93.184.216.34"));

    @ParameterizedTest
    @ValueSource(strings = {"", "example.com", "//example.com", "/hook", "http://example.com", "ftp://example.com",
            "file:///etc/passwd", "gopher://example.com", "javascript:alert(1)", "https:", "https://", "https:///x",
            "https://user@example.com", "https://user:pw@example.com", "https://example.com#x",
            "https://example.com:22",
            "https://example.com:80", "https://example.com:6379", "https://exa mple.com", "https://127.0.0.1",
            "https://127.0.0.1:8443/", "https://127.1", "https://127.0.1", "https://2130706433", "https://0x7f000001",
            "https://0x7f.0.0.1", "https://017700000001", "https://0177.0.0.1", "https://0", "https://0.0.0.0",
            "https://10.0.0.1", "https://10.255.255.255", "https://172.16.0.1", "https://172.31.255.255",
            "https://192.168.1.1", "https://169.254.169.254/latest/meta-data", "https://169.254.170.2",
            "https://168.63.129.16", "https://100.64.0.1", "https://192.0.0.1", "https://192.0.2.1",
            "https://198.51.100.7", "https://203.0.113.7", "https://198.18.0.1", "https://198.19.255.255",
            "https://192.88.99.1", "https://224.0.0.1", "https://240.0.0.1", "https://255.255.255.255", "https://[::]",
            "https://[::1]", "https://[0:0:0:0:0:0:0:1]", "https://[::ffff:127.0.0.1]", "https://[::ffff:7f00:1]",
            "https://[::127.0.0.1]", "https://[::ffff:10.0.0.1]", "https://[64:ff9b::7f00:1]",
            "https://[64:ff9b::10.0.0.1]", "https://[64:ff9b:1::1]", "https://[2002:7f00:1::]",
            "https://[2001:0:7f00:1::]", "https://[2001:db8::1]", "https://[fc00::1]", "https://[fd12:3456::1]",
            "https://[fe80::1]", "https://[fe80::1%25eth0]", "https://[fec0::1]", "https://[ff02::1]",
            "https://[100::1]", "https://[::ffff:0:7f00:1]", "https://[::ffff:0:127.0.0.1]",
            "https://[::ffff:0:a9fe:a9fe]",
            "https://[4000::1]", "https://[1fff::1]", "https://[e000::1]", "https://[fe00::1]",
            "https://[64:ff9b:2::1]",
            "https://[200::1]", "https://[2001:1::1]", "https://[2001:20::1]", "https://[2002::1]", "https://[8000::1]",
            "https://[5f00::1]", "https://[3fff::1]", "https://example.com\u0000.evil",
            "https://127.0.0.1.", "https://127.1..", "https://2130706433.", "https://0x7f.1.",
            "https://①②⑦.⓪.⓪.①", "https://１２７.０.０.１", "https://127。0。0。1", "https://exämple.com",
            "https://example.com\\\\@127.0.0.1", "https:\\\\127.0.0.1", "https://example.com\\.127.0.0.1",
            "https://127.0.0.1%2f@example.com", "https://example.com@127.0.0.1", "https://@127.0.0.1",
            "https://[::ffff:169.254.169.254]", "https://[0:0:0:0:0:ffff:a9fe:a9fe]", "https://[64:ff9b::a9fe:a9fe]",
            "https://[2002:a9fe:a9fe::]", "https://[fe80::1%eth0]", "https://[::1%lo]", "https://[::1", "https://::1",
            "https://example.com:0", "https://example.com:65536", "https://example.com:-1", "https://%31%32%37.0.0.1",
            "https://127.0.0.1\t", " https://127.0.0.1"})
    void a_url_that_leads_astray_is_refused_when_it_is_given(String url) {
        assertThat(guard(PUBLIC).problem(url)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.com", "https://example.com/hook?x=1", "https://example.com:8443/hook",
            "HTTPS://EXAMPLE.COM/", "https://93.184.216.34/", "https://[2606:2800:220:1:248:1893:25c8:1946]/"})
    void a_public_url_passes(String url) {
        assertThat(guard(PUBLIC).problem(url)).isEmpty();
        assertThatCode(() -> guard(PUBLIC).resolve("t", URI.create(url))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fe80::1", "::ffff:192.168.0.1",
            "64:ff9b::a00:1"})
    void a_name_that_means_a_private_address_is_refused_at_each_attempt(String address) {
        EgressGuard guard = guard(_ -> List.of(InetAddress.ofLiteral(address)));

        assertThat(guard.problem("https://rebound.example")).isEmpty();
        assertThatThrownBy(() -> guard.resolve("t", URI.create("https://rebound.example")))
                .isInstanceOf(EgressGuard.RefusedException.class)
                .hasMessage("the host could not be reached");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://localhost", "https://localhost.", "https://127.0.0.1.:8443",
            "https://ip6-localhost", "https://nowhere.invalid"})
    void what_the_systems_own_resolver_makes_of_a_name_is_judged(String url) {
        EgressGuard guard = guard(HostResolver.system());

        assertThatThrownBy(() -> guard.resolve("t", URI.create(url))).isInstanceOf(EgressGuard.RefusedException.class);
    }

    @Test
    void this_hosts_own_addresses_are_closed_even_when_they_are_public() {
        InetAddress own = InetAddress.ofLiteral("93.184.216.34");
        EgressGuard guard = new EgressGuard(PUBLIC, false, List.of(), own::equals);

        assertThat(guard.problem("https://93.184.216.34/")).isPresent();
        assertThatThrownBy(() -> guard.resolve("t", URI.create("https://this-host.example")))
                .isInstanceOf(EgressGuard.RefusedException.class);
        assertThat(guard.problem("https://93.184.216.35/")).isEmpty();
    }

    @Test
    void one_private_address_among_public_ones_is_enough_to_refuse() {
        EgressGuard guard = guard(
                _ -> List.of(InetAddress.ofLiteral("93.184.216.34"), InetAddress.ofLiteral("127.0.0.1")));

        assertThatThrownBy(() -> guard.resolve("t", URI.create("https://mixed.example")))
                .isInstanceOf(EgressGuard.RefusedException.class);
    }

    @Test
    void a_name_that_cannot_be_resolved_is_refused_in_the_same_words() {
        EgressGuard guard = guard(host -> {
            throw new UnknownHostException(host);
        });

        assertThatThrownBy(() -> guard.resolve("t", URI.create("https://nowhere.example")))
                .hasMessage("the host could not be reached");
    }

    @Test
    void the_address_that_was_judged_is_the_one_to_connect_to() throws Exception {
        String[] answers = {"93.184.216.34", "127.0.0.1"};
        int[] asked = {0};
        EgressGuard guard = guard(_ -> List.of(InetAddress.ofLiteral(answers[asked[0]++])));

        assertThat(guard.resolve("t", URI.create("https://changing.example")).getHostAddress())
                .isEqualTo("93.184.216.34");
        assertThat(asked[0]).as("names are resolved once per attempt").isEqualTo(1);
    }

    @Test
    void the_operator_may_open_private_ranges_and_http() throws Exception {
        EgressGuard guard = new EgressGuard(PUBLIC, true, List.of(AddressRange.parse("127.0.0.0/8")));

        assertThat(guard.problem("http://127.0.0.1:9000/hook")).isEmpty();
        assertThat(guard.problem("http://10.0.0.1/hook")).isPresent();
    }

    private static EgressGuard guard(HostResolver resolver) {
        return new EgressGuard(resolver, false, List.of());
    }
}
