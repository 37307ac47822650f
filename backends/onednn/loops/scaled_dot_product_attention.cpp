#include <limits>
#include <optional>

#include "backends/onednn/dispatch.h"
#include "backends/onednn/kernels.h"
#include "backends/onednn/loops/dropout.h"
#include "backends/onednn/loops/tile_product.h"
#include "backends/onednn/loops/vector_math.h"
#include "backends/onednn/parallel.h"
#include "backends/runtime/random_numbers.h"
#include "ops/attention/attention_form.h"

// FlashAttention-2 (Dao, arXiv:2307.08691) on a processor: scores exist as tiles of 64 queries by 64 keys, in cache.
//
// Forward, a block of queries passes over the tiles of its keys: the largest score and the sum of exponentials so far
// are kept for each query, and what has been added up of y is scaled down when a larger score comes. Backward, a tile of
// keys passes over the blocks of queries, and the weights are made again from the logarithms of their sums: d_key and
// d_value of the tile are added up in place, d_query over the tiles in their order. Where there are few matrices, their
// tiles of keys are divided into groups, each with a d_query of its own; what the groups are depends on the shape alone.
//
// Products run over rows of the operands as they are, but for keys (and values, backward), which are transposed tile
// by tile before; forward, only when there are queries enough for it.

namespace weft::onednn {
namespace {

constexpr std::int64_t tile = most_tile_rows;
/// Scores are looked at so many at a time; a row of a tile is padded to a multiple.
constexpr std::int64_t vector = 16;
/// From so many queries on, keys are transposed for them.
constexpr std::int64_t worth_transposing = 8;
constexpr float masked_out = -std::numeric_limits<float>::infinity();
/// The multiplications that take as long as moving an element, for the choice of threads.
constexpr std::int64_t score_products_per_element = 16;
/// Backward, so many parts of the work there are at least, if there are tiles enough.
constexpr std::int64_t least_parts = 16;

constexpr std::int64_t tiles_of(std::int64_t rows) { return (rows + tile - 1) / tile; }

/// Some queries and keys of one matrix of the batch.
struct ScoreTile {
  std::int64_t matrix;
  std::int64_t first_query;
  std::int64_t queries;
  std::int64_t first_key;
  std::int64_t keys;
};

/// Queries, or keys, for which the limits of a causal attention are taken as one.
constexpr std::int64_t strip = 16;

/// Calls body(first, queries, keys) for strips of the tile's queries and the keys that these may attend to: in products,
/// nothing needs to be done with others. One strip is the whole tile unless order limits it.
template <typename Body>
void for_query_strips(const ScoreTile& at, bool causal, const Body& body) {
  const std::int64_t before = at.first_query - at.first_key;  // keys that come before the first query
  if (!causal || before + 1 >= at.keys) return body(std::int64_t{0}, at.queries, at.keys);
  for (std::int64_t first = 0; first < at.queries; first += strip) {
    const std::int64_t queries = std::min(strip, at.queries - first);
    const std::int64_t keys = std::min(before + first + queries, at.keys);
    if (keys > 0) body(first, queries, keys);
  }
}

/// Calls body(first, keys, query) for strips of the tile's keys and the first query that may attend to one of them.
template <typename Body>
void for_key_strips(const ScoreTile& at, bool causal, const Body& body) {
  const std::int64_t before = at.first_query - at.first_key;
  if (!causal || before + 1 >= at.keys) return body(std::int64_t{0}, at.keys, std::int64_t{0});
  for (std::int64_t first = 0; first < at.keys; first += strip) {
    const std::int64_t query = std::max(first - before, std::int64_t{0});
    if (query < at.queries) body(first, std::min(strip, at.keys - first), query);
  }
}

/// Where the queries of a tile attend to its keys, and what is added to their scores.
struct TileMask {
  std::int64_t causal_keys;  ///< up to this one and the query's index, when causal: may be negative
  bool causal;
  const std::uint8_t* within;  ///< nullptr: everywhere
  const float* added;          ///< nullptr: nothing
  std::int64_t row;            ///< between queries
  bool by_key;                 ///< whether it differs between keys
};

/// Dropout of the weights of a tile.
struct TileDropout {
  NodeDraws::OfStep draws;
  DropoutRate rate;
  std::int64_t first;  ///< the place of the tile's first score
  std::int64_t row;    ///< between queries
};

/// How many keys the query may attend to, as far as order and a mask that is one for all keys go.
WEFT_INLINE std::int64_t key_count(const TileMask& mask, std::int64_t query, std::int64_t keys) {
  if (!mask.by_key && mask.within != nullptr && mask.within[query * mask.row] == 0) return 0;
  if (!mask.by_key && mask.added != nullptr && mask.added[query * mask.row] == masked_out) return 0;
  return mask.causal ? std::clamp<std::int64_t>(mask.causal_keys + query + 1, 0, keys) : keys;
}

/// Applies the mask to the scores of one query; those of keys that it does not attend to become -inf, up to a whole
/// vector. Returns how many vectors there are.
WEFT_INLINE std::int64_t mask_row(const TileMask& mask, std::int64_t query, std::int64_t keys, float* scores) {
  const std::int64_t count = key_count(mask, query, keys);
  const std::int64_t vectors = (count + vector - 1) / vector;
  if (mask.within != nullptr && mask.by_key) {
    const std::uint8_t* within = mask.within + query * mask.row;
#pragma omp simd
    for (std::int64_t key = 0; key < count; ++key) scores[key] = within[key] != 0 ? scores[key] : masked_out;
  } else if (mask.added != nullptr && mask.by_key) {
    const float* added = mask.added + query * mask.row;
#pragma omp simd
    for (std::int64_t key = 0; key < count; ++key)
      scores[key] = added[key] == masked_out ? masked_out : scores[key] + added[key];
  } else if (mask.added != nullptr) {
    const float added = mask.added[query * mask.row];
#pragma omp simd
    for (std::int64_t key = 0; key < count; ++key) scores[key] += added;
  }
  for (std::int64_t key = count; key < vectors * vector; ++key) scores[key] = masked_out;
  return vectors;
}

WEFT_INLINE float kept(const TileDropout& dropout, std::int64_t first, std::int64_t key) {
  return vmath::dropped(1.0F, dropout.draws.bits(first + key), dropout.rate);
}

/// What is known of a block of queries so far. The sums of exponentials are of every `vector`-th key.
struct Progress {
  float max[tile];
  alignas(64) float sums[tile * vector];
};

/// Combines a vector in a tree.
template <typename Combine>
WEFT_INLINE float across(float* x, Combine combine) {
#pragma GCC unroll 4
  for (std::int64_t width = vector / 2; width > 0; width /= 2) {
#pragma omp simd
    for (std::int64_t i = 0; i < width; ++i) x[i] = combine(x[i], x[i + width]);
  }
  return x[0];
}

/// The larger one, in one instruction; a NaN may be lost. It is found again in the weights.
struct Larger {
  WEFT_INLINE float operator()(float a, float b) const { return a > b ? a : b; }
};

/// Makes the weights of a tile from its scores, relative to the largest ones so far, to which y is brought, too.
WEFT_VECTORISED void weigh(const ScoreTile& at, const TileMask& mask, const TileDropout* dropout, float* scores,
                           Progress& progress, float* y, std::int64_t units) {
  for (std::int64_t query = 0; query < at.queries; ++query) {
    float* row = scores + query * tile;
    const std::int64_t vectors = mask_row(mask, query, at.keys, row);
    float largest[vector];
    for (std::int64_t i = 0; i < vector; ++i) largest[i] = masked_out;
    for (std::int64_t first = 0; first < vectors * vector; first += vector) {
#pragma omp simd
      for (std::int64_t i = 0; i < vector; ++i) largest[i] = Larger{}(row[first + i], largest[i]);
    }
    const float before = progress.max[query];
    const float max = Larger{}(across(largest, Larger{}), before);
    // Where nothing is attended to so far, all weights are 0.
    const float from = max == masked_out ? 0.0F : max;
    float* sums = progress.sums + query * vector;
    progress.max[query] = max;
    // So far, sums and y are 0 where nothing was attended to.
    if (max != before && before != masked_out) {
      const float scale = vmath::exp(before - from);
#pragma omp simd
      for (std::int64_t i = 0; i < vector; ++i) sums[i] *= scale;
      float* of_query = y + query * units;
#pragma omp simd
      for (std::int64_t u = 0; u < units; ++u) of_query[u] *= scale;
    }
    float added[vector];
#pragma omp simd
    for (std::int64_t i = 0; i < vector; ++i) added[i] = sums[i];
    for (std::int64_t first = 0; first < vectors * vector; first += vector) {
#pragma omp simd
      for (std::int64_t i = 0; i < vector; ++i) {
        const float weight = vmath::exp(row[first + i] - from);
        row[first + i] = weight;
        added[i] += weight;
      }
    }
#pragma omp simd
    for (std::int64_t i = 0; i < vector; ++i) sums[i] = added[i];
    for (std::int64_t key = vectors * vector; key < at.keys; ++key) row[key] = 0.0F;
    if (dropout == nullptr) continue;
    const std::int64_t first = dropout->first + query * dropout->row;
#pragma omp simd
    for (std::int64_t key = 0; key < at.keys; ++key) row[key] *= kept(*dropout, first, key);
  }
}

/// The scores of a tile of few queries, for which keys are not worth being transposed.
WEFT_VECTORISED void score_rows(const ScoreTile& at, const float* query, const float* key, std::int64_t units,
                                float scale, float* scores) {
  for (std::int64_t q = 0; q < at.queries; ++q)
    for (std::int64_t k = 0; k < at.keys; ++k) {
      const float* a = query + q * units;
      const float* b = key + k * units;
      float partial[vector] = {};
      std::int64_t first = 0;
      for (; first + vector <= units; first += vector) {
#pragma omp simd
        for (std::int64_t i = 0; i < vector; ++i) partial[i] = std::fma(a[first + i], b[first + i], partial[i]);
      }
      for (std::int64_t i = 0; i < units - first; ++i) partial[i] = std::fma(a[first + i], b[first + i], partial[i]);
      scores[q * tile + k] = scale * across(partial, Sum{});
    }
}

/// Divides y by the sums, and gives their logarithms.
WEFT_VECTORISED void finish(std::int64_t queries, Progress& progress, float* y, std::int64_t units, float* log_sums) {
  for (std::int64_t query = 0; query < queries; ++query) {
    const float sum = across(progress.sums + query * vector, Sum{});
    log_sums[query] = progress.max[query] + vmath::log(sum);
    const float inverse = sum == 0.0F ? 0.0F : 1.0F / sum;
    float* of_query = y + query * units;
#pragma omp simd
    for (std::int64_t u = 0; u < units; ++u) of_query[u] *= inverse;
  }
}

/// From a tile's scores and its weights' cotangents: what y is made with, in place of the scores, and the cotangents of
/// the products of query and key, but for their scale.
WEFT_VECTORISED void weigh_again(const ScoreTile& at, const TileMask& mask, const TileDropout* dropout,
                                 const float* log_sums, const float* taken, float* scores, float* cotangents) {
  for (std::int64_t query = 0; query < at.queries; ++query) {
    float* row = scores + query * tile;
    float* d_row = cotangents + query * tile;
    const std::int64_t vectors = mask_row(mask, query, at.keys, row);
    // A query that attends to nothing: all its scores are -inf, too.
    const float log_sum = log_sums[query] == masked_out ? 0.0F : log_sums[query];
    const float less = taken[query];
    for (std::int64_t first = 0; first < vectors * vector; first += vector) {
      if (dropout == nullptr) {
#pragma omp simd
        for (std::int64_t i = first; i < first + vector; ++i) {
          row[i] = vmath::exp(row[i] - log_sum);
          d_row[i] = row[i] * (d_row[i] - less);
        }
      } else {
        const std::int64_t place = dropout->first + query * dropout->row;
#pragma omp simd
        for (std::int64_t i = first; i < first + vector; ++i) {
          const float weight = vmath::exp(row[i] - log_sum);
          const float scale = kept(*dropout, place, i);
          row[i] = weight * scale;
          d_row[i] = weight * (d_row[i] * scale - less);
        }
      }
    }
    for (std::int64_t key = vectors * vector; key < at.keys; ++key) row[key] = d_row[key] = 0.0F;
  }
}

WEFT_VECTORISED void scale_by(float factor, float* x, std::int64_t count) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) x[i] *= factor;
}

