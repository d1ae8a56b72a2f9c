/* A plug-in with a copy of the library of its own, linked statically: it lends and takes DLPack
 * tensors, and counts what is alive in its copy. */
#include "tarray.h"
#include "tarray_dlpack.h"

#include <stddef.h>

#define PLUGIN __attribute__((visibility("default")))

PLUGIN struct DLManagedTensorVersioned *plugin_lend(void);
PLUGIN int plugin_take(struct DLManagedTensorVersioned *managed);
PLUGIN void plugin_release(void);
PLUGIN size_t plugin_live(void);

static ta_tensor *taken;

/* The number 7, as a tensor of the plug-in's. */
struct DLManagedTensorVersioned *plugin_lend(void)
{
    const ta_source source = ta_source_int(7);
    struct DLManagedTensorVersioned *loan = NULL;
    ta_tensor *tensor = NULL;
    if (ta_asarray(&source, NULL, &tensor, NULL) != TA_OK)
        return NULL;
    if (ta_to_dlpack(tensor, NULL, &loan, NULL) != TA_OK)
        loan = NULL;
    ta_release(tensor);
    return loan;
}

/* Keeps a tensor of somebody else's; whether it could be had. */
int plugin_take(struct DLManagedTensorVersioned *managed)
{
    return ta_from_dlpack(managed, NULL, &taken, NULL) == TA_OK;
}

void plugin_release(void)
{
    ta_release(taken);
    taken = NULL;
}

size_t plugin_live(void) { return ta_live_tensors(); }
