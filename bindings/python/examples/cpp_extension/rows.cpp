// A Python extension in C++ that takes and returns tarray.Tensor. It is written in CPython's own
// API, so that nothing hides how a tensor passes: as a share, in an int. See build.sh and use.py.

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <tarray.hpp>

#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace {

// A Python exception is set.
struct Raised {};

struct Release {
    void operator()(PyObject *object) const noexcept { Py_DECREF(object); }
};

using Object = std::unique_ptr<PyObject, Release>;

// A new reference, let go at the end of its scope.
Object checked(PyObject *object) {
    if (object == nullptr) {
        throw Raised();
    }
    return Object(object);
}

// The tensor of anything that tarray.asarray takes, a tarray.Tensor among them.
tarray::Tensor from_python(PyObject *object) {
    const Object module = checked(PyImport_ImportModule("tarray"));
    const Object tensor = checked(PyObject_CallMethod(module.get(), "asarray", "O", object));
    const Object handle = checked(PyObject_CallMethod(tensor.get(), "_ta_handle", nullptr));
    void *address = PyLong_AsVoidPtr(handle.get());
    if (address == nullptr) {
        throw Raised();
    }
    return tarray::Tensor::adopt(static_cast<ta_tensor *>(address));
}

PyObject *to_python(tarray::Tensor tensor) {
    const Object module = checked(PyImport_ImportModule("tarray"));
    const Object type = checked(PyObject_GetAttrString(module.get(), "Tensor"));
    const Object handle = checked(PyLong_FromVoidPtr(tensor.get()));
    PyObject *object = PyObject_CallMethod(type.get(), "_from_ta_handle", "O", handle.get());
    if (object != nullptr) {
        // The Python object has the share now.
        static_cast<void>(tensor.release());
    }
    return object;
}

// What happens between Python and Python: pure C++, on whatever memory the tensor has.
tarray::Tensor row_sums(const tarray::Tensor &matrix) {
    const auto rows = matrix.view<const double, 2>();
    std::vector<double> sums;
    for (std::int64_t row = 0; row < rows.extent(0); ++row) {
        double sum = 0;
        for (std::int64_t column = 0; column < rows.extent(1); ++column) {
            sum += rows(row, column);
        }
        sums.push_back(sum);
    }
    return tarray::asarray(std::move(sums));
}

PyObject *py_sums(PyObject *, PyObject *object) {
    try {
        return to_python(row_sums(from_python(object)));
    } catch (const Raised &) {
        return nullptr;
    } catch (const tarray::Error &error) {
        PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    }
    return nullptr;
}

PyMethodDef methods[] = {
    {"sums", py_sums, METH_O, "sums(matrix, /)\n--\n\nThe sum of each row of a float64 matrix."},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "rows", nullptr, 0, methods, nullptr, nullptr, nullptr, nullptr,
};

} // namespace

PyMODINIT_FUNC PyInit_rows() { return PyModule_Create(&module); }
