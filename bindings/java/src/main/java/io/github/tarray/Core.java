package io.github.tarray;

import java.nio.Buffer;
import java.nio.ByteBuffer;

/**
 * All that this package needs of the library and of the machine: functions on addresses. It is
 * made of JNA today; the rest of the package would not notice if it were made of java.lang.foreign.
 */
interface Core {
    /** What a list is read with; see {@code ta_sequence_vtable}. A status is returned. */
    interface Callbacks {
        int len(long depth, long out);

        int item(long depth, long index, long out);

        int read(long depth, long start, long count, long out, long written);
    }

    /** What an operation of Java's is differentiated with; see {@code ta_operation}. */
    interface Recorded {
        int backward(long operation, long grad, long needed, long gradInputs, long count, long err);

        void drop(long operation);
    }

    /** The address of a direct buffer's first byte, whatever its position. */
    long addressOf(Buffer direct);

    /** Memory as a buffer of native order, which does not keep it alive. */
    ByteBuffer at(long address, int bytes);

    /** Writes a number of 32 bits. */
    void putInt(long address, int value);

    /** Writes a number of 64 bits. */
    void putLong(long address, long value);

    /** Runs the {@code deleter} at an address with the one argument that deleters get. */
    void callDeleter(long function, long self);

    /** The address of {@code ta_mark_released}, which only the library calls. */
    long markReleased();

    /** The addresses of {@code len}, {@code item} and {@code read}; callable for ever. */
    long[] functions(Callbacks callbacks);

    /** The addresses of {@code backward} and {@code drop}; callable for ever. */
    long[] functions(Recorded recorded);

    int asarray(long source, long options, long out, long err);

    int fromDLPack(long managed, long options, long out, long err);

    int fromDLPackLegacy(long managed, long options, long out, long err);

    int toDLPack(long tensor, long options, long out, long err);

    int toDLPackLegacy(long tensor, long options, long out, long err);

    long retain(long tensor);

    void release(long tensor);

    int describe(long tensor, long out, long err);

    int item(long tensor, long index, long out, long err);

    int view(long tensor, int ndim, long shape, long strides, long offset, long out, long err);

    int copyInto(long target, long source, long err);

    int fill(long target, long value, long err);

    int repr(long tensor, long options, long buffer, long capacity, long length, long err);

    int requiresGrad(long tensor);

    int setRequiresGrad(long tensor, int wanted, long err);

    String gradFnName(long tensor);

    long grad(long tensor);

    int setGrad(long tensor, long grad, long err);

    int detach(long tensor, long out, long err);

    int backward(long tensor, long gradient, int retainGraph, long err);

    int add(long a, long b, long out, long err);

    int sub(long a, long b, long out, long err);

    int mul(long a, long b, long out, long err);

    int neg(long tensor, long out, long err);

    int sum(long tensor, long axes, long count, int keep, long out, long err);

    int record(long operation, long source, long options, long out, long err);

    int setGradEnabled(int enabled);

    int gradEnabled();

    long liveNodes();

    String dtypeName(int code, int bits, int lanes);

    String originName(int origin);

    String reasonName(int reason);

    String statusName(int status);

    String version();

    long liveTensors();
}
