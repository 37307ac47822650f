#include "tools/inspect/node_times.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/json_parse.h"

namespace weft::inspect {

NodeTimes load_node_times(const std::string& path) {
  constexpr std::uint64_t most_bytes = std::uint64_t{256} << 20;
  const std::string text = read_file(path, most_bytes);
  NodeTimes times;
  try {
    const nlohmann::json profile = parse_json(text);
    const double runs = std::max(1.0, profile.at("runs").get<double>());
    for (const nlohmann::json& node : profile.at("nodes")) {
      NodeTime& time = times[node.at("node").get<std::string>()];
      time.kind = node.value("kind", "");
      time.seconds += node.at("seconds").get<double>() / runs;
    }
  } catch (const std::exception& error) {  // the text's, or the library's for what is not there or of another kind
    fail("{}: this is no profile as `weft profile --json` writes it ({})", path, error.what());
  }
  return times;
}

}  // namespace weft::inspect
