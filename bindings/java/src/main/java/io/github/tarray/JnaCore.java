package io.github.tarray;

import com.sun.jna.Callback;
import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** {@link Core} over JNA's direct mapping. Addresses and size_t are longs: 64-bit machines only. */
final class JnaCore implements Core {
    private static final int ABI = 0;

    private static final NativeLibrary LIBRARY = load();

    private static NativeLibrary load() {
        if (Native.POINTER_SIZE != Long.BYTES) {
            throw new UnsatisfiedLinkError("tarray needs a machine of 64 bits");
        }
        String path = System.getProperty("tarray.library", System.getenv("TARRAY_LIBRARY"));
        NativeLibrary library =
                NativeLibrary.getInstance(path == null ? "libtarray.so." + ABI : path);
        int abi = library.getFunction("ta_abi_version").invokeInt(new Object[0]);
        if (abi != ABI) {
            throw new UnsatisfiedLinkError("libtarray has ABI " + abi + ", this is for " + ABI);
        }
        Native.register(JnaCore.class, library);
        return library;
    }

    private static native int ta_asarray(long source, long options, long out, long err);

    private static native int ta_from_dlpack(long managed, long options, long out, long err);

    private static native int ta_from_dlpack_legacy(long managed, long options, long out, long err);

    private static native int ta_to_dlpack(long tensor, long options, long out, long err);

    private static native int ta_to_dlpack_legacy(long tensor, long options, long out, long err);

    private static native long ta_retain(long tensor);

    private static native void ta_release(long tensor);

    private static native int ta_describe(long tensor, long out, long err);

    private static native int ta_item(long tensor, long index, long out, long err);

    private static native int ta_view(
            long tensor, int ndim, long shape, long strides, long offset, long out, long err);

    private static native int ta_copy_into(long target, long source, long err);

    private static native int ta_fill(long target, long value, long err);

    private static native int ta_repr(
            long tensor, long options, long buffer, long capacity, long length, long err);

    private static native int ta_requires_grad(long tensor);

    private static native int ta_set_requires_grad(long tensor, int wanted, long err);

    private static native String ta_grad_fn_name(long tensor);

    private static native long ta_grad(long tensor);

    private static native int ta_set_grad(long tensor, long grad, long err);

    private static native int ta_detach(long tensor, long out, long err);

    private static native int ta_backward(long tensor, long gradient, int retainGraph, long err);

    private static native int ta_add(long a, long b, long out, long err);

    private static native int ta_sub(long a, long b, long out, long err);

    private static native int ta_mul(long a, long b, long out, long err);

    private static native int ta_neg(long tensor, long out, long err);

    private static native int ta_sum(
            long tensor, long axes, long count, int keep, long out, long err);

    private static native int ta_record(
            long operation, long source, long options, long out, long err);

    private static native int ta_set_grad_enabled(int enabled);

    private static native int ta_grad_enabled();

    private static native long ta_live_nodes();

    private static native long ta_dtype_name(DTypeValue dtype, byte[] buffer, long capacity);

    private static native String ta_origin_name(int origin);

    private static native String ta_reason_name(int reason);

    private static native String ta_status_name(int status);

    private static native String ta_version();

    private static native long ta_live_tensors();

    /** {@code ta_dtype}, which one function takes by value. */
    @Structure.FieldOrder({"code", "bits", "lanes"})
    public static final class DTypeValue extends Structure implements Structure.ByValue {
        public byte code;
        public byte bits;
        public short lanes;
    }

    /**
     * What JNA makes of a callback for a function that is mapped directly, it calls without
     * reflection. So the address comes from a function of C's that returns what it is given.
     */
    private static final class Direct {
        static {
            Native.register(Direct.class, NativeLibrary.getProcess());
        }

        static native long memset(Callback returned, int value, long count);
    }

    /** {@code len}; JNA goes by the one method of an interface. */
    public interface Len extends Callback {
        int invoke(long depth, long out, long err);
    }

    /** {@code item}. */
    public interface Item extends Callback {
        int invoke(long depth, long index, long out, long err);
    }

    /** {@code read}. */
    public interface Read extends Callback {
        int invoke(long depth, long start, long count, long out, long written, long err);
    }

    /** {@code backward}. */
    public interface Backward extends Callback {
        int invoke(long operation, long grad, long needed, long gradInputs, long count, long err);
    }

    /** {@code drop}. */
    public interface Drop extends Callback {
        void invoke(long operation);
    }

    /** JNA frees the code of a callback that Java forgets. */
    private final List<Callback> remembered = new ArrayList<>();

    @Override
    public long[] functions(Callbacks callbacks) {
        Len len = (depth, out, err) -> callbacks.len(depth, out);
        Item item = (depth, index, out, err) -> callbacks.item(depth, index, out);
        Read read = (depth, start, count, out, written, err) ->
                callbacks.read(depth, start, count, out, written);
        return new long[] {address(len), address(item), address(read)};
    }

    @Override
    public long[] functions(Recorded recorded) {
        Backward backward = recorded::backward;
        Drop drop = recorded::drop;
        return new long[] {address(backward), address(drop)};
    }