/// y = factor times the sum of parts x, which are `pitch` apart.
WEFT_VECTORISED void add_query_parts(const float* x, std::int64_t parts, std::int64_t pitch, float factor, float* y,
                                     Range range) {
  for (std::int64_t part = 0; part < parts; ++part) {
    const float* of_part = x + part * pitch;
    const float scale = part + 1 == parts ? factor : 1.0F;
#pragma omp simd
    for (std::int64_t i = range.first; i < range.last; ++i) y[i] = ((part == 0 ? 0.0F : y[i]) + of_part[i]) * scale;
  }
}

/// Matrices [rows, units], transposed tile by tile of rows: a tile is [units, its rows], with zeros up to a multiple of
/// a vector.
class TransposedTiles {
 public:
  TransposedTiles(std::int64_t batch, std::int64_t rows, std::int64_t units)
      : batch_(batch), rows_(rows), units_(units), padded_rows_((rows + vector - 1) / vector * vector) {}

  std::int64_t size() const { return batch_ * padded_rows_ * units_; }
  /// The columns of the tile that begins with that row.
  std::int64_t columns(std::int64_t first_row) const { return std::min(tile, padded_rows_ - first_row); }
  const float* at(const float* tiles, std::int64_t matrix, std::int64_t first_row) const {
    return tiles + (matrix * padded_rows_ + first_row) * units_;
  }

