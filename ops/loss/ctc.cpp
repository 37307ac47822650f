#include "ops/loss/ctc.h"

#include "ops/helpers.h"

namespace weft {

CtcForm::CtcForm(std::span<const TensorType> operands, const Attributes& attributes) {
  require(operands.size() >= 4, "{} operands are given, at least 4 needed", operands.size());
  const TensorType& log_probabilities = operands[0];
  require_float(log_probabilities, "log_probabilities");
  require(log_probabilities.shape.rank() == 3, "log_probabilities is {}: [batch, time, classes] is needed",
          log_probabilities);
  batch = log_probabilities.shape[0];
  time = log_probabilities.shape[1];
  classes = log_probabilities.shape[2];
  require(operands[1].dtype == DType::i32 && operands[1].shape.rank() == 2 && operands[1].shape[0] == batch,
          "for log_probabilities {} the labels must be i32[{},most labels], not {}", log_probabilities, batch,
          operands[1]);
  labels = operands[1].shape[1];
  for (const auto& [index, name] : {std::pair{2, "input_lengths"}, std::pair{3, "label_lengths"}}) {
    const TensorType& lengths = operands[static_cast<std::size_t>(index)];
    require(lengths == TensorType{DType::i32, Shape{batch}}, "for log_probabilities {} the {} must be i32[{}], not {}",
            log_probabilities, name, batch, lengths);
  }
  blank = attributes.get<std::int64_t>("blank");
  require(blank >= 0 && blank < classes, "the blank {} is none of the {} classes of log_probabilities {}", blank,
          classes, log_probabilities);
}

void CtcForm::check(const std::int32_t* ids, const std::int32_t* input_lengths,
                    const std::int32_t* label_lengths) const {
  for (std::int64_t row = 0; row < batch; ++row) {
    require(input_lengths[row] >= 0 && input_lengths[row] <= time,
            "input length {} at index {} is not in [0, {}], the extent of time", input_lengths[row], row, time);
    require(label_lengths[row] >= 0 && label_lengths[row] <= labels,
            "label length {} at index {} is not in [0, {}], the most labels", label_lengths[row], row, labels);
    for (std::int64_t i = row * labels; i < row * labels + label_lengths[row]; ++i)
      require(ids[i] >= 0 && ids[i] < classes && ids[i] != blank,
              "label {} at index {} is none of the {} classes but the blank {}", ids[i], i, classes, blank);
  }
}

}  // namespace weft
