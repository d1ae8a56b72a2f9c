package io.github.tarray;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A case of the table (tests/cases): its fields by column, null where it has {@code -}. */
record Row(Map<String, String> fields) {
    static List<Row> table() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../../tests/cases/cases.tsv"));
        String[] columns = lines.get(0).split("\t");
        List<Row> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] words = line.split("\t", -1);
            Check.same(columns.length, words.length, "the number of fields of " + line);
            Map<String, String> fields = new HashMap<>();
            for (int k = 0; k < words.length; k++) {
                fields.put(columns[k], words[k].equals("-") ? null : words[k]);
            }
            rows.add(new Row(fields));
        }
        return rows;
    }

    String get(String column) {
        return fields.get(column);
    }

    boolean says(String column, String word) {
        return fields.get(column) != null && List.of(fields.get(column).split(" ")).contains(word);
    }

    long[] integers(String column) {
        String list = fields.get(column);
        if (list == null || list.equals("[]")) {
            return list == null ? null : new long[0];
        }
        String[] words = list.substring(1, list.length() - 1).split(",");
        return java.util.Arrays.stream(words).mapToLong(Long::parseLong).toArray();
    }

    byte[] bytes(String column) {
        return get(column) == null ? new byte[0] : HexFormat.of().parseHex(get(column));
    }

    /** The bytes of the value in memory that stays. */
    ByteBuffer block() {
        byte[] bytes = bytes("value");
        ByteBuffer block = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
        return block.put(0, bytes);
    }

    static Object number(String text) {
        if (text.equals("true") || text.equals("false")) {
            return text.equals("true");
        }
        if (text.startsWith("(")) {
            String[] parts = text.substring(1, text.length() - 1).split(",");
            return new Complex(real(parts[0]), real(parts[1]));
        }
        return text.matches("-?\\d+") ? integer(new BigInteger(text)) : (Object) real(text);
    }

    private static Object integer(BigInteger value) {
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    private static double real(String text) {
        return Double.parseDouble(text.replace("inf", "Infinity").replace("nan", "NaN"));
    }

    List<Object> list() {
        Matcher tokens = Pattern.compile("\\[|\\]|\\([^)]*\\)|[^\\s,\\[\\]]+").matcher(get("value"));
        tokens.find();
        return list(tokens);
    }

    private static List<Object> list(Matcher tokens) {
        List<Object> items = new ArrayList<>();
        while (tokens.find() && !tokens.group().equals("]")) {
            items.add(tokens.group().equals("[") ? list(tokens) : number(tokens.group()));
        }
        return items;
    }

    Options options() throws ReflectiveOperationException {
        Options options = new Options();
        String request = get("request") == null ? "" : get("request");
        for (String word : request.isEmpty() ? new String[0] : request.split(" ")) {
            String[] pair = word.split("=");
            switch (pair[0]) {
                case "dtype" -> options.dtype(dtype(pair[1]));
                case "default_dtype" -> options.defaultDType(dtype(pair[1]));
                case "device" -> options.device(
                        pair[1].equals("cpu") ? Device.CPU : Device.cuda(77));
                case "copy" -> options.copy(Copy.valueOf(pair[1].toUpperCase()));
                case "requires_grad" -> options.requiresGrad(
                        Grad.valueOf(pair[1].toUpperCase()));
                case "accept" -> {
                    for (String kind : pair[1].split(",")) {
                        options.accept(Kind.valueOf(kind.toUpperCase()));
                    }
                }
                case "writable" -> options.writable();
                case "contiguous" -> options.contiguous();
                default -> throw new AssertionError("no option " + word);
            }
        }
        return options;
    }

    static DType dtype(String name) throws ReflectiveOperationException {
        return (DType) DType.class.getField(name.toUpperCase()).get(null);
    }
}
