// An engine's image, with padding behind each row and an owner of its own, becomes what a
// network wants: dense float32. The tensor says what happened to it on the way.

#include "tarray.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

struct Image {
    std::size_t height, width, pitch; // pitch: bytes from one row to the next
    std::vector<std::uint8_t> bytes;
};

// The pixels, shared: the image lives as long as the tensor and all its loans.
tarray::Tensor pixels_of(const std::shared_ptr<Image> &image) {
    return tarray::asarray(tarray::Memory(image->bytes.data(), {image->height, image->width, 3})
                               .strides({image->pitch, std::size_t{3}, std::size_t{1}})
                               .owner(image));
}

void tell(const char *what, const tarray::Tensor &tensor) {
    const tarray::Provenance how = tensor.provenance();
    std::printf("%s: %s from %s, %s%s\n", what, tensor.dtype().name().c_str(), name(how.origin),
                how.aliased ? "shared" : "copied because of ", name(how.reason));
}

} // namespace

int main() {
    auto image = std::make_shared<Image>(Image{2, 3, 16, std::vector<std::uint8_t>(32, 200)});
    const std::weak_ptr<Image> watch = image;

    tarray::Tensor pixels = pixels_of(image);
    image.reset();
    tell("pixels", pixels);

    const tarray::Options wanted = tarray::Options().dtype(tarray::float32).contiguous();
    const tarray::Tensor input = tarray::asarray(pixels, wanted);
    tell("input", input);

    pixels.reset();
    std::printf("image: %s\n", watch.expired() ? "let go" : "alive");

    float sum = 0;
    for (const float value : input.as_span<const float>()) {
        sum += value;
    }
    return watch.expired() && sum == 200 * 18 ? 0 : 1;
}
