package io.github.tarray;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The structs of this package are those of the library's header. */
final class LayoutTest {
    private static final Pattern FIELD =
            Pattern.compile("(?:const |struct )*(\\w+) (\\*?)(?:const \\*)?(\\w+)(?:\\[(\\w+)\\])?");
    private static final Pattern CALLBACK = Pattern.compile("\\(\\*(\\w+)\\)");

    private LayoutTest() {}

    static void run() throws Exception {
        String header = Files.readString(Path.of("../../include/tarray.cdef"));
        Map<String, Layout> structs = new LinkedHashMap<>();
        structs.put("ta_dtype", Layout.DTYPE);
        structs.put("ta_device", Layout.DEVICE);
        structs.put("ta_provenance", Layout.PROVENANCE);
        structs.put("ta_error", Layout.ERROR);
        structs.put("ta_info", Layout.INFO);
        structs.put("ta_memory", Layout.MEMORY);
        structs.put("ta_buffer", Layout.BUFFER);
        structs.put("ta_scalar", Layout.SCALAR);
        structs.put("ta_sequence_vtable", Layout.SEQUENCE_VTABLE);
        structs.put("ta_sequence", Layout.SEQUENCE);
        structs.put("ta_source", Layout.SOURCE);
        structs.put("ta_operation", Layout.OPERATION);
        structs.put("ta_options", Layout.OPTIONS);
        structs.put("ta_export_options", Layout.EXPORT_OPTIONS);
        structs.forEach((name, layout) ->
                Check.test(name + " is what the header declares", () ->
                        Check.same(declared(header, name), fields(layout), "the fields")));
        Check.test("room for kinds to come is as large as the header says", () ->
                Check.same(List.of("uint64_t[20] reserved"),
                        declared(header, "ta_source_value").stream()
                                .filter(field -> field.endsWith(" reserved")).toList(),
                        "the union"));
    }

    private static List<String> fields(Layout layout) {
        return layout.fields().stream().map(field -> field.type() + " " + field.name()).toList();
    }

    private static List<String> declared(String header, String name) {
        Matcher struct =
                Pattern.compile("(?:struct|union) " + name + " \\{([^}]*)\\};").matcher(header);
        Check.that(struct.find(), "no struct " + name);
        List<String> fields = new ArrayList<>();
        for (String text : struct.group(1).split(";")) {
            Matcher callback = CALLBACK.matcher(text);
            Matcher field = FIELD.matcher(text.strip());
            if (callback.find()) {
                fields.add("* " + callback.group(1));
            } else if (field.matches()) {
                fields.add(type(header, field) + " " + field.group(3));
            } else {
                Check.that(text.isBlank(), "cannot read " + text);
            }
        }
        return fields;
    }

    private static String type(String header, Matcher field) {
        if (!field.group(2).isEmpty()) {
            return "*";
        }
        String type = field.group(1).replace("ta_status", "int32_t");
        String count = field.group(4);
        if (count == null) {
            return type;
        }
        Matcher define = Pattern.compile("#define " + count + " (\\d+)").matcher(header);
        return type + "[" + (define.find() ? define.group(1) : count) + "]";
    }
}
