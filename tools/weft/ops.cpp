#include "ops/ops.h"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "graph/base/joined.h"
#include "tools/inspect/op_page.h"
#include "tools/inspect/table.h"
#include "tools/weft/commands.h"
#include "tools/weft/output.h"

namespace weft::tool {

using namespace inspect;

namespace {

struct OpsOptions {
  std::string name;
  std::string markdown;
};

std::string table_of_ops() {
  Table table({"family", "op", "operands", "what it computes"}, "llll");
  for (const std::string_view family : op_families())
    for (const Op* op : all_ops().ops())
      if (op->family == family)
        table.add({std::string(family), std::string(op->name), joined(op->operands, ", "), std::string(op->summary)});
  return table.to_string();
}

void write_pages(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  require(!error, "cannot make the folder '{}': {}", folder.string(), error.message());
  for (const std::string_view family : op_families())
    write_output((folder / fmt::format("{}.md", family)).string(), family_page(family));
  write_output((folder / "README.md").string(), index_page());
}

void show(const OpsOptions& options) {
  if (!options.markdown.empty()) return write_pages(options.markdown);
  write_output("", options.name.empty() ? table_of_ops() : op_section(all_ops().get(options.name)));
}

}  // namespace

void add_ops(Program& program) {
  const Command command = program.command("ops", "List the ops, or explain one");
  const auto options = std::make_shared<OpsOptions>();
  Option name = command.option("name", options->name, "The op to explain").value("NAME");
  command
      .option("--markdown", options->markdown, "Write the documentation's pages, one a family, into a folder instead")
      .value("FOLDER")
      .excludes(name);
  command.footer(
      "Examples:\n"
      "  weft ops\n"
      "  weft ops matmul\n"
      "  weft ops --markdown docs/ops");
  command.action([options] { show(*options); });
}

}  // namespace weft::tool
