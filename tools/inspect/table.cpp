#include "tools/inspect/table.h"

#include <algorithm>

#include "graph/base/error.h"

namespace weft::inspect {
namespace {

std::string padded(const std::string& cell, std::size_t width, char alignment) {
  const std::string blanks(width - cell.size(), ' ');
  return alignment == 'r' ? blanks + cell : cell + blanks;
}

}  // namespace

Table::Table(std::vector<std::string> header, std::string alignment) : alignment_(std::move(alignment)) {
  add(std::move(header));
}

void Table::add(std::vector<std::string> row) {
  check_invariant(row.size() == alignment_.size(), "a row of {} cells in a table of {} columns", row.size(),
                  alignment_.size());
  rows_.push_back(std::move(row));
}

std::string Table::to_string() const {
  std::vector<std::size_t> widths(alignment_.size(), 0);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += (i == 0 ? "" : "  ") + padded(row[i], widths[i], alignment_[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace weft::inspect
