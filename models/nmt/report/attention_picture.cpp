#include "models/nmt/report/attention_picture.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <unicode/ubidi.h>
#include <unicode/unistr.h>
#include <unicode/ushape.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <memory>
#include <numbers>
#include <set>
#include <string_view>

#include "graph/base/error.h"
#include "graph/base/file.h"
#include "graph/base/joined.h"
#include "models/nmt/report/colour_map.h"
#include "models/nmt/text/utf8.h"

namespace weft::nmt {
namespace {

// All lengths are in pixels of the picture at scale 1.
constexpr double margin = 28;
constexpr double min_cell = 22, max_cell = 44, matrix_goal = 660;  // cells shrink to keep the matrix near its goal
constexpr double max_label = 17, label_of_cell = 0.6;              // label size: of a cell, but never above the maximum
constexpr double max_word_width = 300;                             // a wider word is shortened with an ellipsis
constexpr double label_gap = 9;
constexpr double slant = 50 * std::numbers::pi / 180;  // of the source words; labels a cell apart do not touch
constexpr double title_size = 18, title_min_width = 420, title_gap = 22;
constexpr double legend_gap = 28, legend_bar = 14, legend_tick = 4, legend_text = 12;
constexpr double legend_min_height = 130, legend_max_height = 260;
constexpr double png_scale = 2, png_max_pixels = 24e6;
constexpr double points_per_pixel = 0.75;  // of a PDF page
constexpr double weight_tolerance = 1e-5;

/// Tried in turn for each text; fontconfig takes its default for one that is not installed.
constexpr const char* families[] = {"DejaVu Sans",      "sans-serif",           "Noto Sans",
                                    "Noto Sans CJK SC", "WenQuanYi Zen Hei",    "Droid Sans Fallback",
                                    "IPAGothic",        "Noto Sans Devanagari", "Lohit Devanagari",
                                    "Noto Sans Arabic", "Noto Sans Thai",       "Unifont"};

constexpr Colour background{1, 1, 1}, ink{0.13, 0.15, 0.19}, faint_ink{0.42, 0.45, 0.50}, grid{0.86, 0.88, 0.90};

struct CairoDeleter {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
};
struct BidiDeleter {
  void operator()(UBiDi* bidi) const { ubidi_close(bidi); }
};
using Bidi = std::unique_ptr<UBiDi, BidiDeleter>;
using Context = std::unique_ptr<cairo_t, CairoDeleter>;
using Surface = std::unique_ptr<cairo_surface_t, CairoDeleter>;
using FontOptions = std::unique_ptr<cairo_font_options_t, CairoDeleter>;

void check_cairo(cairo_status_t status) {
  require(status == CAIRO_STATUS_SUCCESS, "cannot draw the attention picture: cairo reports '{}'",
          cairo_status_to_string(status));
}

// ---------------------------------------------------------------------------------------------------------- the input

enum class Format { png, svg, pdf };

Format format_of(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  if (extension == ".png") return Format::png;
  if (extension == ".svg") return Format::svg;
  if (extension == ".pdf") return Format::pdf;
  fail("cannot draw attention to '{}': the name must end in .png, .svg or .pdf, which chooses the format",
       path.string());
}

void check(const AttentionMatrix& matrix) {
  const std::size_t rows = matrix.target_words.size();
  const std::size_t columns = matrix.source_words.size();
  require(rows > 0 && columns > 0, "an attention picture needs words on both sides: {} source and {} target words",
          columns, rows);
  require(rows <= max_picture_words && columns <= max_picture_words,
          "an attention picture of {} source and {} target words is too large: at most {} each", columns, rows,
          max_picture_words);
  require(matrix.weights.size() == rows * columns,
          "attention weights do not match the words: {} weights for {} target x {} source words, {} are needed",
          matrix.weights.size(), rows, columns, rows * columns);
  for (std::size_t i = 0; i < matrix.weights.size(); ++i) {
    const double weight = matrix.weights[i];
    require(weight >= -weight_tolerance && weight <= 1 + weight_tolerance,  // false for NaN, too
            "attention weight of target word {} '{}' on source word {} '{}' is {}: it must be in [0, 1]",
            i / columns + 1, matrix.target_words[i / columns], i % columns + 1, matrix.source_words[i % columns],
            weight);
  }
}

/// The word as cairo takes it: valid UTF-8 without control characters, each fault shown as U+FFFD. The joiner of the
/// reversible normaliser, which the font lacks, is shown as the tie below letters that it has.
std::string printable(const std::string& word) {
  constexpr char16_t joiner = u'\uFFED', tie = u'\u203F';
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(word);
  for (int32_t i = 0; i < text.length(); ++i) {
    if (text[i] < 0x20 || text[i] == 0x7f) text.setCharAt(i, 0xfffd);
    if (text[i] == joiner) text.setCharAt(i, tie);
  }
  std::string result;
  return text.toUTF8String(result);
}

// --------------------------------------------------------------------------------------------------------------- text

void set_font(cairo_t* cairo, double size, cairo_font_weight_t weight = CAIRO_FONT_WEIGHT_NORMAL) {
  cairo_select_font_face(cairo, families[0], CAIRO_FONT_SLANT_NORMAL, weight);
  cairo_set_font_size(cairo, size);
  // Without hinting a text is as wide in every format and at every scale as it was when the layout measured it.
  const FontOptions options(cairo_font_options_create());
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  cairo_set_font_options(cairo, options.get());
}

/// As it is drawn from left to right: of Arabic and Hebrew in that order, and with the forms that joined letters take.
std::string visual(const std::string& text) {
  icu::UnicodeString logical = icu::UnicodeString::fromUTF8(text);
  constexpr char16_t first_right_to_left = 0x590;
  bool may_be_right_to_left = false;
  for (int32_t i = 0; i < logical.length(); ++i) may_be_right_to_left |= logical[i] >= first_right_to_left;
  if (!may_be_right_to_left) return text;

  // Neither step makes a text longer: of letters alone, their forms are one code unit each as well.
  icu::UnicodeString shaped;
  icu::UnicodeString ordered;
  const int32_t length = logical.length();
  UErrorCode status = U_ZERO_ERROR;
  const int32_t shaped_length = u_shapeArabic(logical.getBuffer(), length, shaped.getBuffer(length + 1), length + 1,
                                              U_SHAPE_LETTERS_SHAPE | U_SHAPE_TEXT_DIRECTION_LOGICAL, &status);
  shaped.releaseBuffer(U_SUCCESS(status) != 0 ? shaped_length : 0);
  const Bidi bidi(ubidi_open());
  ubidi_setPara(bidi.get(), shaped.getBuffer(), shaped.length(), UBIDI_DEFAULT_LTR, nullptr, &status);
  const int32_t ordered_length = ubidi_writeReordered(bidi.get(), ordered.getBuffer(length + 1), length + 1,
                                                      UBIDI_DO_MIRRORING | UBIDI_REMOVE_BIDI_CONTROLS, &status);
  ordered.releaseBuffer(U_SUCCESS(status) != 0 ? ordered_length : 0);
  if (U_FAILURE(status) != 0) return text;
  std::string result;
  return ordered.toUTF8String(result);
}

bool has_glyphs(cairo_t* cairo, const std::string& text) {
  cairo_glyph_t* glyphs = nullptr;
  int count = 0;
  const cairo_status_t status =
      cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(cairo), 0, 0, text.data(), static_cast<int>(text.size()),
                                       &glyphs, &count, nullptr, nullptr, nullptr);
  const bool has_all = status == CAIRO_STATUS_SUCCESS &&
                       std::all_of(glyphs, glyphs + count, [](const cairo_glyph_t& glyph) { return glyph.index != 0; });
  cairo_glyph_free(glyphs);
  return has_all;
}

/// While it lives, the font is the first of families that has all characters of a text; else families[0].
class FontOf {
 public:
  FontOf(cairo_t* cairo, const std::string& text)
      : cairo_(cairo), weight_(cairo_toy_font_face_get_weight(cairo_get_font_face(cairo))) {
    for (const char* family : families) {
      select(family);
      has_all_ = has_glyphs(cairo, text);
      if (has_all_) return;
    }
    select(families[0]);
  }
  FontOf(const FontOf&) = delete;
  FontOf& operator=(const FontOf&) = delete;
  ~FontOf() { select(families[0]); }

