// A device of one's own in C++: plugged in, copied to and from, asked for by its name, and let go.

#include "check.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace tarray;

namespace {

constexpr std::int32_t kType = 70;

// What happened to a device, and what is to happen.
struct Record {
    int blocks = 0;
    int copies = 0;
    int converted = 0;
    int destroyed = 0;
    // What the next call that can fail does.
    enum class Next { work, refuse, raise } next = Next::work;
    std::vector<std::int64_t> waited;
};

// Memory of the host's, which only this device admits to. Everything is done when a call returns.
class Shelf : public Backend {
public:
    explicit Shelf(Record &record) : record_(record) {}
    ~Shelf() override { ++record_.destroyed; }

    Result<std::int32_t> count() override { return 2; }
    Result<std::int32_t> current() override { return 1; }
    Result<void> describe(ta_device_info &info) override {
        std::snprintf(info.name, sizeof(info.name), "shelf %d", static_cast<int>(info.device.index));
        info.total_bytes = 4096;
        return {};
    }
    Result<void *> allocate(std::int32_t, std::size_t size_bytes, std::int64_t) override {
        if (size_bytes > 4096) {
            return nullptr;
        }
        ++record_.blocks;
        return std::malloc(size_bytes);
    }
    void free(std::int32_t, void *data, std::size_t, std::int64_t) noexcept override {
        --record_.blocks;
        std::free(data);
    }
    Result<void> copy(const ta_place &target, const ta_place &source, std::size_t size_bytes,
                      std::int64_t) override {
        switch (std::exchange(record_.next, Record::Next::work)) {
        case Record::Next::refuse:
            return Failure(TA_ERR_DEVICE, "the shelf is stuck");
        case Record::Next::raise:
#if TARRAY_HAS_EXCEPTIONS
            throw std::runtime_error("the shelf fell");
#endif
        case Record::Next::work:
            break;
        }
        ++record_.copies;
        std::memcpy(static_cast<char *>(target.data) + target.byte_offset,
                    static_cast<const char *>(source.data) + source.byte_offset, size_bytes);
        return {};
    }
    Result<bool> convert(Extents shape, const ta_elements &target, const ta_elements &source,
                         std::int64_t) override {
        if (shape.size() != 1 || Dtype(target.dtype) != float64 || Dtype(source.dtype) != float32) {
            return false;
        }
        ++record_.converted;
        char *to = static_cast<char *>(target.place.data) + target.place.byte_offset;
        const char *from =
            static_cast<const char *>(source.place.data) + source.place.byte_offset;
        for (std::int64_t k = 0; k < shape[0]; ++k) {
            float value;
            std::memcpy(&value, from + k * source.strides_bytes[0], sizeof(value));
            const double wide = value;
            std::memcpy(to + k * target.strides_bytes[0], &wide, sizeof(wide));
        }
        return true;
    }
    Result<void> synchronize(std::int32_t, std::int64_t stream) override {
        record_.waited.push_back(stream);
        return {};
    }

private:
    Record &record_;
};

// A backend that has what every one must have, and nothing else.
class Bare : public Backend {
public:
    Result<std::int32_t> count() override { return 1; }
    Result<void *> allocate(std::int32_t, std::size_t, std::int64_t) override { return nullptr; }
    void free(std::int32_t, void *, std::size_t, std::int64_t) noexcept override {}
    Result<void> copy(const ta_place &, const ta_place &, std::size_t, std::int64_t) override {
        return {};
    }
    Result<void> synchronize(std::int32_t, std::int64_t) override { return {}; }
};

void names() {
    check::law("devices have names, both ways", [] {
        CHECK(*try_device("cuda:1") == Device(TA_DEVICE_CUDA, 1) && *try_device("cuda") == cuda());
        CHECK(*try_device("cpu:0") == cpu && cpu.name() == "cpu" && cuda(3).name() == "cuda:3");
        CHECK(Device(kType, 1).name() == "device70:1");
        CHECK(try_device("gpu").status() == TA_ERR_DEVICE);
        CHECK(try_device(nullptr).status() == TA_ERR_NULL_ARGUMENT);
        const auto known = try_devices();
        CHECK(known && !known->empty() && known->front() == cpu);
        CHECK(try_describe(cpu)->total_bytes > 0);
        CHECK(try_synchronize(cpu).ok());
        CHECK(try_synchronize(cpu, -2).status() == TA_ERR_INVALID_ARGUMENT);
    });
}

void plugged_in() {
    check::law("a backend is plugged in, used by its name, and deleted with its last tensor", [] {
        Record record;
        std::unique_ptr<Backend> shelf = std::make_unique<Shelf>(record);
        CHECK(try_register_device(TA_DEVICE_CPU, std::move(shelf)).status() ==
              TA_ERR_INVALID_ARGUMENT);
        CHECK(shelf != nullptr && record.destroyed == 0);
        CHECK(try_register_device(kType, std::move(shelf)).ok() && shelf == nullptr);
        CHECK(try_register_device(kType, nullptr).status() == TA_ERR_NULL_ARGUMENT);
        CHECK(try_devices()->size() == 3 && try_devices()->back() == Device(kType, 1));
        CHECK(std::string(try_describe(Device(kType, -1))->name) == "shelf 1");
        CHECK(try_describe(Device(kType, 2)).status() == TA_ERR_DEVICE);

        const std::vector<float> values{1, 2, 3, 4};
        Tensor there = *try_asarray(values, Options().device(*try_device("device70:0")));
        CHECK(there.device() == Device(kType, 0) && record.blocks == 1 && record.copies == 1);
        Tensor wide = *try_asarray(there, Options().dtype(float64));
        CHECK(wide.device() == Device(kType, 0) && record.converted == 1);
        CHECK(try_asarray(there, Options().dtype(int32))->provenance().staged);
        const Tensor back = *try_asarray(wide, Options().device(cpu));
        CHECK(*back.try_item({3})->try_to<double>() == 4);
        CHECK(there.try_view<float, 1>().status() == TA_ERR_DEVICE);
        record.waited.clear();
        CHECK(try_synchronize(Device(kType, 0), 5).ok());
        CHECK(record.waited == std::vector<std::int64_t>{5});

        CHECK(try_unregister_device(kType).ok());
        CHECK(try_unregister_device(kType).status() == TA_ERR_INVALID_ARGUMENT);
        CHECK(record.destroyed == 0);
        there.reset();
        CHECK(record.destroyed == 0 && record.blocks == 1);
        wide.reset();
        CHECK(record.destroyed == 1 && record.blocks == 0);
    });

    check::law("a failure of a backend arrives with its words, and nothing is left of the call", [] {
        Record record;
        const Options there = Options().device(Device(kType, 0));
        const std::vector<float> values{1, 2}, many(2000);
        CHECK(try_register_device(kType, std::make_unique<Shelf>(record)).ok());
        record.next = Record::Next::refuse;
        const auto refused = try_asarray(values, there);
        CHECK(refused.status() == TA_ERR_DEVICE);
        CHECK(std::string(refused.message()).find("the shelf is stuck") != std::string::npos);
#if TARRAY_HAS_EXCEPTIONS
        record.next = Record::Next::raise;
        const auto raised = try_asarray(values, there);
        CHECK(raised.status() == TA_ERR_CALLBACK);
        CHECK(std::string(raised.message()).find("the shelf fell") != std::string::npos);
#endif
        CHECK(try_asarray(many, there).status() == TA_ERR_OUT_OF_MEMORY);
        CHECK(record.blocks == 0);
        CHECK(try_unregister_device(kType).ok() && record.destroyed == 1);
    });

    check::law("what a backend leaves out has an answer", [] {
        CHECK(try_register_device(kType, std::make_unique<Bare>()).ok());
        const Device current(kType, -1);
        CHECK(try_describe(current)->device.index == 0 && try_describe(current)->name[0] == '\0');
        ta_device found;
        CHECK(ta_device_of_address(kType, &found, &found, nullptr) == TA_ERR_DEVICE);
        CHECK(try_unregister_device(kType).ok());
    });
}

#if TARRAY_HAS_EXCEPTIONS
void throwing() {
    check::law("the throwing forms", [] {
        Record record;
        register_device(kType, std::make_unique<Shelf>(record));
        CHECK(devices().size() == 3 && device("device70:1") == Device(kType, 1));
        CHECK(std::string(describe(device("device70:1")).name) == "shelf 1");
        synchronize(device("device70"));
        CHECK(check::thrown([] { synchronize(cpu, -2); }) == TA_ERR_INVALID_ARGUMENT);
        unregister_device(kType);
        CHECK(check::thrown([] { unregister_device(kType); }) == TA_ERR_INVALID_ARGUMENT);
        CHECK(check::thrown([] { static_cast<void>(device("")); }) == TA_ERR_DEVICE);
        CHECK(record.destroyed == 1);
    });
}
#endif

} // namespace

int main() {
    names();
    plugged_in();
#if TARRAY_HAS_EXCEPTIONS
    throwing();
#endif
    return check::verdict();
}
