package dev.penstock.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.penstock.contracts.Json;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rows under named columns, printed as each comes, then as one line of JSON. */
public final class Table {
    private final String name;
    private final PrintStream out;
    private final List<Column> columns;
    private final List<Map<String, Object>> rows = new ArrayList<>();

    /**
     * A column.
     *
     * @param key
     *            of its values in the JSON
     * @param width
     *            characters; the text columns' first is aligned to the left
     */
    public record Column(String key, String title, int width) {
    }

    public Table(String name, PrintStream out, List<Column> columns) {
        this.name = name;
        this.out = out;
        this.columns = List.copyOf(columns);
        StringBuilder head = new StringBuilder();
        columns.forEach(column -> head.append(pad(column, column.title())));
        out.println(head);
    }

    /** Adds and prints a row; values in the order of the columns. */
    public void add(Object... values) {
        Map<String, Object> row = new LinkedHashMap<>();
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            row.put(columns.get(i).key(), values[i]);
            line.append(pad(columns.get(i), text(values[i])));
        }
        rows.add(row);
        out.println(line);
    }

    public void printJson() throws JsonProcessingException {
        out.println(Json.MAPPER.writeValueAsString(Map.of("bench", name, "rows", rows)));
    }

    private static String text(Object value) {
        return value instanceof Double number ? String.format(Locale.ROOT, "%.2f", number) : value.toString();
    }

    private String pad(Column column, String text) {
        String format = column.equals(columns.getFirst()) ? "%-" + column.width() + "s" : "%" + column.width() + "s";
        return String.format(Locale.ROOT, format, text);
    }
}