  bool has_all() const { return has_all_; }

 private:
  void select(const char* family) { cairo_select_font_face(cairo_, family, CAIRO_FONT_SLANT_NORMAL, weight_); }

  cairo_t* cairo_;
  cairo_font_weight_t weight_;
  bool has_all_ = false;
};

double text_width(cairo_t* cairo, const std::string& logical) {
  const std::string text = visual(logical);
  const FontOf font(cairo, text);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo, text.c_str(), &extents);
  return std::max(extents.x_advance, extents.x_bearing + extents.width);
}

/// The distance from the middle of a line of text down to its baseline.
double baseline_drop(cairo_t* cairo) {
  cairo_font_extents_t font;
  cairo_font_extents(cairo, &font);
  return (font.ascent - font.descent) / 2;
}

double line_height(cairo_t* cairo) {
  cairo_font_extents_t font;
  cairo_font_extents(cairo, &font);
  return font.ascent + font.descent;
}

/// `word`, or its longest beginning that fits into max_word_width together with an ellipsis. Binary search over the cut,
/// so that even a word of megabytes is measured a few times only.
std::string shorten(cairo_t* cairo, const std::string& word) {
  constexpr std::size_t max_measured_bytes = 1024;
  const auto boundary = [&](std::size_t bytes) {  // the start of the character that byte belongs to
    while (bytes > 0 && bytes < word.size() && (static_cast<unsigned char>(word[bytes]) & 0xc0) == 0x80) --bytes;
    return bytes;
  };
  if (word.size() <= max_measured_bytes && text_width(cairo, word) <= max_word_width) return word;
  std::size_t fits = 0;
  std::size_t too_long = std::min(word.size(), max_measured_bytes);
  while (too_long - fits > 1) {
    const std::size_t middle = fits + (too_long - fits) / 2;
    (text_width(cairo, word.substr(0, boundary(middle)) + "…") <= max_word_width ? fits : too_long) = middle;
  }
  return word.substr(0, boundary(fits)) + "…";
}