    private long address(Callback callback) {
        remembered.add(callback);
        return Direct.memset(callback, 0, 0);
    }

    @Override
    public long addressOf(Buffer direct) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    @Override
    public ByteBuffer at(long address, int bytes) {
        return new Pointer(address).getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void putInt(long address, int value) {
        new Pointer(address).setInt(0, value);
    }

    @Override
    public void putLong(long address, long value) {
        new Pointer(address).setLong(0, value);
    }

    @Override
    public void callDeleter(long function, long self) {
        Function.getFunction(new Pointer(function)).invokeVoid(new Object[] {self});
    }

    @Override
    public long markReleased() {
        return Pointer.nativeValue(LIBRARY.getFunction("ta_mark_released"));
    }

    @Override
    public int asarray(long source, long options, long out, long err) {
        return ta_asarray(source, options, out, err);
    }

    @Override
    public int fromDLPack(long managed, long options, long out, long err) {
        return ta_from_dlpack(managed, options, out, err);
    }

    @Override
    public int fromDLPackLegacy(long managed, long options, long out, long err) {
        return ta_from_dlpack_legacy(managed, options, out, err);
    }

    @Override
    public int toDLPack(long tensor, long options, long out, long err) {
        return ta_to_dlpack(tensor, options, out, err);
    }

    @Override
    public int toDLPackLegacy(long tensor, long options, long out, long err) {
        return ta_to_dlpack_legacy(tensor, options, out, err);
    }

    @Override
    public long retain(long tensor) {
        return ta_retain(tensor);
    }

    @Override
    public void release(long tensor) {
        ta_release(tensor);
    }

    @Override
    public int describe(long tensor, long out, long err) {
        return ta_describe(tensor, out, err);
    }

    @Override
    public int item(long tensor, long index, long out, long err) {
        return ta_item(tensor, index, out, err);
    }

    @Override
    public int view(
            long tensor, int ndim, long shape, long strides, long offset, long out, long err) {
        return ta_view(tensor, ndim, shape, strides, offset, out, err);
    }

    @Override
    public int copyInto(long target, long source, long err) {
        return ta_copy_into(target, source, err);
    }

    @Override
    public int fill(long target, long value, long err) {
        return ta_fill(target, value, err);
    }

    @Override
    public int repr(
            long tensor, long options, long buffer, long capacity, long length, long err) {
        return ta_repr(tensor, options, buffer, capacity, length, err);
    }

    @Override
    public int requiresGrad(long tensor) {
        return ta_requires_grad(tensor);
    }

    @Override
    public int setRequiresGrad(long tensor, int wanted, long err) {
        return ta_set_requires_grad(tensor, wanted, err);
    }

    @Override
    public String gradFnName(long tensor) {
        return ta_grad_fn_name(tensor);
    }

    @Override
    public long grad(long tensor) {
        return ta_grad(tensor);
    }

    @Override
    public int setGrad(long tensor, long grad, long err) {
        return ta_set_grad(tensor, grad, err);
    }

    @Override
    public int detach(long tensor, long out, long err) {
        return ta_detach(tensor, out, err);
    }

    @Override
    public int backward(long tensor, long gradient, int retainGraph, long err) {
        return ta_backward(tensor, gradient, retainGraph, err);
    }

    @Override
    public int add(long a, long b, long out, long err) {
        return ta_add(a, b, out, err);
    }

    @Override
    public int sub(long a, long b, long out, long err) {
        return ta_sub(a, b, out, err);
    }

    @Override
    public int mul(long a, long b, long out, long err) {
        return ta_mul(a, b, out, err);
    }

    @Override
    public int neg(long tensor, long out, long err) {
        return ta_neg(tensor, out, err);
    }

    @Override
    public int sum(long tensor, long axes, long count, int keep, long out, long err) {
        return ta_sum(tensor, axes, count, keep, out, err);
    }

    @Override
    public int record(long operation, long source, long options, long out, long err) {
        return ta_record(operation, source, options, out, err);
    }

    @Override
    public int setGradEnabled(int enabled) {
        return ta_set_grad_enabled(enabled);
    }

    @Override
    public int gradEnabled() {
        return ta_grad_enabled();
    }

    @Override
    public long liveNodes() {
        return ta_live_nodes();
    }

    @Override
    public String dtypeName(int code, int bits, int lanes) {
        DTypeValue dtype = new DTypeValue();
        dtype.code = (byte) code;
        dtype.bits = (byte) bits;
        dtype.lanes = (short) lanes;
        byte[] buffer = new byte[64];
        ta_dtype_name(dtype, buffer, buffer.length);
        return Native.toString(buffer, "UTF-8");
    }

    @Override
    public String originName(int origin) {
        return ta_origin_name(origin);
    }

    @Override
    public String reasonName(int reason) {
        return ta_reason_name(reason);
    }

    @Override
    public String statusName(int status) {
        return ta_status_name(status);
    }

    @Override
    public String version() {
        return ta_version();
    }

    @Override
    public long liveTensors() {
        return ta_live_tensors();
    }
}
