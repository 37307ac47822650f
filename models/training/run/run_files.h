#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace weft {

// What the files of a run directory have in common. Every function throws Error that names the path.

/// Makes the folder of a run. Returns whether it was missing.
bool make_run_folder(const std::filesystem::path& folder);

void remove_file(const std::filesystem::path& path);

/// Removes what writers that were killed have left: whole-or-nothing files (FileWriter) that never got their name, if
/// that is the name of a file of the run.
void remove_unfinished(const std::filesystem::path& folder, const std::function<bool(const std::string&)>& is_of_run);

/// Appends in one write at the end of the file, so that lines of two writers never mix. A line that an interrupted
/// writer left unfinished is ended first.
void append_line(const std::filesystem::path& path, std::string_view text);

}  // namespace weft