std::vector<std::string> labels(cairo_t* cairo, const std::vector<std::string>& words) {
  std::vector<std::string> result;
  for (const std::string& word : words) result.push_back(shorten(cairo, printable(word)));
  return result;
}

double widest(cairo_t* cairo, const std::vector<std::string>& texts) {
  double width = 0;
  for (const std::string& text : texts) width = std::max(width, text_width(cairo, text));
  return width;
}

/// The words joined by spaces and broken into lines no wider than `width`, unless a single word is.
std::vector<std::string> wrap(cairo_t* cairo, const std::vector<std::string>& words, double width) {
  std::vector<std::string> lines;
  for (const std::string& word : words) {
    if (word.empty()) continue;
    if (!lines.empty() && text_width(cairo, lines.back() + " " + word) <= width) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

// ------------------------------------------------------------------------------------------------------------- layout

/// Where everything stands. The title runs across the top; below it, centred, stand the target words, the matrix under
/// its slanted source words, and the legend.
struct Layout {
  std::vector<std::string> source, target;              // the labels
  std::vector<std::string> title_source, title_target;  // lines
  double cell, label_size, title_line;
  double left, top;  // of the matrix
  double matrix_width, matrix_height;
  double legend_left, legend_height;
  double width, height;  // of the picture
};

double legend_width(cairo_t* cairo) {
  set_font(cairo, legend_text);
  return legend_bar + legend_tick + 4 + text_width(cairo, "0.5") + 6 + line_height(cairo);
}

Layout arrange(cairo_t* cairo, const AttentionMatrix& matrix) {
  Layout layout{};
  const auto columns = static_cast<double>(matrix.source_words.size());
  const auto rows = static_cast<double>(matrix.target_words.size());
  layout.cell = std::clamp(matrix_goal / std::max(columns, rows), min_cell, max_cell);
  layout.matrix_width = columns * layout.cell;
  layout.matrix_height = rows * layout.cell;
  layout.label_size = std::min(max_label, label_of_cell * layout.cell);
  layout.legend_height = std::clamp(layout.matrix_height, legend_min_height, legend_max_height);
  const double legend = legend_gap + legend_width(cairo);

  set_font(cairo, layout.label_size);
  layout.source = labels(cairo, matrix.source_words);
  layout.target = labels(cairo, matrix.target_words);
  const double before = widest(cairo, layout.target) + label_gap;
  const double slanted_line = line_height(cairo) / 2;
  const double header = widest(cairo, layout.source) * std::sin(slant) + slanted_line + label_gap;
  double overhang = 0;  // of the source words beyond the right edge of the matrix
  for (std::size_t i = 0; i < layout.source.size(); ++i) {
    const double reach = (static_cast<double>(i) + 0.5) * layout.cell + slanted_line * std::sin(slant) +
                         text_width(cairo, layout.source[i]) * std::cos(slant);
    overhang = std::max(overhang, reach - layout.matrix_width);
  }
  const double content = before + layout.matrix_width + std::max(overhang, legend);

  set_font(cairo, title_size, CAIRO_FONT_WEIGHT_BOLD);  // the wider of the title's two faces
  const double title_width = std::max(content, title_min_width);
  layout.title_line = line_height(cairo) * 1.25;
  layout.title_source = wrap(cairo, layout.source, title_width);
  if (!matrix.of_itself) {
    std::vector<std::string> translation = layout.target;
    translation.insert(translation.begin(), "→");
    layout.title_target = wrap(cairo, translation, title_width);
  }
  const double inner = std::max({content, widest(cairo, layout.title_source), widest(cairo, layout.title_target)});
  const auto title_lines = static_cast<double>(layout.title_source.size() + layout.title_target.size());

  layout.width = std::ceil(inner + 2 * margin);
  layout.left = std::round(margin + (inner - content) / 2 + before);
  layout.top = std::round(margin + title_lines * layout.title_line + title_gap + header);
  layout.legend_left = std::round(layout.left + layout.matrix_width + legend_gap);
  layout.height = std::ceil(layout.top + std::max(layout.matrix_height, layout.legend_height) + margin);
  return layout;
}

// ------------------------------------------------------------------------------------------------------------ drawing

void set_colour(cairo_t* cairo, const Colour& colour) {
  cairo_set_source_rgb(cairo, colour.red, colour.green, colour.blue);
}

void show_text(cairo_t* cairo, double x, double baseline, const std::string& logical) {
  const std::string text = visual(logical);
  const FontOf font(cairo, text);
  cairo_move_to(cairo, x, baseline);
  cairo_show_text(cairo, text.c_str());
}

void draw_title(cairo_t* cairo, const Layout& layout) {
  double middle = margin + layout.title_line / 2;
  const auto draw_lines = [&](const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      show_text(cairo, margin, middle + baseline_drop(cairo), line);
      middle += layout.title_line;
    }
  };
  set_font(cairo, title_size);
  set_colour(cairo, faint_ink);
  draw_lines(layout.title_source);
  set_font(cairo, title_size, CAIRO_FONT_WEIGHT_BOLD);
  set_colour(cairo, ink);
  draw_lines(layout.title_target);
}

void draw_labels(cairo_t* cairo, const Layout& layout) {
  set_font(cairo, layout.label_size);
  set_colour(cairo, ink);
  const double drop = baseline_drop(cairo);
  for (std::size_t i = 0; i < layout.target.size(); ++i) {
    const double middle = layout.top + (static_cast<double>(i) + 0.5) * layout.cell;
    show_text(cairo, layout.left - label_gap - text_width(cairo, layout.target[i]), middle + drop, layout.target[i]);
  }
  for (std::size_t i = 0; i < layout.source.size(); ++i) {
    cairo_save(cairo);
    cairo_translate(cairo, layout.left + (static_cast<double>(i) + 0.5) * layout.cell, layout.top - label_gap);
    cairo_rotate(cairo, -slant);
    show_text(cairo, 0, drop, layout.source[i]);
    cairo_restore(cairo);
  }
}

void draw_cells(cairo_t* cairo, const Layout& layout, const std::vector<float>& weights) {
  const std::size_t columns = layout.source.size();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto row = static_cast<double>(i / columns);
    const auto column = static_cast<double>(i % columns);
    set_colour(cairo, sequential_colour(weights[i]));
    cairo_rectangle(cairo, layout.left + column * layout.cell, layout.top + row * layout.cell, layout.cell,
                    layout.cell);
    cairo_fill(cairo);
  }
  for (std::size_t i = 0; i <= columns; ++i) {
    const double x = layout.left + static_cast<double>(i) * layout.cell;
    cairo_move_to(cairo, x, layout.top);
    cairo_line_to(cairo, x, layout.top + layout.matrix_height);
  }
  for (std::size_t i = 0; i <= layout.target.size(); ++i) {
    const double y = layout.top + static_cast<double>(i) * layout.cell;
    cairo_move_to(cairo, layout.left, y);
    cairo_line_to(cairo, layout.left + layout.matrix_width, y);
  }
  set_colour(cairo, grid);
  cairo_set_line_width(cairo, 1);
  cairo_set_line_cap(cairo, CAIRO_LINE_CAP_SQUARE);
  cairo_stroke(cairo);
}

