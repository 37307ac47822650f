#pragma once

#include <functional>
#include <map>
#include <string>

namespace weft::inspect {

/// What one run of the node costs, as a profile tells.
struct NodeTime {
  std::string kind;  ///< what runs it
  double seconds = 0;
};
using NodeTimes = std::map<std::string, NodeTime, std::less<>>;  // by the node's name

/// Reads the JSON of a profile: {"runs": 10, "nodes": [{"node": "decoder/step3/dense", "kind": "sgemm",
/// "seconds": 0.02}, ...]}, the seconds of all runs. Throws Error that names the file when it is none.
NodeTimes load_node_times(const std::string& path);

}  // namespace weft::inspect
