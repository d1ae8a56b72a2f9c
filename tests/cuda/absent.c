/* CUDA where there is no driver that will do: an error that says what was looked for, which is the
 * program's argument, and everything else goes on. */
#include "check.h"
#include "make.h"

int main(int count_of_arguments, char **arguments)
{
    static const int64_t two[] = {2};
    static const float values[] = {1, 2};
    const ta_source source = ta_source_memory(memory_of(values, ta_float32(), 1, two));
    ta_options options = TA_OPTIONS_INIT;
    ta_tensor *out = NULL;
    ta_device devices[2];
    size_t count = 0;
    int attempt;

    for (attempt = 0; attempt < 2; attempt++) {
        options.device = ta_device_make(TA_DEVICE_CUDA, 0);
        EXPECT(TA_ERR_DEVICE, ta_asarray(&source, &options, &out, &error));
        CHECK(count_of_arguments == 2 && message_has(arguments[1]));
        CHECK(message_has("cuda:0") && message_has("there is: cpu"));
        options.device.index = -1;
        EXPECT(TA_ERR_DEVICE, ta_asarray(&source, &options, &out, &error));
        CHECK(message_has(arguments[1]) && out == NULL);
    }
    EXPECT(TA_ERR_DEVICE, ta_synchronize(options.device, 0, &error));
    EXPECT(TA_OK, ta_device_list(devices, 2, &count, &error));
    CHECK(count == 1 && devices[0].device_type == TA_DEVICE_CPU);
    options.device = ta_device_cpu();
    EXPECT(TA_OK, ta_asarray(&source, &options, &out, &error));
    ta_release(out);
    return check_end("absent");
}
