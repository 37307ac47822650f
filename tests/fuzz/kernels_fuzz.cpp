#include <algorithm>

#include "backends/onednn/products/kernel_selection.h"
#include "tests/fuzz/harness.h"

// kernels.json: tables of which kernel runs which product. What is read is written and read as the same table.

namespace weft::fuzz {
namespace {

using onednn::KernelSelection;

void run(std::string_view input) {
  const auto selection = accepted([&] { return KernelSelection::from_json(input, "input"); });
  if (!selection) return;
  const std::string json = selection->to_json();
  const KernelSelection again = KernelSelection::from_json(json, "what was written");
  expect(again == *selection && again.to_json() == json, "another table is read again:\n{}", json);
  expect(selection->differing() <= selection->size(), "{} of {} picks differ from the rule", selection->differing(),
         selection->size());
}

std::vector<std::string> seeds() {
  return {R"({"format": "weft kernels 1", "machine": "AMD EPYC 9R14, oneDNN 2.6.3, 2 threads", "picks": [
  {"m": 64, "k": 1024, "n": 5921, "bias": true, "variable": true, "kernel": "plain"},
  {"m": 64, "k": 1024, "n": 3072, "variable": true, "kernel": "packed"},
  {"m": 1024, "k": 64, "n": 3072, "transpose_a": true, "kernel": "sgemm"},
  {"batch": 64, "m": 1, "k": 9, "n": 1024, "kernel": "vector"},
  {"batch": 64, "m": 9, "k": 1024, "n": 9, "transpose_b": true, "kernel": "plain"}
]})",
          R"({"format": "weft kernels 1", "machine": "\u0000é", "picks": []})"};
}

std::vector<std::string> words() {
  return {"\"batch\":",
          "\"m\":",
          "\"k\":",
          "\"n\":",
          "\"transpose_a\":true",
          "\"transpose_b\":true",
          "\"bias\":true",
          "\"variable\":true",
          "\"kernel\":\"",
          "packed",
          "plain",
          "sgemm",
          "vector"};
}

}  // namespace

const Harness harness{.run = run, .seeds = seeds, .words = words};

}  // namespace weft::fuzz
