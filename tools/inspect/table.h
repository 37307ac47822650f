#pragma once

#include <string>
#include <vector>

namespace weft::inspect {

/// Rows of text in columns, for people: each column as wide as its widest cell, numbers at the right.
class Table {
 public:
  /// `alignment`: a letter a column, 'l' for left and 'r' for right.
  Table(std::vector<std::string> header, std::string alignment);

  /// Throws InternalError when the number of cells is not that of the columns.
  void add(std::vector<std::string> row);
  bool empty() const { return rows_.size() == 1; }
  /// The header and the rows, a line each.
  std::string to_string() const;

 private:
  std::string alignment_;
  std::vector<std::vector<std::string>> rows_;  // the first is the header
};

}  // namespace weft::inspect
