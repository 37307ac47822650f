#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <string>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "tools/weft/commands.h"
#include "tools/weft/output.h"
#include "tools/weft/project_template.h"

namespace weft::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view placeholder = "my_model";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// What CMake takes for the name of a project and of a target. Words of its own are no such names: "test" runs the tests.
void require_target_name(const std::string& name) {
  const auto allowed = [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  require(!name.empty() && is_letter(name.front()) && std::ranges::all_of(name, allowed),
          "'{}' is no name for a project: a letter is needed, and then letters, digits, '_' or '-'", name);
  constexpr std::array words{"all",  "clean",   "depend",  "edit_cache",    "help",           "install",
                             "list", "package", "rebuild", "rebuild_cache", "package_source", "test"};
  require(std::ranges::find(words, name) == words.end(),
          "'{}' is no name for a project: CMake has a target of that name", name);
}

/// The folder is there, and empty.
void make_folder(const fs::path& folder) {
  std::error_code error;
  require(!fs::exists(folder, error) || (fs::is_directory(folder, error) && fs::is_empty(folder, error)),
          "'{}' exists and is no empty folder: name a new one", folder.string());
  fs::create_directories(folder, error);
  require(!error, "cannot make the folder '{}': {}", folder.string(), error.message());
}

std::string with_name(std::string_view text, std::string_view name) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(text.find(placeholder, at), text.size());
    result += text.substr(at, next - at);
    if (next < text.size()) result += name;
    at = next + placeholder.size();
  }
  return result;
}

void make_project(const std::string& directory) {
  const fs::path folder = directory;
  const fs::path whole = fs::absolute(folder).lexically_normal();
  const std::string name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  require_target_name(name);
  make_folder(folder);
  for (const TemplateFile& file : template_files())
    write_file(folder / (file.name == "gitignore" ? ".gitignore" : file.name), with_name(file.content, name));
  write_output(
      "", fmt::format("{0} is a model that learns to tell spirals apart; make it yours. Build, train, test:\n"
                      "  cd {1}\n"
                      "  cmake -B build          # -DCMAKE_PREFIX_PATH=... if Weft is not installed where CMake looks\n"
                      "  cmake --build build\n"
                      "  build/{0}\n"
                      "  ctest --test-dir build\n",
                      name, directory));
}

}  // namespace

void add_new(Program& program) {
  const Command command = program.command("new", "Begin a project: a model with its training and a test");
  const auto directory = std::make_shared<std::string>();
  command.option("directory", *directory, "The folder to make, whose name is the project's")
      .value("DIRECTORY")
      .required();
  command.footer(
      "The project is built by CMake against an installed Weft, and runs at once: a model, its training with\n"
      "checkpoints, a test and a README.md.\n\n"
      "Examples:\n"
      "  weft new my-model");
  command.action([directory] { make_project(*directory); });
}

}  // namespace weft::tool
