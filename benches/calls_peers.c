/* tvm-ffi through its C API, and what the allocator alone takes. */
#include "calls_peers.h"

#include <stdio.h>
#include <stdlib.h>

#include <tvm/ffi/c_api.h>

static float floats[12];
static int64_t shape[] = {3, 4}, strides[] = {4, 1};
static DLManagedTensorVersioned lent;
static TVMFFIObjectHandle object;

static void must(int status)
{
    if (status != 0) {
        fputs("a call of tvm-ffi failed\n", stderr);
        exit(1);
    }
}

static void nothing(DLManagedTensorVersioned *self) { (void)self; }

static TVMFFIObjectHandle take(void)
{
    TVMFFIObjectHandle taken;
    must(TVMFFITensorFromDLPackVersioned(&lent, 0, 0, &taken));
    return taken;
}

static DLManagedTensorVersioned *lend(TVMFFIObjectHandle from)
{
    DLManagedTensorVersioned *loan;
    must(TVMFFITensorToDLPackVersioned(from, &loan));
    return loan;
}

void prepare_peers(void)
{
    lent.version.major = DLPACK_MAJOR_VERSION;
    lent.version.minor = DLPACK_MINOR_VERSION;
    lent.deleter = nothing;
    lent.dl_tensor.data = floats;
    lent.dl_tensor.device.device_type = kDLCPU;
    lent.dl_tensor.ndim = 2;
    lent.dl_tensor.dtype.code = kDLFloat;
    lent.dl_tensor.dtype.bits = 32;
    lent.dl_tensor.dtype.lanes = 1;
    lent.dl_tensor.shape = shape;
    lent.dl_tensor.strides = strides;
    object = take();
}

static void retain_release(void)
{
    must(TVMFFIObjectIncRef(object));
    must(TVMFFIObjectDecRef(object));
}

static void to_dlpack(void)
{
    DLManagedTensorVersioned *loan = lend(object);
    loan->deleter(loan);
}

static void from_dlpack(void) { must(TVMFFIObjectDecRef(take())); }

static void dlpack_round_trip(void)
{
    TVMFFIObjectHandle taken = take();
    DLManagedTensorVersioned *loan = lend(taken);
    must(TVMFFIObjectDecRef(taken));
    loan->deleter(loan);
}

/* What holds a handle and its extents, had and given back. The compiler may not leave it out. */
static void one_block(void)
{
    void *volatile block = malloc(256);
    free(block);
}

const struct peer peers[] = {
    {"retain + release", "tvm_ffi", retain_release},
    {"to_dlpack + deleter", "tvm_ffi", to_dlpack},
    {"from_dlpack + release", "tvm_ffi", from_dlpack},
    {"from_dlpack + release", "malloc + free", one_block},
    {"from_dlpack + to_dlpack + both releases", "tvm_ffi", dlpack_round_trip},
    {"from_dlpack + to_dlpack + both releases", "malloc + free", one_block},
    {"asarray memory + release", "malloc + free", one_block},
};

const int peers_count = sizeof peers / sizeof *peers;