  void make(const float* x, float factor, float* tiles) const {
    const std::int64_t per_matrix = tiles_of(rows_);
    parallel_for(batch_ * per_matrix, std::min(tile, rows_) * units_, [&](Range range) {
      for (std::int64_t i = range.first; i < range.last; ++i) {
        const std::int64_t matrix = i / per_matrix;
        const std::int64_t row = i % per_matrix * tile;
        transpose(x + (matrix * rows_ + row) * units_, std::min(tile, rows_ - row), columns(row), factor,
                  tiles + (matrix * padded_rows_ + row) * units_);
      }
    });
  }

 private:
  void transpose(const float* x, std::int64_t rows, std::int64_t columns, float factor, float* y) const {
    for (std::int64_t u = 0; u < units_; ++u) {
      for (std::int64_t row = 0; row < rows; ++row) y[u * columns + row] = x[row * units_ + u] * factor;
      std::fill(y + u * columns + rows, y + (u + 1) * columns, 0.0F);
    }
  }

  std::int64_t batch_;
  std::int64_t rows_;
  std::int64_t units_;
  std::int64_t padded_rows_;
};

/// What forward and backward share: a node's extents, its mask and its dropout.
class AttentionTiles {
 public:
  AttentionTiles(const KernelSpec& spec, std::size_t fixed)
      : form_(spec.operands, spec.node.attributes, fixed),
        draws_(spec.node.attributes, NodeDraws::Steps::keyed),
        keys_(form_.batch, form_.keys, form_.units) {
    if (!form_.mask) return;
    const TensorType& mask = spec.operands[*form_.mask];
    mask_shape_ = mask.shape;
    boolean_mask_ = mask.dtype == DType::boolean;
    mask_by_key_ = mask.shape.rank() > 0 && mask.shape[-1] != 1;
    if (mask.shape.rank() > 1 && mask.shape[-2] != 1) mask_row_ = mask.shape[-1];
  }

