// Planted: planted_types_again.cpp defines Choice in another way.

#include <vector>

namespace weft {

struct Choice {
  std::vector<int> names;
  int chosen() const { return names.front(); }
};

int first_of(const Choice& choice);

}  // namespace weft

int main() { return weft::first_of({{0}}); }
