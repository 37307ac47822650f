#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "passes/pass.h"

namespace weft {

// The passes, each in passes/<name>.cpp.
namespace pass {
extern const Pass batch_over_time;
extern const Pass constant_fold;
extern const Pass cse;
extern const Pass data_parallel;
extern const Pass dce;
extern const Pass decompose;
extern const Pass factor_reductions;
extern const Pass factor_sums;
extern const Pass float_normalization;
extern const Pass fuse_clip;
extern const Pass fuse_elementwise;
extern const Pass fuse_embedding;
extern const Pass int8_weights;
extern const Pass join_pads;
extern const Pass layout;
extern const Pass mixed_precision;
extern const Pass recognise;
extern const Pass rematerialise;
extern const Pass shard_updates;
extern const Pass simplify;
extern const Pass split_concat;
extern const Pass split_reduction;
}  // namespace pass

/// Whether compiling can do without the pass: not without decompose and float-normalization, as the backends have no
/// kernels for what these take apart.
bool can_be_left_out(const Pass& pass);

/// What compile() does to a graph, in order, without the passes named in `disabled`. Throws Error for a name that no
/// pass has, and for one that compiling cannot do without.
std::vector<const Pass*> compile_pipeline(std::span<const std::string> disabled = {},
                                          Precision precision = Precision::f32);

}  // namespace weft