  const AttentionForm& form() const { return form_; }
  const TransposedTiles& keys() const { return keys_; }
  std::int64_t work() const {
    return form_.batch * form_.queries * form_.keys *
           (1 + (form_.units + form_.value_units) / score_products_per_element);
  }

  TileMask mask(const KernelBuffers& buffers, const ScoreTile& at) const {
    TileMask mask{.causal_keys = at.first_query - at.first_key,
                  .causal = form_.causal,
                  .within = nullptr,
                  .added = nullptr,
                  .row = mask_row_,
                  .by_key = mask_by_key_};
    if (!form_.mask) return mask;
    const std::int64_t first =
        mask_of(at.matrix) + at.first_query * mask_row_ + (mask_by_key_ ? at.first_key : std::int64_t{0});
    if (boolean_mask_)
      mask.within = buffers.operand<std::uint8_t>(*form_.mask) + first;
    else
      mask.added = buffers.operand<float>(*form_.mask) + first;
    return mask;
  }

  std::optional<TileDropout> dropout(const KernelBuffers& buffers, const ScoreTile& at) const {
    if (!form_.step) return std::nullopt;
    return TileDropout{.draws = draws_.of_step(*buffers.operand<std::int32_t>(*form_.step)),
                       .rate = DropoutRate(form_.rate),
                       .first = (at.matrix * form_.queries + at.first_query) * form_.keys + at.first_key,
                       .row = form_.keys};
  }

