#include "tools/inspect/pass_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "graph/base/quote.h"
#include "tools/inspect/picture_layout.h"
#include "tools/web/page.h"

namespace weft::inspect {
namespace {

constexpr int pitch = 7;  // from square to square
constexpr int side = 5;   // of a square
constexpr int gap = 12;   // between blocks
constexpr int widest = 1130;
constexpr int narrowest = 720;  // has room for the legend
constexpr int letter = 6;       // a title's letters, about
constexpr int title_height = 14;

struct Kind {
  char name;
  std::string_view title;
  std::string_view light;
  std::string_view dark;
};

constexpr std::array kinds{Kind{'m', "product", "#2563c9", "#5b9bff"},
                           Kind{'r', "cell, attention, loss", "#0f8a5f", "#35c78f"},
                           Kind{'e', "arithmetic", "#c77700", "#f0a63c"}, Kind{'s', "moves data", "#7d8590", "#8b949e"},
                           Kind{'u', "update", "#8250df", "#b392f0"}};

char kind_of(const Op& op) {
  if (op.family == "matrix") return 'm';
  if (op.family == "recurrent" || op.family == "attention" || op.family == "loss") return 'r';
  if (op.family == "shape") return 's';
  if (op.family == "update") return 'u';
  return 'e';
}

/// A name from a file as text in SVG.
std::string shown(std::string_view name) { return web::escape(excerpt(name, 60)); }

struct Corner {
  int x = 0;
  int y = 0;
};

/// Blocks side by side, in as many lines as it takes.
std::vector<Corner> corners_of(const std::vector<PictureBlock>& blocks, int& width, int& height) {
  std::vector<Corner> corners;
  Corner next;
  int line = 0;
  for (const PictureBlock& block : blocks) {
    const int wide = std::max(pitch * static_cast<int>(block.columns), letter * static_cast<int>(block.title.size()));
    if (next.x > 0 && next.x + wide > widest) next = {0, next.y + line + gap}, line = 0;
    corners.push_back(next);
    next.x += wide + gap;
    width = std::max(width, next.x);
    line = std::max(line, title_height + pitch * static_cast<int>(block.rows));
  }
  height = next.y + line;
  return corners;
}

class Picture {
 public:
  Picture(const PassHistory& history, std::size_t from, std::size_t to)
      : history_(history),
        from_(from),
        to_(to),
        blocks_(lay_out(history, from, to)),
        corners_(corners_of(blocks_, width_, height_)) {}

  std::string draw() {
    const int panel = height_ + 30;
    const int all = 2 * panel + 22;
    put("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "role=\"img\">\n",
        width_, all);
    put("<title>{}: before and after</title>\n", subject());
    put_style();
    // Its own ground, since the page around it may be light where the system is dark.
    put("<rect class=\"p-b\" width=\"100%\" height=\"100%\" rx=\"6\"/>\n");
    draw_panel(5, true);
    draw_panel(5 + panel, false);
    draw_legend(all - 12);
    put("</svg>\n");
    return std::move(svg_);
  }

 private:
  template <typename... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    svg_ += fmt::format(format, std::forward<Args>(args)...);
  }

  /// Colours come twice, for readers that do not know light-dark().
  void put_colour(std::string_view look, std::string_view property, std::string_view light, std::string_view dark) {
    put(".p-{0}{{{1}:{2};{1}:light-dark({2},{3})}}", look, property, light, dark);
  }

  /// What the picture is about: a pass, or all that lie between two stages.
  std::string subject() const {
    return to_ == from_ + 1 ? std::string(history_.stages[to_].pass->name) : fmt::format("{} passes", to_ - from_);
  }

