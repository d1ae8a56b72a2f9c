package io.github.tarray;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** Room for what a call puts out and for its failure. */
final class Answer extends Block {
    private static final int OUT = 0;
    private static final int ERROR = 16;
    private static final int MESSAGE = ERROR + Layout.ERROR.at("message");
    private static final Pool<Answer> POOL = new Pool<>(Answer::new);

    final long out = address + OUT;
    final long error = address + ERROR;

    private Answer() {
        super(ERROR + Layout.ERROR.size());
        bytes.putLong(ERROR + Layout.ERROR.at("struct_size"), Layout.ERROR.size());
    }

    /** Makes a call with an answer that nobody else has meanwhile. */
    static <T> T to(Function<Answer, T> call) {
        return POOL.lend(call);
    }

    /** The pointer or size that the call has put out. */
    long value() {
        return bytes.getLong(OUT);
    }

    /** Throws if the call failed. */
    void check(int status) {
        if (status != Status.OK) {
            throw new TarrayException(status, message());
        }
    }

    private String message() {
        byte[] text = new byte[bytes.capacity() - MESSAGE];
        bytes.get(MESSAGE, text);
        int length = 0;
        while (text[length] != 0) {
            length++;
        }
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }
}
