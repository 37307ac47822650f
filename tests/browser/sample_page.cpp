// Writes a page that has some of everything that tools/web offers, for page_test.mjs.
#include "graph/base/file.h"
#include "tools/web/page.h"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::string hostile = "</script><img src=x onerror=alert(1)>";
  weft::web::Page page{.title = "Sample " + hostile};
  page.data = {{"names", R"(["plain", ")" + hostile + R"("])"}};
  page.body =
      "<main><nav class=\"tabs\"><button data-tab=\"one\">One</button><button data-tab=\"two\">Two</button></nav>"
      "<section id=\"one\">First " +
      weft::web::escape(hostile) + "</section><section id=\"two\">Second</section></main>";
  weft::write_file(arguments[1], weft::web::to_html(page));
}
