#pragma once

#include <weft/weft.h>

#include <cstdint>
#include <memory>

/// A whole training step for batches of so many rows: the loss, its gradients, the update. Inputs: "points" [rows, 2],
/// "labels" [rows] and "learning_rate"; output: "loss".
weft::Graph training_step(std::int64_t rows);

/// The model in use. Input: "points" [rows, 2]; output: "class" [rows]. Its parameters have the names of those that were
/// trained, and so their content.
weft::Graph prediction(std::int64_t rows);

/// The share of a thousand new points that the model puts on the right spiral.
double accuracy(const std::shared_ptr<weft::Variables>& variables);
