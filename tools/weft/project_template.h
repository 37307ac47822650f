#pragma once

#include <string_view>
#include <vector>

namespace weft::tool {

/// A file of a project that `weft new` makes. Where its text says "my_model", the project's name is to stand.
struct TemplateFile {
  std::string_view name;
  std::string_view content;
};
/// All of them: the files of tools/weft/template/.
std::vector<TemplateFile> template_files();

}  // namespace weft::tool
