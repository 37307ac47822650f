#include "tools/inspect/roofline_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "graph/base/quote.h"
#include "tools/web/page.h"

namespace weft::inspect {
namespace {

constexpr double left = 64, top = 40, width = 520, height = 400;  // of the plot
constexpr double legend = left + width + 28;
constexpr double line_height = 22;
constexpr double largest_radius = 34;
constexpr std::size_t most_lines = 18;
constexpr double least_share = 0.002;  // of the time, to be drawn

/// A logarithmic axis over whole powers of ten.
class Axis {
 public:
  Axis(double least, double most, double from, double to)
      : first_(static_cast<int>(std::floor(std::log10(least)))),
        last_(std::max(first_ + 1, static_cast<int>(std::ceil(std::log10(most))))),
        from_(from),
        to_(to) {}
  int first() const { return first_; }
  int last() const { return last_; }
  double least() const { return std::pow(10.0, first_); }
  double most() const { return std::pow(10.0, last_); }
  double at(double number) const { return from_ + (to_ - from_) * (std::log10(number) - first_) / (last_ - first_); }

 private:
  int first_;
  int last_;
  double from_;
  double to_;
};

double intensity(const RooflinePoint& point) { return point.flops / point.bytes; }
double rate(const RooflinePoint& point) { return 1e-9 * point.flops / point.seconds; }
bool has_place(const RooflinePoint& point) { return point.flops > 0 && point.bytes > 0 && point.seconds > 0; }

class RooflinePicture {
 public:
  RooflinePicture(std::vector<RooflinePoint> points, const Roofline& roofline, double all)
      : points_(std::move(points)),
        roofline_(roofline),
        all_(all),
        ridge_(roofline.gflop_per_second / roofline.gigabytes_per_second),
        x_(axis(intensity, ridge_ / 10, ridge_ * 10, left, left + width)),
        y_(axis(rate, roofline.gflop_per_second / 10, roofline.gflop_per_second, top + height, top)) {}

  std::string draw(std::string_view title) {
    const double lines = top + line_height * (static_cast<double>(points_.size()) + 2);
    put("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1040 {0}\" width=\"1040\" height=\"{0}\" "
        "role=\"img\">\n",
        std::max(top + height + 60, lines));
    put("<title>{}</title>\n", web::escape(excerpt(title, 100)));
    svg_ +=
        "<style>svg{font:12px system-ui,sans-serif;--g:#fff;--t:#1f2328;--m:#59636e;--l:#d1d9e0;--p:#2563c9}"
        "@media(prefers-color-scheme:dark){svg{--g:#0d1117;--t:#e6edf3;--m:#9198a1;--l:#30363d;--p:#5b9bff}}"
        "text{fill:var(--t)}.m{fill:var(--m)}.e{text-anchor:end}.c{text-anchor:middle}.l{stroke:var(--l)}"
        ".r{stroke:var(--t);stroke-width:2;fill:none}.p{fill:var(--p);fill-opacity:.35;stroke:var(--p)}</style>\n"
        "<rect width=\"100%\" height=\"100%\" rx=\"6\" style=\"fill:var(--g)\"/>\n";
    put("<text x=\"{}\" y=\"22\" font-weight=\"600\">{}</text>\n", left, web::escape(excerpt(title, 100)));
    draw_axes();
    draw_roofs();
    for (std::size_t i = 0; i < points_.size(); ++i)
      if (has_place(points_[i])) draw_point(points_[i], i + 1);
    draw_legend();
    return svg_ + "</svg>\n";
  }

 private:
  template <typename... Args>
  void put(fmt::format_string<Args...> text, Args&&... args) {
    svg_ += fmt::format(text, std::forward<Args>(args)...);
  }

  /// Over those two numbers and all points.
  template <typename Number>
  Axis axis(Number number, double least, double most, double from, double to) const {
    for (const RooflinePoint& point : points_)
      if (has_place(point)) least = std::min(least, number(point)), most = std::max(most, number(point));
    return {least, most, from, to};
  }

