// What nanobind makes of an array, and an array of its own: built and measured by calls.py.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

namespace nb = nanobind;

static float elements[12];

NB_MODULE(nanobind_calls, module)
{
    module.def("take", [](nb::ndarray<>) {});
    module.def("make", [] { return nb::ndarray<nb::array_api, float>(elements, {3, 4}, nb::none()); });
}
