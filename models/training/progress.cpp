#include "models/training/progress.h"

namespace weft {

void Progress::start(std::string, std::uint64_t) {}

void Progress::update(std::uint64_t, std::uint64_t, std::optional<double>) {}

void Progress::log(std::string_view) {}

void Progress::during(std::string, const std::function<void()>& work) { work(); }

void Progress::stop() {}

}  // namespace weft
