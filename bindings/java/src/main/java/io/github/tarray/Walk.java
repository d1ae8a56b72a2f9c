package io.github.tarray;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * One call's way through a nested list. The library asks for items through callbacks, inside the
 * call and on its thread; nothing is thrown into it.
 */
final class Walk {
    /** The walks that this thread is on: a list's own code may make calls. */
    private static final ThreadLocal<ArrayDeque<Walk>> CURRENT =
            ThreadLocal.withInitial(ArrayDeque::new);

    private static final Block VTABLE = vtable();

    /** By depth: the library goes into one item of a list after the other. */
    private final List<Level> levels = new ArrayList<>();
    private final Thrown thrown = new Thrown();

    /** A list on the way, and what its last item was described in, if it was no list. */
    private static final class Level {
        List<?> items;
        SourceBlock block;
    }

    private static Block vtable() {
        Layout at = Layout.SEQUENCE_VTABLE;
        Block block = new Block(at.size());
        long[] functions = Library.CORE.functions(new Answers());
        block.bytes.putLong(at.at("struct_size"), at.size());
        block.bytes.putLong(at.at("len"), functions[0]);
        block.bytes.putLong(at.at("item"), functions[1]);
        block.bytes.putLong(at.at("read"), functions[2]);
        return block;
    }

    /** Whether a value is a list here: arrays of numbers are memory. */
    static boolean isList(Object value) {
        return value instanceof List || value instanceof Object[];
    }

    /** Describes the outermost list. */
    void describe(SourceBlock block, Object list) {
        enter(0, list);
        block.describeList(VTABLE.address, 0);
    }

    private void enter(int depth, Object list) {
        if (depth == levels.size()) {
            levels.add(new Level());
        }
        levels.get(depth).items = list instanceof Object[] a ? Arrays.asList(a) : (List<?>) list;
    }

    /** Makes a call that may ask for items; what Java threw meanwhile is thrown. */
    int during(IntSupplier call) {
        ArrayDeque<Walk> walks = CURRENT.get();
        walks.push(this);
        try {
            return thrown.during(call);
        } finally {
            walks.pop();
        }
    }

    private interface Telling {
        void tell(Walk walk, Level level);
    }

    private static int answer(long depth, Telling telling) {
        Walk walk = CURRENT.get().peek();
        try {
            telling.tell(walk, walk.levels.get((int) depth));
            return Status.OK;
        } catch (Throwable thrown) {
            walk.thrown.keep(thrown);
            return Status.CALLBACK;
        }
    }

    private static final class Answers implements Core.Callbacks {
        @Override
        public int len(long depth, long out) {
            return answer(depth, (walk, level) -> Library.CORE.putLong(out, level.items.size()));
        }

        @Override
        public int item(long depth, long index, long out) {
            return answer(depth, (walk, level) -> {
                Object value = level.items.get((int) index);
                if (isList(value)) {
                    walk.enter((int) depth + 1, value);
                    SourceBlock.describeList(out, VTABLE.address, depth + 1);
                    return;
                }
                if (level.block == null) {
                    level.block = new SourceBlock();
                }
                describeItem(level.block, value, index);
                // The library may be older than the header, and its struct shorter.
                long room = Library.CORE.at(out, Long.BYTES).getLong(0);
                int size = (int) Math.min(room, Layout.SOURCE.size());
                Library.CORE.at(out, size).put(0, level.block.bytes, 0, size);
            });
        }

        @Override
        public int read(long depth, long start, long count, long out, long written) {
            return answer(depth, (walk, level) -> {
                int size = Layout.SCALAR.size();
                int room = (int) Math.min(count, level.items.size() - start);
                ByteBuffer values = Library.CORE.at(out, Math.multiplyExact(size, room));
                int many = 0;
                while (many < room
                        && Scalars.write(values, many * size, level.items.get((int) start + many))) {
                    many++;
                }
                Library.CORE.putLong(written, many);
            });
        }
    }

    private static void describeItem(SourceBlock block, Object value, long index) {
        Object moved = Buffers.copied(value);
        if (value instanceof ByteBuffer heap && !heap.isDirect()) {
            moved = Buffers.copiedBytes(heap);
        }
        if (!block.describe(moved == null ? value : moved)) {
            String message = "item " + index + " of a list: " + TarrayException.wrongKind(value).getMessage();
            throw new TarrayException(Status.KIND, message);
        }
    }
}
