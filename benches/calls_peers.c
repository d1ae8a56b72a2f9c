/* tvm-ffi through its C API, and what the allocator alone takes. */
#include <stdio.h>
#include <stdlib.h>

#include <tvm/ffi/c_api.h>

#include "calls_peers.h"

static struct DLManagedTensorVersioned *lent;
static TVMFFIObjectHandle object;

static void must(int status)
{
    if (status != 0) {
        fputs("a call of tvm-ffi failed\n", stderr);
        exit(1);
    }
}

static TVMFFIObjectHandle take(void)
{
    TVMFFIObjectHandle taken;
    must(TVMFFITensorFromDLPackVersioned(lent, 0, 0, &taken));
    return taken;
}

static DLManagedTensorVersioned *lend(TVMFFIObjectHandle from)
{
    DLManagedTensorVersioned *loan;
    must(TVMFFITensorToDLPackVersioned(from, &loan));
    return loan;
}

void prepare_peers(struct DLManagedTensorVersioned *tensor)
{
    lent = tensor;
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
