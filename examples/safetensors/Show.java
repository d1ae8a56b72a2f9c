import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.github.tarray.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What each of the programs here prints, in Java: java Show.java LIBRARY FILE [COMMAND…]. A command
 * is run while the tensors are open, and they are printed as they are then.
 */
class Show {
    private final NativeLibrary library;
    private final Pointer file;

    private Show(String library, String path) {
        this.library = NativeLibrary.getInstance(library);
        this.file = made("st_open", path);
    }

    /** The pointer that a call puts out behind its arguments. */
    private Pointer made(String name, Object... arguments) {
        Memory out = new Memory(Long.BYTES);
        Object[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = out;
        int status = function(name).invokeInt(all);
        if (status != 0) {
            throw new IllegalStateException(name + ": status " + status);
        }
        return out.getPointer(0);
    }

    private Function function(String name) {
        return library.getFunction(name);
    }

    private Tensor tensor(String name) {
        return Tensor.adopt(Pointer.nativeValue(made("st_tensor", file, name, null)));
    }

    private void show(String name, Tensor tensor, Tensor again) {
        long base = Pointer.nativeValue(function("st_base").invokePointer(new Object[] {file}));
        boolean isShared = tensor.provenance().aliased() && tensor.data() == again.data();
        System.out.printf(
                "%s: %s at %d, %s, %s%n%s%n",
                name, tensor.dtype(), tensor.data() - base, isShared ? "shared" : "copied",
                tensor.isReadOnly() ? "read-only" : "writable", tensor);
    }

    private List<String> names() {
        long count = function("st_count").invokeLong(new Object[] {file});
        return LongStream.range(0, count)
                .mapToObj(k -> function("st_name").invokePointer(new Object[] {file, k}))
                .map(name -> name.getString(0))
                .toList();
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IllegalStateException(command + ": status " + status);
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Show show = new Show(arguments[0], arguments[1]);
        List<String> names = show.names();
        List<Tensor> open = names.stream().map(show::tensor).toList();
        List<Tensor> again = names.stream().map(show::tensor).toList();
        if (arguments.length > 2) {
            run(List.of(arguments).subList(2, arguments.length));
        }
        for (int k = 0; k < open.size(); k++) {
            show.show(names.get(k), open.get(k), again.get(k));
        }
        open.forEach(Tensor::close);
        again.forEach(Tensor::close);
        show.function("st_close").invokeVoid(new Object[] {show.file});
    }
}