  /// The tile's scores, or their like, as far as order allows them: rows of a [queries, units] by transposed rows of the
  /// keys' operand.
  void products(const ScoreTile& at, const float* rows, std::int64_t units, const TransposedTiles& transposed,
                const float* tiles, float* products) const {
    const std::int64_t columns = transposed.columns(at.first_key);
    for_query_strips(at, form_.causal, [&](std::int64_t first, std::int64_t queries, std::int64_t keys) {
      tile_product({.rows = queries,
                    .columns = std::min((keys + vector - 1) / vector * vector, columns),
                    .depth = units,
                    .a = rows + first * units,
                    .a_row = units,
                    .a_step = 1,
                    .b = transposed.at(tiles, at.matrix, at.first_key),
                    .b_row = columns,
                    .c = products + first * tile,
                    .c_row = tile},
                   false);
    });
  }

  /// c [queries, units] += the tile [queries, keys] times b [keys, units].
  void add_product(const ScoreTile& at, const float* of_tile, const float* b, std::int64_t units, float* c) const {
    for_query_strips(at, form_.causal, [&](std::int64_t first, std::int64_t queries, std::int64_t keys) {
      tile_product({.rows = queries,
                    .columns = units,
                    .depth = keys,
                    .a = of_tile + first * tile,
                    .a_row = tile,
                    .a_step = 1,
                    .b = b,
                    .b_row = units,
                    .c = c + first * units,
                    .c_row = units},
                   true);
    });
  }

  /// c [keys, units] += the tile, transposed, times b [queries, units].
  void add_transposed(const ScoreTile& at, const float* of_tile, const float* b, std::int64_t units, float* c) const {
    for_key_strips(at, form_.causal, [&](std::int64_t first, std::int64_t keys, std::int64_t query) {
      tile_product({.rows = keys,
                    .columns = units,
                    .depth = at.queries - query,
                    .a = of_tile + query * tile + first,
                    .a_row = 1,
                    .a_step = tile,
                    .b = b + query * units,
                    .b_row = units,
                    .c = c + first * units,
                    .c_row = units},
                   true);
    });
  }

 private:
  /// Where in the mask a matrix of the batch begins.
  std::int64_t mask_of(std::int64_t matrix) const {
    std::int64_t at = 0;
    std::int64_t stride = mask_shape_.volume_between(mask_shape_.rank() - std::min<std::size_t>(mask_shape_.rank(), 2),
                                                     mask_shape_.rank());
    for (std::size_t back = 3; back <= mask_shape_.rank(); ++back) {
      const std::int64_t extent = mask_shape_.extents()[mask_shape_.rank() - back];
      const std::int64_t of_scores = form_.scores.extents()[form_.scores.rank() - back];
      at += (extent == 1 ? 0 : matrix % of_scores) * stride;
      stride *= extent;
      matrix /= of_scores;
    }
    return at;
  }