void draw_legend(cairo_t* cairo, const Layout& layout) {
  constexpr int steps = 130;
  const double height = layout.legend_height;
  for (int i = 0; i < steps; ++i) {  // each step reaches down to the end, so that no seam shows between two
    const double above = height * i / steps;
    set_colour(cairo, sequential_colour(1 - (i + 0.5) / steps));
    cairo_rectangle(cairo, layout.legend_left, layout.top + above, legend_bar, height - above);
    cairo_fill(cairo);
  }
  cairo_set_line_width(cairo, 1);
  cairo_rectangle(cairo, layout.legend_left, layout.top, legend_bar, height);
  set_colour(cairo, grid);
  cairo_stroke(cairo);

  set_font(cairo, legend_text);
  set_colour(cairo, faint_ink);
  const double drop = baseline_drop(cairo);
  const double tick = layout.legend_left + legend_bar;
  const auto draw_tick = [&](double weight, const std::string& text) {
    const double y = layout.top + height * (1 - weight);
    cairo_move_to(cairo, tick, y);
    cairo_line_to(cairo, tick + legend_tick, y);
    cairo_stroke(cairo);
    show_text(cairo, tick + legend_tick + 4, y + drop, text);
  };
  draw_tick(1, "1");
  draw_tick(0.5, "0.5");
  draw_tick(0, "0");

  const std::string caption = "attention weight";
  cairo_save(cairo);
  cairo_translate(cairo, layout.legend_left + legend_width(cairo) - line_height(cairo) / 2, layout.top + height / 2);
  cairo_rotate(cairo, -std::numbers::pi / 2);
  show_text(cairo, -text_width(cairo, caption) / 2, drop, caption);
  cairo_restore(cairo);
}

