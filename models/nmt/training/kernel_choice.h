#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "backends/onednn/products/kernel_selection.h"
#include "backends/onednn/products/measure_kernels.h"
#include "backends/runtime/backend.h"
#include "models/nmt/config/config.h"
#include "models/nmt/data/batches.h"

namespace weft::nmt {

// Which kernels run the matrix products of training: TrainingConfig::kernels is one of these words, or the path of a
// table. Translating goes by the rule alone, whatever the run was trained with: of the kernels that a table may name
// only the rule's keep a translation's bits apart from its batch.

bool names_kernel_file(std::string_view kernels);

/// The products of the training steps of all batches of the examples.
onednn::ProductUses training_products(const Config& config, const Examples& examples,
                                      std::optional<std::size_t> memory_budget = {});

/// Told how many products are measured, and how many there are; at first that none is. Not called when nothing is to
/// be.
using KernelProgress = std::function<void(std::size_t done, std::size_t all)>;

/// The table that the setting means; nullptr: the rule for all. `products`: what is measured, asked for when anything
/// is. Throws Error when the table cannot be read.
std::shared_ptr<const onednn::KernelSelection> choose_kernels(std::string_view kernels,
                                                              const std::function<onednn::ProductUses()>& products,
                                                              const KernelProgress& on_progress);

/// The fast backend with those kernels (nullptr: by its rules), for those processes (nullptr: one).
std::shared_ptr<const Backend> backend_with(const std::shared_ptr<const onednn::KernelSelection>& kernels,
                                            const std::shared_ptr<const Communicator>& communicator = {},
                                            Precision communicate = Precision::f32);

}  // namespace weft::nmt
