package io.github.tarray;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Where the fields of the library's structs are, by C's rules. The fields are those of tarray.h;
 * a test compares them.
 */
final class Layout {
    /** A field, its type as C spells it, and where it begins. */
    record Field(String type, String name, int offset) {}

    private record Extent(int size, int alignment) {}

    static final Layout DTYPE = struct("uint8_t code", "uint8_t bits", "uint16_t lanes");
    static final Layout DEVICE = struct("int32_t device_type", "int32_t index");
    static final Layout PROVENANCE =
            struct("int32_t origin", "int32_t aliased", "int32_t reason", "int32_t staged");
    static final Layout ERROR =
            struct("size_t struct_size", "int32_t status", "int32_t reserved", "char[512] message");
    static final Layout INFO =
            struct(
                    "size_t struct_size", "* data", "uint64_t byte_offset", "* shape", "* strides",
                    "int64_t numel", "uint64_t nbytes", "uint64_t flags", "uint64_t dlpack_flags",
                    "ta_dtype dtype", "int32_t ndim", "ta_device device",
                    "ta_provenance provenance", "int64_t stream");
    static final Layout MEMORY =
            struct(
                    "* data", "* shape", "* strides_bytes", "ta_dtype dtype", "ta_device device",
                    "int32_t ndim", "uint64_t flags", "uint64_t byte_offset", "int64_t stream",
                    "uint64_t[2] reserved", "* owner", "* release");
    static final Layout BUFFER =
            struct(
                    "* data", "size_t size_bytes", "uint64_t flags", "uint64_t[2] reserved",
                    "* owner", "* release");
    static final Layout SCALAR =
            struct("int32_t kind", "int32_t reserved", "ta_scalar_value value");
    static final Layout SEQUENCE_VTABLE =
            struct("size_t struct_size", "* len", "* item", "* read");
    static final Layout SEQUENCE = struct("* vtable", "* user_data");
    static final Layout SOURCE =
            struct(
                    "size_t struct_size", "int32_t kind", "int32_t origin", "ta_source_value value",
                    "int32_t made", "int32_t reserved");
    static final Layout OPERATION =
            struct(
                    "size_t struct_size", "* name", "* inputs", "size_t num_inputs", "* backward",
                    "* user_data", "* drop", "uint64_t reserved");
    static final Layout OPTIONS =
            struct(
                    "size_t struct_size", "ta_dtype dtype", "ta_dtype default_dtype",
                    "ta_device device", "int32_t copy", "int32_t requires_grad", "uint64_t flags",
                    "uint64_t accept", "int64_t stream");
    static final Layout EXPORT_OPTIONS =
            struct(
                    "size_t struct_size", "uint32_t max_major", "uint32_t max_minor",
                    "ta_device device", "int32_t copy", "int32_t reserved", "uint64_t flags",
                    "int64_t stream");

    private final List<Field> fields = new ArrayList<>();
    private final int size;

    private static Layout struct(String... fields) {
        return new Layout(fields);
    }

    private Layout(String... declared) {
        int end = 0;
        int strictest = 1;
        for (String field : declared) {
            String[] words = field.split(" ");
            Extent extent = extent(words[0]);
            int offset = roundUp(end, extent.alignment);
            fields.add(new Field(words[0], words[1], offset));
            end = offset + extent.size;
            strictest = Math.max(strictest, extent.alignment);
        }
        size = roundUp(end, strictest);
    }

    private static int roundUp(int offset, int alignment) {
        return (offset + alignment - 1) / alignment * alignment;
    }

    private static Extent extent(String type) {
        int bracket = type.indexOf('[');
        if (bracket >= 0) {
            Extent one = extent(type.substring(0, bracket));
            int count = Integer.parseInt(type.substring(bracket + 1, type.length() - 1));
            return new Extent(one.size * count, one.alignment);
        }
        return switch (type) {
            case "char", "uint8_t" -> new Extent(1, 1);
            case "uint16_t" -> new Extent(2, 2);
            case "int32_t", "uint32_t" -> new Extent(4, 4);
            case "int64_t", "uint64_t", "size_t", "*" -> new Extent(8, 8);
            case "ta_dtype" -> new Extent(4, 2);
            case "ta_device" -> new Extent(8, 4);
            case "ta_provenance" -> new Extent(16, 4);
            case "ta_scalar_value" -> new Extent(16, 8);
            case "ta_source_value" -> new Extent(160, 8);
            default -> throw new NoSuchElementException(type);
        };
    }

    int size() {
        return size;
    }

    List<Field> fields() {
        return List.copyOf(fields);
    }

    /** Where a field begins. */
    int at(String name) {
        for (Field field : fields) {
            if (field.name.equals(name)) {
                return field.offset;
            }
        }
        throw new NoSuchElementException(name);
    }
}
