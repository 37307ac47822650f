#include "backends/runtime/packed_copies.h"

#include <doctest/doctest.h>

namespace weft {
namespace {

/// Twice the number that it packs.
class Doubled : public PackedCopy {
 public:
  double number = 0.0;
  int times = 0;

 private:
  void pack(const void* plain, void* lent) override {
    number = 2.0 * *static_cast<const double*>(plain);
    if (lent != nullptr) *static_cast<double*>(lent) = number;
    ++times;
  }
};

PackRequest doubled() {
  return {.operand = 0,
          .fits = [](const PackedCopy& copy) { return dynamic_cast<const Doubled*>(&copy) != nullptr; },
          .make = [] { return std::make_shared<Doubled>(); }};
}

}  // namespace

TEST_CASE("a packed copy is made anew when its content has changed, and only then") {
  double content = 1.0;
  std::uint64_t version = 1;
  const PackedOperand packed{std::make_shared<Doubled>(), &version, &content};
  CHECK(packed.as<Doubled>().number == 2.0);
  content = 5.0;  // nobody has said so
  CHECK(packed.as<Doubled>().number == 2.0);
  version = 2;
  CHECK(packed.as<Doubled>().number == 10.0);
  CHECK(packed.as<Doubled>().times == 2);
  const double elsewhere = 7.0;
  const PackedOperand moved{packed.copy, &version, &elsewhere};
  CHECK(moved.as<Doubled>().number == 14.0);
}

TEST_CASE("a packed copy is made in memory that it is lent") {
  const double content = 1.0;
  std::uint64_t version = 1;
  double lent = 0.0;
  const PackedOperand packed{std::make_shared<Doubled>(), &version, &content, &lent};
  packed.as<Doubled>();
  CHECK(lent == 2.0);
  lent = 0.0;  // as others use it between two runs
  version = 2;
  packed.as<Doubled>();
  CHECK(lent == 2.0);
}

TEST_CASE("kernels that want the same of one content share its copy while any of them lives") {
  PackedCopies copies;
  const std::shared_ptr<PackedCopy> first = copies.get(0, doubled());
  CHECK(copies.get(0, doubled()) == first);
  CHECK(copies.get(8, doubled()) != first);  // of another part
  PackRequest other = doubled();
  other.fits = [](const PackedCopy&) { return false; };
  CHECK(copies.get(0, other) != first);

  std::weak_ptr<PackedCopy> gone;
  {
    const std::shared_ptr<PackedCopy> short_lived = copies.get(16, doubled());
    gone = short_lived;
  }
  CHECK(gone.expired());
}

}  // namespace weft