void draw(cairo_t* cairo, const Layout& layout, const std::vector<float>& weights) {
  set_colour(cairo, background);
  cairo_paint(cairo);
  draw_title(cairo, layout);
  draw_labels(cairo, layout);
  draw_cells(cairo, layout, weights);
  draw_legend(cairo, layout);
  check_cairo(cairo_status(cairo));
}

// ------------------------------------------------------------------------------------------------------------ formats

/// Receives what cairo writes; `closure` is a std::string. No exception may pass through cairo, which is C.
cairo_status_t append(void* closure, const unsigned char* data, unsigned int size) noexcept {
  try {
    static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), size);
    return CAIRO_STATUS_SUCCESS;
  } catch (...) {
    return CAIRO_STATUS_NO_MEMORY;
  }
}

std::string render_png(const Layout& layout, const std::vector<float>& weights) {
  const double scale = std::min(png_scale, std::sqrt(png_max_pixels / (layout.width * layout.height)));
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                                   static_cast<int>(std::ceil(layout.width * scale)),
                                                   static_cast<int>(std::ceil(layout.height * scale))));
  const Context cairo(cairo_create(surface.get()));
  cairo_scale(cairo.get(), scale, scale);
  draw(cairo.get(), layout, weights);
  std::string bytes;
  check_cairo(cairo_surface_write_to_png_stream(surface.get(), append, &bytes));
  return bytes;
}