  AttentionForm form_;
  NodeDraws draws_;
  TransposedTiles keys_;
  Shape mask_shape_;
  bool boolean_mask_ = false;
  bool mask_by_key_ = false;
  std::int64_t mask_row_ = 0;
};

/// y and the logarithms of the sums of one block of queries.
void attend(const AttentionTiles& tiles, const KernelBuffers& buffers, std::int64_t matrix, std::int64_t first_query) {
  const AttentionForm& form = tiles.form();
  const std::int64_t queries = std::min(tile, form.queries - first_query);
  const std::int64_t row = matrix * form.queries + first_query;
  const float* query = buffers.operand<float>(0) + row * form.units;
  const float* value = buffers.operand<float>(2) + matrix * form.keys * form.value_units;
  float* y = buffers.result<float>(0) + row * form.value_units;
  const std::int64_t keys = form.causal ? std::min(form.keys, first_query + queries) : form.keys;

  alignas(64) float scores[tile * tile];
  Progress progress;
  std::fill_n(progress.max, tile, masked_out);
  std::fill_n(progress.sums, tile * vector, 0.0F);
  std::fill_n(y, queries * form.value_units, 0.0F);
  for (std::int64_t first_key = 0; first_key < keys; first_key += tile) {
    const ScoreTile at{matrix, first_query, queries, first_key, std::min(tile, form.keys - first_key)};
    const std::optional<TileDropout> dropout = tiles.dropout(buffers, at);
    if (form.queries < worth_transposing)
      score_rows(at, query, buffers.operand<float>(1) + (matrix * form.keys + first_key) * form.units, form.units,
                 static_cast<float>(form.scale), scores);
    else
      tiles.products(at, query, form.units, tiles.keys(), static_cast<const float*>(buffers.scratch), scores);
    weigh(at, tiles.mask(buffers, at), dropout ? &*dropout : nullptr, scores, progress, y, form.value_units);
    tiles.add_product(at, scores, value + first_key * form.value_units, form.value_units, y);
  }
  finish(queries, progress, y, form.value_units, buffers.result<float>(1) + row);
}

/// Backward.
class AttentionGradient {
 public:
  explicit AttentionGradient(const KernelSpec& spec)
      : tiles_(spec, AttentionForm::fixed_backward),
        values_(tiles_.form().batch, tiles_.form().keys, tiles_.form().value_units),
        groups_(std::clamp<std::int64_t>((least_parts + tiles_.form().batch - 1) / tiles_.form().batch, 1,
                                         tiles_of(tiles_.form().keys))) {}

  std::size_t scratch_bytes() const {
    const std::int64_t parts = groups_ == 1 ? 0 : groups_ * query_size();
    return static_cast<std::size_t>(tiles_.keys().size() + values_.size() + parts) * sizeof(float);
  }

  void run(const KernelBuffers& buffers) const {
    const AttentionForm& form = tiles_.form();
    auto* keys = static_cast<float*>(buffers.scratch);
    float* values = keys + tiles_.keys().size();
    float* parts = groups_ == 1 ? buffers.result<float>(0) : values + values_.size();
    const auto scale = static_cast<float>(form.scale);
    tiles_.keys().make(buffers.operand<float>(1), scale, keys);
    values_.make(buffers.operand<float>(2), 1.0F, values);
    parallel_region(2 * tiles_.work(), [&](const ThreadShare& share) {
      for (std::int64_t i = share.thread; i < form.batch * groups_; i += share.threads)
        differentiate(buffers, keys, values, i / groups_, i % groups_, parts + i % groups_ * query_size());
    });
    if (groups_ == 1) return;
    parallel_elements(query_size(), [&](Range range) {
      add_query_parts(parts, groups_, query_size(), scale, buffers.result<float>(0), range);
    });
  }

 private:
  std::int64_t query_size() const { return tiles_.form().batch * tiles_.form().queries * tiles_.form().units; }

