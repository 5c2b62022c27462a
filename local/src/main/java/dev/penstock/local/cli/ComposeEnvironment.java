package dev.penstock.local.cli;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What {@code docker-compose.yml} leaves open: the choice of parts, and secrets, which are random. Every value is free of
 * characters that would mean something in an env file, a URL or a connection string.
 *
 * @param emulator
 *            Microsoft's Service Bus emulator in place of Penstock's own broker; its user has accepted its licence
 * @param piston
 *            Piston runs the programs in place of the built-in runner
 */
record ComposeEnvironment(boolean emulator, boolean piston) {
    private static final int SECRET_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();
    /** The emulator knows no key of its own; its documentation has clients send this. */
    private static final String EMULATOR_KEY = "SAS_KEY_VALUE";
    /** SQL Server wants three of: capitals, small letters, digits, others. Chance alone could leave one out. */
    private static final String ALL_KINDS = "Aa1-";

    /** The variables with fresh secrets. */
    Map<String, String> variables() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("COMPOSE_PROFILES", (emulator ? "emulator" : "embedded") + (piston ? ",piston" : ""));
        variables.put("ACCEPT_EULA", emulator ? "Y" : "");
        variables.put("PENSTOCK_ENGINE", piston ? "piston" : "runner");
        String busKey = secret();
        variables.put("PENSTOCK_SERVICEBUS_KEY", busKey);
        variables.put("PENSTOCK_SERVICEBUS_CONNECTION_STRING",
                "Endpoint=sb://servicebus;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey="
                        + (emulator ? EMULATOR_KEY : busKey) + ";UseDevelopmentEmulator=true");
        if (emulator) {
            // Its messages live for an hour: a job must not outlive its message.
            variables.put("PENSTOCK_DEFAULT_DEADLINE", "1h");
            variables.put("PENSTOCK_MAX_DEADLINE", "1h");
        }
        variables.put("PENSTOCK_API_KEY", "pk_" + secret());
        variables.put("PENSTOCK_SECRET_KEY", Base64.getEncoder().encodeToString(random()));
        variables.put("PENSTOCK_POOL_TOKEN", secret());
        variables.put("PENSTOCK_SESSION_TOKEN", secret());
        variables.put("POSTGRES_PASSWORD", secret());
        variables.put("MSSQL_SA_PASSWORD", ALL_KINDS + secret());
        return variables;
    }

    /** The env file's text. */
    String text() {
        return """
                # Made by ./penstock init-compose, for docker-compose.yml beside it. Holds secrets: git ignores it, keep it so.
                # To choose other parts, remove this file and what was stored ('docker compose down --volumes'), and make it anew.
                """
                + variables().entrySet()
                        .stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue() + "\n")
                        .collect(Collectors.joining());
    }

    private static String secret() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random());
    }

    private static byte[] random() {
        byte[] bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