/// Draws on a surface that writes while it is drawn on, and ends it.
void render_vector(cairo_surface_t* surface, double scale, const Layout& layout, const std::vector<float>& weights) {
  const Context cairo(cairo_create(surface));
  cairo_scale(cairo.get(), scale, scale);
  draw(cairo.get(), layout, weights);
  cairo_show_page(cairo.get());
  cairo_surface_finish(surface);
  check_cairo(cairo_surface_status(surface));
}

std::string render_pdf(const Layout& layout, const std::vector<float>& weights) {
  std::string bytes;
  const Surface surface(cairo_pdf_surface_create_for_stream(append, &bytes, layout.width * points_per_pixel,
                                                            layout.height * points_per_pixel));
  // Without a date of its own cairo writes the present one.
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, "Attention");
  render_vector(surface.get(), points_per_pixel, layout, weights);
  return bytes;
}

/// Drops the numbers from the ids `surface123`, which nothing refers to: cairo counts the surfaces of the process.
std::string without_surface_numbers(const std::string& svg) {
  constexpr std::string_view id = "id=\"surface";
  std::string result;
  std::size_t begin = 0;
  for (std::size_t found = svg.find(id); found != std::string::npos; found = svg.find(id, begin)) {
    const std::size_t number = found + id.size();
    result.append(svg, begin, number - begin);
    begin = std::min(svg.find_first_not_of("0123456789", number), svg.size());
  }
  return result.append(svg, begin);
}

std::string render_svg(const Layout& layout, const std::vector<float>& weights) {
  std::string bytes;
  const Surface surface(cairo_svg_surface_create_for_stream(append, &bytes, layout.width, layout.height));
  cairo_svg_surface_set_document_unit(surface.get(), CAIRO_SVG_UNIT_PX);
  render_vector(surface.get(), 1, layout, weights);
  return without_surface_numbers(bytes);
}

std::string render(Format format, const Layout& layout, const std::vector<float>& weights) {
  switch (format) {
    case Format::png:
      return render_png(layout, weights);
    case Format::svg:
      return render_svg(layout, weights);
    case Format::pdf:
      return render_pdf(layout, weights);
  }
  throw InternalError("unknown picture format");
}

Layout arrange(const AttentionMatrix& matrix) {
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1));
  const Context cairo(cairo_create(surface.get()));
  const Layout layout = arrange(cairo.get(), matrix);
  check_cairo(cairo_status(cairo.get()));
  return layout;
}

}  // namespace

void draw_attention(const AttentionMatrix& matrix, const std::filesystem::path& path) {
  const Format format = format_of(path);
  check(matrix);
  write_file(path, render(format, arrange(matrix), matrix.weights));
}

std::string characters_without_font(const AttentionMatrix& matrix) {
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1));
  const Context cairo(cairo_create(surface.get()));
  set_font(cairo.get(), max_label);
  std::set<std::string> missing;
  for (const auto* words : {&matrix.source_words, &matrix.target_words}) {
    for (const std::string& word : *words) {
      const std::string text = visual(printable(word));
      if (FontOf(cairo.get(), text).has_all()) continue;
      for (const char32_t c : code_points(text)) {
        std::string character;
        append_utf8(c, character);
        if (!FontOf(cairo.get(), character).has_all()) missing.insert(character);
      }
    }
  }
  return joined(std::vector<std::string>(missing.begin(), missing.end()), " ");
}

}  // namespace weft::nmt
