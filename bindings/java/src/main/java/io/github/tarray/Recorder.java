package io.github.tarray;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/** Operations that Java has computed: recorded, differentiated, and forgotten. */
final class Recorder {
    private static final Layout AT = Layout.OPERATION;
    private static final Map<Long, Backward> OPERATIONS = new ConcurrentHashMap<>();
    private static final AtomicLong NEXT = new AtomicLong(1);
    private static final long[] FUNCTIONS = Library.CORE.functions(new Answers());

    /** The passes that this thread is in: an operation may begin another. */
    private static final ThreadLocal<ArrayDeque<Thrown>> PASSES =
            ThreadLocal.withInitial(ArrayDeque::new);

    private Recorder() {}

    /** {@code ta_record}. */
    static Tensor record(String name, List<Tensor> inputs, Backward backward, Tensor output) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        Block block = new Block(AT.size() + Long.BYTES * inputs.size() + text.length + 1);
        long number = NEXT.getAndIncrement();
        int listAt = AT.size();
        int nameAt = listAt + Long.BYTES * inputs.size();
        block.list(listAt, inputs.stream().mapToLong(Tensor::handle).toArray());
        block.bytes.put(nameAt, text);
        block.bytes.putLong(AT.at("struct_size"), AT.size());
        block.bytes.putLong(AT.at("name"), block.address + nameAt);
        block.bytes.putLong(AT.at("inputs"), block.address + listAt);
        block.bytes.putLong(AT.at("num_inputs"), inputs.size());
        block.bytes.putLong(AT.at("backward"), FUNCTIONS[0]);
        block.bytes.putLong(AT.at("user_data"), number);
        block.bytes.putLong(AT.at("drop"), FUNCTIONS[1]);
        OPERATIONS.put(number, backward);
        try {
            return SourceBlock.POOL.lend(source -> Answer.to(answer -> {
                source.describe(output);
                answer.check(Library.CORE.record(
                        block.address, source.address, 0, answer.out, answer.error));
                return new Tensor(answer.value(), null);
            }));
        } catch (TarrayException failure) {
            OPERATIONS.remove(number);
            throw failure;
        } finally {
            Reference.reachabilityFence(inputs);
            Reference.reachabilityFence(output);
            Reference.reachabilityFence(block);
        }
    }

    /** Makes a backward pass; what an operation has thrown in it is thrown. */
    static int during(IntSupplier call) {
        Thrown pass = new Thrown();
        ArrayDeque<Thrown> passes = PASSES.get();
        passes.push(pass);
        try {
            return pass.during(call);
        } finally {
            passes.pop();
        }
    }

    private static final class Answers implements Core.Recorded {
        @Override
        public int backward(
                long operation, long grad, long needed, long gradInputs, long count, long err) {
            try (Tensor gradient = new Tensor(Library.CORE.retain(grad), null)) {
                boolean[] wanted = flags(needed, (int) count);
                List<Tensor> made = OPERATIONS.get(operation).backward(gradient, wanted);
                give(made, gradInputs, (int) count);
                return Status.OK;
            } catch (Throwable thrown) {
                Thrown pass = PASSES.get().peek();
                // A pass that another binding began gets the message only.
                if (pass != null) {
                    pass.keep(thrown);
                }
                return tell(err, thrown);
            }
        }

        @Override
        public void drop(long operation) {
            OPERATIONS.remove(operation);
        }
    }

    private static boolean[] flags(long at, int count) {
        boolean[] flags = new boolean[count];
        ByteBuffer from = count == 0 ? null : Library.CORE.at(at, Integer.BYTES * count);
        for (int k = 0; k < count; k++) {
            flags[k] = from.getInt(Integer.BYTES * k) != 0;
        }
        return flags;
    }

    /** Hands gradients over to the library, and closes them. */
    private static void give(List<Tensor> made, long to, int count) {
        try {
            if (made.size() != count) {
                String message = made.size() + " gradients for " + count + " inputs";
                throw new TarrayException(Status.INVALID_ARGUMENT, message);
            }
            for (int k = 0; k < count; k++) {
                if (made.get(k) != null) {
                    long share = made.get(k).retainHandle();
                    Library.CORE.at(to + (long) Long.BYTES * k, Long.BYTES).putLong(0, share);
                }
            }
        } finally {
            for (Tensor gradient : made) {
                if (gradient != null) {
                    gradient.close();
                }
            }
        }
    }

    /** The message, which may be code of the program's that throws, too. */
    private static String messageOf(Throwable thrown) {
        try {
            return String.valueOf(thrown.getMessage());
        } catch (Throwable worse) {
            return thrown.getClass().getName();
        }
    }

    private static int tell(long err, Throwable thrown) {
        int status = thrown instanceof TarrayException ours ? ours.status() : Status.CALLBACK;
        if (err != 0) {
            int messageAt = Layout.ERROR.at("message");
            byte[] text = messageOf(thrown).getBytes(StandardCharsets.UTF_8);
            int length = Math.min(text.length, Layout.ERROR.size() - messageAt - 1);
            ByteBuffer to = Library.CORE.at(err, Layout.ERROR.size());
            to.putInt(Layout.ERROR.at("status"), status);
            to.put(messageAt, text, 0, length).put(messageAt + length, (byte) 0);
        }
        return status;
    }
}