  /// The tiles of keys of one group of one matrix.
  void differentiate(const KernelBuffers& buffers, const float* keys, const float* values, std::int64_t matrix,
                     std::int64_t group, float* d_queries) const {
    const AttentionForm& form = tiles_.form();
    const std::int64_t count = tiles_of(form.keys);
    float* d_query = d_queries + matrix * form.queries * form.units;
    std::fill_n(d_query, form.queries * form.units, 0.0F);
    for (std::int64_t i = count * group / groups_; i < count * (group + 1) / groups_; ++i) {
      const std::int64_t key = matrix * form.keys + i * tile;
      ScoreTile at{matrix, 0, 0, i * tile, std::min(tile, form.keys - i * tile)};
      float* d_key = buffers.result<float>(1) + key * form.units;
      float* d_value = buffers.result<float>(2) + key * form.value_units;
      std::fill_n(d_key, at.keys * form.units, 0.0F);
      std::fill_n(d_value, at.keys * form.value_units, 0.0F);
      // Queries before the tile attend to none of its keys.
      for (at.first_query = form.causal ? at.first_key : 0; at.first_query < form.queries; at.first_query += tile) {
        at.queries = std::min(tile, form.queries - at.first_query);
        add_tile(buffers, at, keys, values, d_query + at.first_query * form.units, d_key, d_value);
      }
      scale_by(static_cast<float>(form.scale), d_key, at.keys * form.units);
    }
    if (groups_ == 1) scale_by(static_cast<float>(form.scale), d_query, form.queries * form.units);
  }

  void add_tile(const KernelBuffers& buffers, const ScoreTile& at, const float* keys, const float* values,
                float* d_query, float* d_key, float* d_value) const {
    const AttentionForm& form = tiles_.form();
    const std::int64_t row = at.matrix * form.queries + at.first_query;
    const float* query = buffers.operand<float>(0) + row * form.units;
    const float* key = buffers.operand<float>(1) + (at.matrix * form.keys + at.first_key) * form.units;
    const float* cotangent = buffers.operand<float>(5) + row * form.value_units;

    alignas(64) float weights[tile * tile];
    alignas(64) float cotangents[tile * tile];
    const std::optional<TileDropout> dropout = tiles_.dropout(buffers, at);
    tiles_.products(at, query, form.units, tiles_.keys(), keys, weights);
    tiles_.products(at, cotangent, form.value_units, values_, values, cotangents);
    weigh_again(at, tiles_.mask(buffers, at), dropout ? &*dropout : nullptr, buffers.operand<float>(3) + row,
                buffers.operand<float>(4) + row, weights, cotangents);
    tiles_.add_transposed(at, weights, cotangent, form.value_units, d_value);
    tiles_.add_transposed(at, cotangents, query, form.units, d_key);
    tiles_.add_product(at, cotangents, key, form.units, d_query);
  }

  AttentionTiles tiles_;
  TransposedTiles values_;
  std::int64_t groups_;
};

}  // namespace

Kernel scaled_dot_product_attention(const KernelSpec& spec) {
  require_f32(spec);
  const AttentionTiles tiles(spec, AttentionForm::fixed_forward);
  return {[tiles](const KernelBuffers& buffers) {
            const AttentionForm& form = tiles.form();
            if (form.queries >= worth_transposing)
              tiles.keys().make(buffers.operand<float>(1), static_cast<float>(form.scale),
                                static_cast<float*>(buffers.scratch));
            const std::int64_t blocks = tiles_of(form.queries);
            // In turn: of a causal attention, late blocks have more to do.
            parallel_region(tiles.work(), [&](const ThreadShare& share) {
              for (std::int64_t i = share.thread; i < form.batch * blocks; i += share.threads)
                attend(tiles, buffers, i / blocks, i % blocks * tile);
            });
          },
          tiles.form().queries < worth_transposing ? 0 : static_cast<std::size_t>(tiles.keys().size()) * sizeof(float),
          "tiles"};
}

Kernel scaled_dot_product_attention_gradient(const KernelSpec& spec) {
  require_f32(spec);
  const AttentionGradient gradient(spec);
  return {[gradient](const KernelBuffers& buffers) { gradient.run(buffers); }, gradient.scratch_bytes(), "tiles"};
}

}  // namespace weft::onednn
