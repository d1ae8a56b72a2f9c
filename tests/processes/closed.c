/* A program that loads the library, lends a tensor, closes the library, and lets the loan go: the
 * deleter is still there. */
#include "tarray.h"
#include "tarray_dlpack.h"

#include <dlfcn.h>
#include <stdio.h>

typedef ta_status (*asarray_function)(const ta_source *, const ta_options *, ta_tensor **,
                                      ta_error *);
typedef ta_status (*to_dlpack_function)(const ta_tensor *, const ta_export_options *,
                                        struct DLManagedTensorVersioned **, ta_error *);
typedef void (*release_function)(ta_tensor *);

/* A function of the library; through a union, as ISO C has no conversion. */
#define FUNCTION(type, name) (((union { void *object; type function; }){dlsym(library, name)}).function)

int main(int count, char **arguments)
{
    void *library = count == 2 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    const ta_source source = ta_source_int(7);
    struct DLManagedTensorVersioned *loan = NULL;
    ta_tensor *tensor = NULL;
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    if (FUNCTION(asarray_function, "ta_asarray")(&source, NULL, &tensor, NULL) != TA_OK ||
        FUNCTION(to_dlpack_function, "ta_to_dlpack")(tensor, NULL, &loan, NULL) != TA_OK)
        return 2;
    FUNCTION(release_function, "ta_release")(tensor);
    if (dlclose(library) != 0)
        return 3;
    if (*(const int64_t *)loan->dl_tensor.data != 7)
        return 4;
    loan->deleter(loan);
    return 0;
}
