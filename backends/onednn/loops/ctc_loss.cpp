#include <limits>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"
#include "ops/loss/ctc.h"

// The forward-backward algorithm of Graves et al. in logarithms, a row of the batch on one thread, a loop over the states
// of a step in vectors. Each step's numbers are relative to the largest one of the step, so that they keep their digits
// however long the sequence is; what a gradient needs of a step is a share, for which a common offset is nothing.

namespace weft::onednn {
namespace {

constexpr float impossible = -std::numeric_limits<float>::infinity();
/// The work of a state of a step against that of an element moved, for the choice of threads.
constexpr std::int64_t work_per_state = 16;
/// States that a row has before its first one and behind its last one: none can be in them.
constexpr std::int64_t margin = 2;

/// ln(e^a + e^b + e^c).
WEFT_INLINE float log_add(float a, float b, float c) {
  const float max = Max{}(Max{}(a, b), c);
  const float from = max == impossible ? 0.0F : max;
  return from + vmath::log(vmath::exp(a - from) + vmath::exp(b - from) + vmath::exp(c - from));
}

/// The largest finite number; -inf when there is none. States that no path to the end goes through may be anything.
struct FiniteMax {
  WEFT_INLINE float operator()(float a, float b) const { return b > a && b < -impossible ? b : a; }
};

/// Subtracts the largest finite one of the numbers, and returns it; does nothing when there is none.
WEFT_INLINE float make_relative(float* x, std::int64_t count) {
  const float max =
      reduce_lanes(count, impossible, FiniteMax{}, [x](std::int64_t i) WEFT_INLINE_LAMBDA { return x[i]; });
  if (max == impossible) return 0.0F;
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) x[i] -= max;
  return max;
}

/// to[s] = ln(e^from[s] + e^from[s + next] + e^from[s + 2 next]) + emitted[s], the third only where `skip` is not -inf, and
/// -inf where no path comes from; relative to the largest one, which is returned.
WEFT_VECTORISED float step(const float* from, std::int64_t next, const float* skip, const float* emitted, float* to,
                           std::int64_t states) {
  const float* one = from + next;
  const float* two = one + next;
#pragma omp simd
  for (std::int64_t s = 0; s < states; ++s) {
    const float sum = log_add(from[s], one[s], skip[s] == impossible ? impossible : two[s]);
    to[s] = sum == impossible ? impossible : sum + emitted[s];
  }
  return make_relative(to, states);
}

/// Shares of the states: weights = e^(alpha + beta - emitted) over their sum. False when there is none.
WEFT_VECTORISED bool shares(const float* alpha, const float* beta, const float* emitted, float* weights,
                            std::int64_t states) {
#pragma omp simd
  for (std::int64_t s = 0; s < states; ++s) {
    const float both = alpha[s] + beta[s];
    weights[s] = both == impossible ? impossible : both - emitted[s];
  }
  const float max = reduce_lanes(states, impossible, FiniteMax{},
                                 [weights](std::int64_t i) WEFT_INLINE_LAMBDA { return weights[i]; });
  if (max == impossible) return false;
#pragma omp simd
  for (std::int64_t s = 0; s < states; ++s) weights[s] = vmath::exp(weights[s] - max);
  const float sum =
      reduce_lanes(states, 0.0F, Sum{}, [weights](std::int64_t i) WEFT_INLINE_LAMBDA { return weights[i]; });
#pragma omp simd
  for (std::int64_t s = 0; s < states; ++s) weights[s] /= sum;
  return true;
}

/// The numbers of one step, or others of a row, between margins of -inf.
std::int64_t pitch_of(const CtcForm& form) { return form.states() + 2 * margin; }

/// One row of the batch. Its memory is `numbers(form)` floats.
class Row {
 public:
  /// `steps_kept`: how many steps' alphas are kept.
  Row(const CtcForm& form, const KernelBuffers& buffers, std::int64_t row, float* memory)
      : log_probabilities_(buffers.operand<float>(0) + row * form.time * form.classes),
        labels_(buffers.operand<std::int32_t>(1) + row * form.labels),
        steps_(buffers.operand<std::int32_t>(2)[row]),
        states_(2 * std::int64_t{buffers.operand<std::int32_t>(3)[row]} + 1),
        pitch_(pitch_of(form)),
        classes_(form.classes),
        blank_(form.blank),
        skip_(memory + margin),
        emitted_(skip_ + pitch_),
        rows_(emitted_ + pitch_) {
    std::fill_n(memory, 2 * pitch_, impossible);
    for (std::int64_t s = 3; s < states_; s += 2)
      if (labels_[s / 2] != labels_[s / 2 - 1]) skip_[s] = 0.0F;
  }

  static constexpr std::int64_t fixed_rows = 2;

  std::int64_t steps() const { return steps_; }
  std::int64_t states() const { return states_; }
  std::int64_t class_of(std::int64_t state) const { return state % 2 == 0 ? blank_ : labels_[state / 2]; }
  float* numbers(std::int64_t index) const { return rows_ + index * pitch_; }
  const float* emitted() const { return emitted_; }