  void draw_axes() {
    for (int power = x_.first(); power <= x_.last(); ++power) {
      const double x = x_.at(std::pow(10.0, power));
      put("<path class=\"l\" d=\"M{0:.1f} {1}V{2}\"/><text class=\"m c\" x=\"{0:.1f}\" y=\"{3}\">{4:g}</text>\n", x,
          top, top + height, top + height + 18, std::pow(10.0, power));
    }
    for (int power = y_.first(); power <= y_.last(); ++power) {
      const double y = y_.at(std::pow(10.0, power));
      put("<path class=\"l\" d=\"M{0} {1:.1f}H{2}\"/><text class=\"m e\" x=\"{3}\" y=\"{4:.1f}\">{5:g}</text>\n", left,
          y, left + width, left - 8, y + 4, std::pow(10.0, power));
    }
    put("<text class=\"m c\" x=\"{}\" y=\"{}\">operations a byte</text>\n", left + width / 2, top + height + 40);
    put("<text class=\"m c\" transform=\"translate(18 {}) rotate(-90)\">GFLOP/s</text>\n", top + height / 2);
  }

  /// Memory's roof is left where it goes below the plot.
  void draw_roofs() {
    const double begin = std::max(x_.least(), y_.least() / roofline_.gigabytes_per_second);
    put("<path class=\"r\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}H{:.1f}\"/>\n", x_.at(begin),
        y_.at(begin * roofline_.gigabytes_per_second), x_.at(ridge_), y_.at(roofline_.gflop_per_second),
        x_.at(x_.most()));
    put("<text class=\"e\" x=\"{:.1f}\" y=\"{:.1f}\">{:.0f} GFLOP/s, {:.1f} GB/s</text>\n", left + width - 4,
        y_.at(roofline_.gflop_per_second) - 6, roofline_.gflop_per_second, roofline_.gigabytes_per_second);
  }

  void draw_point(const RooflinePoint& point, std::size_t number) {
    const double x = x_.at(intensity(point)), y = y_.at(rate(point));
    put("<circle class=\"p\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"><title>{}</title></circle>"
        "<text class=\"c\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
        x, y, std::max(2.0, largest_radius * std::sqrt(point.seconds / all_)), web::escape(point.name),
        free_place(x, y), y + 4, number);
  }

  /// Where a number can stand: in its circle, or to the right of those that are there.
  double free_place(double x, double y) {
    constexpr double wide = 15, high = 11;
    const auto is_taken = [&](const std::pair<double, double>& other) {
      return std::abs(other.first - x) < wide - 1 && std::abs(other.second - y) < high;
    };
    while (std::ranges::any_of(numbers_, is_taken)) x += wide;
    numbers_.emplace_back(x, y);
    return x;
  }

  void draw_legend() {
    double y = top + 8;
    const auto line = [&](std::string_view number, std::string_view name, std::string_view share,
                          std::string_view roof) {
      put("<text class=\"m e\" x=\"{}\" y=\"{}\">{}</text><text x=\"{}\" y=\"{}\">{}</text>"
          "<text class=\"e\" x=\"940\" y=\"{}\">{}</text><text class=\"e\" x=\"1020\" y=\"{}\">{}</text>\n",
          legend + 14, y, number, legend + 22, y, web::escape(excerpt(name, 36)), y, share, y, roof);
      y += line_height;
    };
    line("", "", "time", "of its roof");
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const RooflinePoint& point = points_[i];
      const double least = roofline_.least_seconds(point.flops, point.bytes);
      line(has_place(point) ? std::to_string(i + 1) : "", point.name,
           fmt::format("{:.1f} %", 100 * point.seconds / all_), fmt::format("{:.0f} %", 100 * least / point.seconds));
    }
  }

  std::vector<RooflinePoint> points_;
  Roofline roofline_;
  double all_;    ///< seconds
  double ridge_;  ///< operations a byte from which on arithmetic binds
  Axis x_;
  Axis y_;
  std::vector<std::pair<double, double>> numbers_;
  std::string svg_;
};

}  // namespace

std::string roofline_picture(std::span<const RooflinePoint> points, const Roofline& roofline, std::string_view title) {
  double all = 0;
  for (const RooflinePoint& point : points) all += point.seconds;
  std::vector<RooflinePoint> shown;
  for (const RooflinePoint& point : points)
    if (point.seconds >= least_share * all && point.seconds > 0) shown.push_back(point);
  std::ranges::stable_sort(shown, std::ranges::greater(), &RooflinePoint::seconds);
  if (shown.size() > most_lines) shown.resize(most_lines);
  return RooflinePicture(std::move(shown), roofline, all).draw(title);
}

}  // namespace weft::inspect
