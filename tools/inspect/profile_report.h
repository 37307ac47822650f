#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/runtime/profile.h"
#include "tools/inspect/machine.h"

namespace weft::inspect {

/// What the runs of executions cost: by kind of kernel and by node, against what the machine can do.
class ProfileReport {
 public:
  /// Adds what an execution's kernels have cost. Nodes of one name in several executions (the shapes of a batch) are one.
  void add(const Profiler& profiler);
  /// How many runs were profiled, and how long they took together.
  void set_runs(std::uint64_t runs, double seconds);

  /// Tables for people: kinds, then nodes, the longest first; at most `most_nodes` of them (0: all).
  std::string to_text(const Roofline& roofline, std::size_t most_nodes) const;
  /// All of it: {"runs", "seconds", "roofline", "kinds": [...], "nodes": [...]}.
  std::string to_json(const Roofline& roofline) const;
  /// The kinds under the machine's roofs (roofline_picture.h), as SVG.
  std::string to_picture(const Roofline& roofline, std::string_view title) const;

 private:
  struct Row {
    std::string name;
    std::string kind;
    std::string scope;
    std::uint64_t calls = 0;
    double seconds = 0;
    double flops = 0;  ///< of all calls
    double bytes = 0;
  };

  static std::vector<Row> sorted(std::vector<Row> rows);
  std::vector<Row> kinds() const;
  std::vector<Row> nodes() const;
  double kernel_seconds() const;
  std::string table_of(const std::vector<Row>& rows, std::size_t most, const std::string& title,
                       const Roofline& roofline) const;

  std::map<std::pair<std::string, std::string>, Row> nodes_;  // by name and kind
  std::uint64_t runs_ = 0;
  double seconds_ = 0;
};

}  // namespace weft::inspect
