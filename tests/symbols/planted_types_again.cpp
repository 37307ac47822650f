// Planted: planted_types.cpp defines Choice in another way.

namespace weft {

struct Choice {
  int index;
};

int first_of(const Choice& choice) { return choice.index; }

}  // namespace weft
