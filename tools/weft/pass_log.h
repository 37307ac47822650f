#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "passes/pass.h"

namespace weft::tool {

/// Which graphs to print while passes run, and where.
struct PassPrinting {
  std::vector<std::string> before;  ///< names of passes, or their numbers from 1; "all"
  std::vector<std::string> after;   ///< likewise
  bool changed = false;             ///< after every pass that changes the graph
  std::string folder;               ///< a file a graph: 03_simplify_after.weft; empty: standard error
  std::string format = "text";
};

/// Throws Error for a name that no pass has.
void require_known_passes(const PassPrinting& printing);

/// What passes did, one after another: prints graphs while they run, and has a table at the end.
class PassLog {
 public:
  explicit PassLog(PassPrinting printing) : printing_(std::move(printing)) {}

  /// Sees every pass. This object must outlive it.
  PassObserver observer();
  /// What each pass took, and how many nodes it made and removed.
  std::string table() const;

 private:
  struct Entry {
    std::string_view pass;
    bool changed = false;
    std::size_t nodes = 0;
    std::size_t added = 0;
    std::size_t removed = 0;
    double seconds = 0.0;
  };

  void before(const Pass& pass, const Graph& graph);
  void after(const Pass& pass, const Graph& graph, bool changed, double seconds);
  void print(const Graph& graph, std::string_view when, std::string_view remark) const;

  PassPrinting printing_;
  std::vector<Entry> entries_;
  std::size_t nodes_before_ = 0;
  std::uint32_t bound_before_ = 0;
};

}  // namespace weft::tool
