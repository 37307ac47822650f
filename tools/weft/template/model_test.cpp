// The model learns: after a short training it knows most points that it has not seen.
#include "model.h"

#include <weft/training.h>

#include <cstdio>
#include <memory>

#include "data.h"

int main() {
  const auto variables = std::make_shared<weft::Variables>(1);
  weft::Execution step(weft::compile(training_step(64)), {.variables = variables});
  step.set("learning_rate", weft::Tensor::scalar(0.01F));
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    draw(seed, step.input("points").as<float>(), step.input("labels").as<std::int32_t>());
    step.run();
  }
  const double right = accuracy(variables);
  std::printf("loss %.3f, accuracy %.3f\n", step.get("loss").item(), right);
  return right > 0.9 ? 0 : 1;
}