  void put_style() {
    put("<style>\n:root{{color-scheme:light dark}}.p-t{{font:10.5px sans-serif}}.p-h{{font:bold 12px sans-serif}}");
    put_colour("b", "fill", "#ffffff", "#15171b");
    put_colour("t", "fill", "#1f2328", "#e6edf3");
    put_colour("h", "fill", "#1f2328", "#e6edf3");
    put("\npath{{fill:none;stroke-width:{};stroke-dasharray:{} {}}}", side, side, pitch - side);
    for (const Kind& kind : kinds) put_colour(std::string_view(&kind.name, 1), "stroke", kind.light, kind.dark);
    put_colour("g", "stroke", "#7d8590", "#8b949e");
    put(".p-k{{stroke-opacity:.25}}.p-g{{stroke-opacity:.1}}\n</style>\n");
  }

  void draw_panel(int top, bool before) {
    const StageCost& cost = history_.stages[before ? from_ : to_].cost;
    put("<text class=\"p-h\" x=\"5\" y=\"{}\">{} {}: {} nodes, {} of them products</text>\n", top + 11,
        before ? "before" : "after", subject(), cost.nodes, cost.products);
    std::map<std::string, std::string> paths;  // by look
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const Corner corner{5 + corners_[i].x, top + 20 + corners_[i].y};
      put("<text class=\"p-t\" x=\"{}\" y=\"{}\">{}</text>\n", corner.x, corner.y + 9, shown(blocks_[i].title));
      for (const Run& run : runs_of(blocks_[i], before))
        paths[run.look] += squares(corner.x + pitch * static_cast<int>(run.column),
                                   corner.y + title_height + pitch * static_cast<int>(run.row), run.length);
    }
    for (const auto& [look, path] : paths) put("<path class=\"{}\" d=\"{}\"/>\n", look, path);
  }

  /// Squares side by side that look the same.
  struct Run {
    std::string look;
    std::size_t row = 0;
    std::size_t column = 0;
    int length = 1;
  };

  static std::vector<Run> runs_of(const PictureBlock& block, bool before) {
    std::map<std::pair<std::size_t, std::size_t>, std::string> looks;  // by row and column
    for (const PictureCell& cell : block.cells)
      if (std::string look = look_of(cell, before); !look.empty()) looks[{cell.row, cell.column}] = std::move(look);
    std::vector<Run> runs;
    for (const auto& [place, look] : looks) {
      const auto [row, column] = place;
      if (!runs.empty() && runs.back().look == look && runs.back().row == row &&
          runs.back().column + static_cast<std::size_t>(runs.back().length) == column)
        runs.back().length += 1;
      else
        runs.push_back({look, row, column});
    }
    return runs;
  }

  /// Squares in a row are a thick dashed line, which keeps a picture of thousands of nodes small.
  static std::string squares(int x, int y, int count) {
    return fmt::format("M{} {}.5h{}", x, y + side / 2, pitch * count - (pitch - side));
  }

  /// The classes of a square; empty when it is not there. What the pass removes leaves an empty frame.
  static std::string look_of(const PictureCell& cell, bool before) {
    const char kind = kind_of(*cell.version->op);
    if (cell.before && cell.after) return fmt::format("p-{} p-k", kind);
    if (before) return cell.before ? fmt::format("p-{}", kind) : "";
    return cell.after ? fmt::format("p-{}", kind) : "p-g";
  }

  void draw_legend(int y) {
    int x = 5;
    const auto entry = [&](std::string_view look, std::string_view title) {
      put("<path class=\"{}\" d=\"{}\"/><text class=\"p-t\" x=\"{}\" y=\"{}\">{}</text>\n", look, squares(x, y, 1),
          x + 11, y + 6, title);
      x += 28 + 6 * static_cast<int>(title.size());
    };
    for (const Kind& kind : kinds) entry(fmt::format("p-{}", kind.name), kind.title);
    entry("p-m p-k", "pale: kept");
    entry("p-m", "bright: removed (above), new (below)");
    entry("p-g", "was removed");
  }

  const PassHistory& history_;
  std::size_t from_;
  std::size_t to_;
  std::vector<PictureBlock> blocks_;
  int width_ = narrowest;
  int height_ = 0;
  std::vector<Corner> corners_;
  std::string svg_;
};

}  // namespace

std::string pass_picture(const PassHistory& history, std::size_t from, std::size_t to) {
  return Picture(history, from, to).draw();
}

}  // namespace weft::inspect