  void clear(std::int64_t index) const { std::fill_n(numbers(index) - margin, pitch_, impossible); }

  void read_step(std::int64_t t) const {
    const float* of_step = log_probabilities_ + t * classes_;
    for (std::int64_t s = 0; s < states_; ++s) emitted_[s] = of_step[class_of(s)];
  }

  /// alpha of step t in numbers(to), from those of the step before in numbers(from); returns what it is relative to.
  float forward(std::int64_t t, std::int64_t from, std::int64_t to) const {
    read_step(t);
    clear(to);
    if (t > 0) return step(numbers(from), -1, skip_, emitted_, numbers(to), states_);
    for (std::int64_t s = 0; s < std::min<std::int64_t>(2, states_); ++s) numbers(to)[s] = emitted_[s];
    return make_relative(numbers(to), states_);
  }

  /// beta of step t, with what t emits, in numbers(to), from those of the step behind in numbers(from).
  void backward(std::int64_t t, std::int64_t from, std::int64_t to) const {
    read_step(t);
    clear(to);
    if (t + 1 < steps_) {
      // A path skips from s to s + 2 where it may skip to s + 2.
      step(numbers(from), 1, skip_ + 2, emitted_, numbers(to), states_);
      return;
    }
    for (std::int64_t s = std::max<std::int64_t>(0, states_ - 2); s < states_; ++s) numbers(to)[s] = emitted_[s];
    make_relative(numbers(to), states_);
  }

  /// -ln of the probability of the labels; infinity when there is no alignment.
  float loss() const {
    if (steps_ == 0) return states_ == 1 ? 0.0F : -impossible;
    double offset = 0.0;
    for (std::int64_t t = 0; t < steps_; ++t) offset += static_cast<double>(forward(t, (t + 1) % 2, t % 2));
    const float* last = numbers((steps_ - 1) % 2);
    return static_cast<float>(
        -(offset + static_cast<double>(log_add(last[states_ - 1], last[states_ - 2], impossible))));
  }

 private:
  const float* log_probabilities_;
  const std::int32_t* labels_;
  std::int64_t steps_;
  std::int64_t states_;
  std::int64_t pitch_;
  std::int64_t classes_;
  std::int64_t blank_;
  float* skip_;  ///< what skipping to a state adds: 0, or -inf where it may not be
  float* emitted_;
  float* rows_;
};

/// d_log_probabilities of one row: [time, classes], zeros so far.
void differentiate(const Row& row, std::int64_t time, std::int64_t classes, float cotangent, float* gradient) {
  for (std::int64_t t = 0; t < row.steps(); ++t) row.forward(t, t - 1, t);
  float* weights = row.numbers(time + 2);
  for (std::int64_t t = row.steps() - 1; t >= 0; --t) {
    row.backward(t, time + (t + 1) % 2, time + t % 2);
    if (!shares(row.numbers(t), row.numbers(time + t % 2), row.emitted(), weights, row.states())) return;
    for (std::int64_t s = 0; s < row.states(); ++s) gradient[t * classes + row.class_of(s)] -= cotangent * weights[s];
  }
}

/// Calls body(row, index) for all rows of the batch, each with memory for so many steps' numbers.
template <typename Body>
Kernel for_each_row(const CtcForm& form, std::int64_t steps, const Body& body) {
  const std::int64_t memory = (Row::fixed_rows + steps) * pitch_of(form);
  return {[form, memory, body](const KernelBuffers& buffers) {
            form.check(buffers.operand<std::int32_t>(1), buffers.operand<std::int32_t>(2),
                       buffers.operand<std::int32_t>(3));
            auto* scratch = static_cast<float*>(buffers.scratch);
            parallel_for(form.batch, work_per_state * form.time * form.states(), [&](Range range) {
              for (std::int64_t i = range.first; i < range.last; ++i)
                body(Row(form, buffers, i, scratch + i * memory), buffers, i);
            });
          },
          static_cast<std::size_t>(form.batch * memory) * sizeof(float)};
}

}  // namespace

Kernel ctc_loss(const KernelSpec& spec) {
  require_f32(spec);
  return for_each_row(CtcForm(spec.operands, spec.node.attributes), 2,
                      [](const Row& row, const KernelBuffers& buffers, std::int64_t index) {
                        buffers.result<float>(0)[index] = row.loss();
                      });
}

Kernel ctc_loss_gradient(const KernelSpec& spec) {
  require_f32(spec);
  const CtcForm form(spec.operands, spec.node.attributes);
  return for_each_row(form, form.time + 3, [form](const Row& row, const KernelBuffers& buffers, std::int64_t index) {
    float* gradient = buffers.result<float>(0) + index * form.time * form.classes;
    std::fill_n(gradient, form.time * form.classes, 0.0F);
    differentiate(row, form.time, form.classes, buffers.operand<float>(4)[index], gradient);
  });
}

}  // namespace weft::onednn
