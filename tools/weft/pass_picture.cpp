#include "tools/weft/pass_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "graph/quote.h"
#include "tools/web/page.h"
#include "tools/weft/picture_layout.h"

namespace weft::tool {
namespace {

constexpr int pitch = 7;  // from square to square
constexpr int side = 6;   // of a square
constexpr int gap = 14;   // between blocks
constexpr int width = 860;
constexpr int letter = 5;  // a title's letters, about
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
std::vector<Corner> corners_of(const std::vector<PictureBlock>& blocks, int& height) {
  std::vector<Corner> corners;
  Corner next;
  int line = 0;
  for (const PictureBlock& block : blocks) {
    const int wide = std::max(pitch * static_cast<int>(block.columns), letter * static_cast<int>(block.title.size()));
    if (next.x > 0 && next.x + wide > width) next = {0, next.y + line + gap}, line = 0;
    corners.push_back(next);
    next.x += wide + gap;
    line = std::max(line, title_height + pitch * static_cast<int>(block.rows));
  }
  height = next.y + line;
  return corners;
}

class Picture {
 public:
  Picture(const PassHistory& history, std::size_t stage)
      : history_(history), stage_(stage), blocks_(lay_out(history, stage)), corners_(corners_of(blocks_, height_)) {}

  std::string draw() {
    const int panel = height_ + 30;
    const int all = 2 * panel + 22;
    put("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "role=\"img\">\n",
        width + 10, all);
    put("<title>{}</title>\n", shown(fmt::format("before and after {}", history_.stages[stage_].pass->name)));
    put_style();
    draw_panel(5, true);
    draw_panel(5 + panel, false);
    draw_legend(all - 12);
    put("</svg>\n");
    return std::move(svg_);
  }

 private:
  template <typename... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(svg_), format, std::forward<Args>(args)...);
  }

  /// Colours come twice, for readers that do not know light-dark().
  void put_colour(std::string_view look, std::string_view property, std::string_view light, std::string_view dark) {
    put(".p-{0}{{{1}:{2};{1}:light-dark({2},{3})}}", look, property, light, dark);
  }

  void put_style() {
    put("<style>\n:root{{color-scheme:light dark}}.p-t{{font:11px sans-serif}}.p-h{{font:bold 12px sans-serif}}");
    put_colour("t", "fill", "#1f2328", "#e6edf3");
    put_colour("h", "fill", "#1f2328", "#e6edf3");
    for (const Kind& kind : kinds) put_colour(std::string_view(&kind.name, 1), "fill", kind.light, kind.dark);
    put_colour("x", "stroke", "#d1242f", "#ff7b72");
    put_colour("n", "stroke", "#1a7f37", "#56d364");
    put_colour("g", "stroke", "#d1242f", "#ff7b72");
    put(".p-k{{fill-opacity:.28}}.p-x,.p-n{{stroke-width:1.4}}.p-g{{fill:none;stroke-opacity:.35;stroke-width:.8}}\n");
    put("</style>\n");
  }

  void draw_panel(int top, bool before) {
    const StageCost& cost = history_.stages[before ? stage_ - 1 : stage_].cost;
    put("<text class=\"p-h\" x=\"5\" y=\"{}\">{} {}: {} nodes, {} of them products</text>\n", top + 11,
        before ? "before" : "after", history_.stages[stage_].pass->name, cost.nodes, cost.products);
    // Squares of one look are one path: a picture of thousands of nodes stays small.
    std::map<std::string, std::string> paths;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const Corner corner{5 + corners_[i].x, top + 20 + corners_[i].y};
      put("<text class=\"p-t\" x=\"{}\" y=\"{}\">{}</text>\n", corner.x, corner.y + 9, shown(blocks_[i].title));
      for (const PictureCell& cell : blocks_[i].cells)
        paths[look_of(cell, before)] +=
            fmt::format("M{} {}h{side}v{side}h-{side}z", corner.x + pitch * static_cast<int>(cell.column),
                        corner.y + title_height + pitch * static_cast<int>(cell.row), fmt::arg("side", side));
    }
    for (const auto& [look, path] : paths)
      if (!look.empty()) put("<path class=\"{}\" d=\"{}\"/>\n", look, path);
  }

  /// The classes of a square; empty when it is not there. What the pass removes leaves an empty frame.
  static std::string look_of(const PictureCell& cell, bool before) {
    const char kind = kind_of(*cell.version->op);
    if (cell.before && cell.after) return fmt::format("p-{} p-k", kind);
    if (before) return cell.before ? fmt::format("p-{} p-x", kind) : "";
    return cell.after ? fmt::format("p-{} p-n", kind) : "p-g";
  }

  void draw_legend(int y) {
    int x = 5;
    const auto entry = [&](std::string_view look, std::string_view title) {
      put("<path class=\"{}\" d=\"M{} {}h{side}v{side}h-{side}z\"/><text class=\"p-t\" x=\"{}\" y=\"{}\">{}</text>\n",
          look, x, y, x + 11, y + 7, title, fmt::arg("side", side));
      x += 28 + 6 * static_cast<int>(title.size());
    };
    for (const Kind& kind : kinds) entry(fmt::format("p-{}", kind.name), kind.title);
    entry("p-s p-x", "removed");
    entry("p-s p-n", "new");
    entry("p-s p-k", "kept");
  }

  const PassHistory& history_;
  std::size_t stage_;
  std::vector<PictureBlock> blocks_;
  int height_ = 0;
  std::vector<Corner> corners_;
  std::string svg_;
};

}  // namespace

std::string pass_picture(const PassHistory& history, std::size_t stage) { return Picture(history, stage).draw(); }

}  // namespace weft::tool
