#include <memory>
#include <mutex>
#include <unordered_map>

#include "backends/onednn/codegen/fused_code.h"
#include "backends/onednn/kernels.h"

namespace weft::onednn {
namespace {

/// The code of a body; bodies that are one graph, as those of a loop's steps are, have the same.
std::shared_ptr<const FusedCode> code_of(const std::shared_ptr<const Graph>& body, InstructionSet instructions) {
  static std::mutex mutex;
  static std::unordered_map<const Graph*, std::weak_ptr<const FusedCode>> known;
  const std::lock_guard lock(mutex);
  std::weak_ptr<const FusedCode>& kept = known[body.get()];
  std::shared_ptr<const FusedCode> code = kept.lock();
  if (!code) {
    code = std::make_shared<const FusedCode>(body, instructions);
    std::erase_if(known, [&](const auto& entry) { return entry.second.expired(); });
    known[body.get()] = code;
  }
  return code;
}

}  // namespace

Kernel fusion(const KernelSpec& spec) {
  const auto& body = spec.node.attributes.get<std::shared_ptr<const Graph>>("body");
  return {.run = [code = code_of(body, *instruction_set())](const KernelBuffers& buffers) { code->run(buffers); },
          .kind = "generated"};
}

}  // namespace weft::onednn
