#include "passes/pipeline.h"

#include <algorithm>
#include <array>

#include "graph/base/error.h"

namespace weft {

std::span<const Pass* const> all_passes() {
  static constexpr std::array passes{&pass::batch_over_time,
                                     &pass::constant_fold,
                                     &pass::cse,
                                     &pass::data_parallel,
                                     &pass::dce,
                                     &pass::decompose,
                                     &pass::factor_reductions,
                                     &pass::factor_sums,
                                     &pass::float_normalization,
                                     &pass::fuse_clip,
                                     &pass::fuse_elementwise,
                                     &pass::fuse_embedding,
                                     &pass::int8_weights,
                                     &pass::join_pads,
                                     &pass::layout,
                                     &pass::mixed_precision,
                                     &pass::recognise,
                                     &pass::rematerialise,
                                     &pass::shard_updates,
                                     &pass::simplify,
                                     &pass::split_concat,
                                     &pass::split_reduction};
  return passes;
}

bool can_be_left_out(const Pass& pass) { return &pass != &pass::decompose && &pass != &pass::float_normalization; }

std::vector<const Pass*> compile_pipeline(std::span<const std::string> disabled, Precision precision) {
  const std::vector<const Pass*> pipeline{
      // What nobody reads need not be looked at by the passes below.
      &pass::dce,
      // Processes that train together add up what each has, before anything is made of it: each the shard of a large
      // parameter that it updates, and all the rest.
      &pass::shard_updates, &pass::data_parallel,
      // What is written by hand becomes the op that it means, while it still is as gradients() saw it.
      &pass::recognise,
      // Cells and attention become products and fused pointwise parts: the forms that the passes below know.
      &pass::decompose,
      // What no kernel computes in bf16 is computed in f32.
      &pass::float_normalization,
      // The gradients of a value's slices stand one after another: before simplify, which looks through concats.
      &pass::join_pads,
      // Products with a known-zero state disappear, views of views collapse.
      &pass::simplify, &pass::constant_fold,
      // Equal work of two steps merges: the attention keys leave the unrolled loop.
      &pass::cse,
      // sum_t d_t w2^T becomes (sum_t d_t) w2^T: the keys' gradient leaves the loop, too. Here and below, what is left
      // over must go first: its uses would count, and its products would be batched.
      &pass::dce, &pass::factor_sums, &pass::dce,
      // Sums of a batch that differ by a factor become one.
      &pass::factor_reductions,
      // The part of a layer's input that is known for all steps leaves the loop, if the whole does not.
      &pass::split_concat, &pass::dce,
      // Products of all steps with one weight become one product; sums over steps of products become one product.
      &pass::batch_over_time,
      // Clipping becomes part of the update.
      &pass::fuse_clip,
      // Images lie in memory as convolutions like them; the transposes that cancel go below.
      &pass::layout,
      // The slices and concatenations that batching made cancel against each other.
      &pass::simplify, &pass::cse, &pass::simplify, &pass::dce,
      // Now that all tokens are embedded at once, the distinct ones are projected once.
      &pass::fuse_embedding, &pass::dce,
      // When asked for; the casts become part of what makes the values.
      &pass::mixed_precision,
      // What is left of pointwise nodes: last, as no pass looks into a body.
      &pass::split_reduction, &pass::fuse_elementwise, &pass::dce,
      // What is computed again for next to nothing need not be kept: now that it is known what lies in memory.
      &pass::rematerialise};

  for (const std::string& name : disabled)
    require(can_be_left_out(find_pass(name)),
            "the pass {} cannot be left out: the backends have no kernels for what it takes apart", name);
  std::vector<const Pass*> chosen;
  for (const Pass* pass : pipeline)
    if (std::ranges::find(disabled, pass->name) == disabled.end() &&
        (pass != &pass::mixed_precision || precision == Precision::bf16))
      chosen.push_back(pass);
  return chosen;
}

}  // namespace weft
