/* Two copies of the library in one process, one shared and one inside a plug-in: each lends to the
 * other, each counts its own, and closing the plug-in harms nobody. */
#include "check.h"
#include "facts.h"
#include "hold.h"
#include "tarray_dlpack.h"

#include <dlfcn.h>

typedef struct DLManagedTensorVersioned *(*lend_function)(void);
typedef int (*take_function)(struct DLManagedTensorVersioned *);
typedef void (*release_function)(void);
typedef size_t (*live_function)(void);

/* A function of the plug-in; through a union, as ISO C has no conversion. */
#define FUNCTION(type, name) (((union { void *object; type function; }){dlsym(plugin, name)}).function)

int main(int count, char **arguments)
{
    void *plugin = count == 2 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    static const float data[] = {1, 2, 3, 4};
    static const int64_t four[] = {4};
    struct DLManagedTensorVersioned *loan = NULL;
    ta_tensor *tensor = NULL, *theirs = NULL;
    ta_source source;
    int runs = 0;
    if (plugin == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    source = ta_source_memory(hold_memory(data, sizeof data, ta_float32(), 1, four, &runs));
    EXPECT(TA_OK, ta_asarray(&source, NULL, &tensor, &error));
    EXPECT(TA_OK, ta_to_dlpack(tensor, NULL, &loan, &error));
    CHECK(FUNCTION(take_function, "plugin_take")(loan));
    CHECK(ta_live_tensors() == 1 && FUNCTION(live_function, "plugin_live")() == 1);

    EXPECT(TA_OK, ta_from_dlpack(FUNCTION(lend_function, "plugin_lend")(), NULL, &theirs, &error));
    CHECK(element(theirs, 0) == 7 && aliases(theirs, TA_ORIGIN_DLPACK));
    CHECK(ta_live_tensors() == 2 && FUNCTION(live_function, "plugin_live")() == 2);

    ta_release(tensor);
    CHECK(runs == 0);
    FUNCTION(release_function, "plugin_release")();
    CHECK(runs == 1 && FUNCTION(live_function, "plugin_live")() == 1);
    CHECK(dlclose(plugin) == 0);
    ta_release(theirs);
    return check_end("two_copies");
}
