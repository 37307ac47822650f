#include "tools/serve/text_lines.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace weft::serve {
namespace {

using Lines = std::vector<std::string>;

/// The HTML with its lines as they are.
std::string again(std::string_view html) {
  const TextLines text = html_text(html);
  return text.with(text.lines);
}

TEST_CASE("plain text is its lines") {
  CHECK(plain_text("").lines == Lines{""});
  CHECK(plain_text("a\r\nb\n\n").lines == Lines{"a", "b", "", ""});
  CHECK(plain_text("a\r\nb\n\n").with(Lines{"A", "B", "", ""}) == "A\nB\n\n");
}

TEST_CASE("of HTML what stands between tags is translated") {
  const TextLines text = html_text("<p class=\"a > b\">\n Bonjour  le\nmonde ! </p><br/><b>Oui</b>, 7<i> </i>");
  CHECK(text.lines == Lines{"Bonjour le monde !", "Oui"});
  CHECK(text.with(Lines{"Hello <world> & all", "Yes"}) ==
        "<p class=\"a > b\">\n Hello &lt;world&gt; &amp; all </p><br/><b>Yes</b>, 7<i> </i>");
}

TEST_CASE("references are read, and written where they must be") {
  CHECK(html_text("&Eacute;t&eacute; &amp; &#233;&#xE9; l&rsquo;&oelig;uf &nosuch; &#xd800; & a &amp").lines ==
        Lines{"Été & éé l’œuf &nosuch; &#xd800; & a &amp"});
  CHECK(again("a &lt;b&gt; &amp; c") == "a &lt;b&gt; &amp; c");
  CHECK(again("&nbsp;<p>&#7;&hellip;</p>") == "&nbsp;<p>&#7;&hellip;</p>");
}

TEST_CASE("what is no text stays as it is, byte for byte") {
  for (const std::string html :
       {"<!-- un <b>mot</b> -->", "<!DOCTYPE html>", "<?xml un?>", "<script>var a = '<b>un</b>';</script>",
        "<style>p > a { b: c }</style>", "<code>un <code>deux</code> trois</code>", "<pre>\n un\n</pre>",
        "<span translate=\"no\">un <span>deux</span> trois</span>", "<b class='notranslate x'>un</b>", "<img alt='un'>",
        "<textarea><b>un</textarea>", "< 3 <", "<", "</", "<!", "<!--un", "<script>un", "<b title=\"un"})
    CHECK(html_text(html).lines.empty());
  CHECK(html_text("<span translate=no>un</span>deux").lines == Lines{"deux"});
  CHECK(html_text("<SCRIPT>un</script>deux").lines == Lines{"deux"});
  CHECK(html_text("<br translate=no>deux").lines == Lines{"deux"});
  CHECK(html_text("a < b").lines == Lines{"a < b"});
}

TEST_CASE("HTML without end takes no time") {
  for (const char* part : {"<", "<a ", "<a b=\"", "<!--", "</", "<code>", "&", "&#", "<span translate=no>", "<b>a"}) {
    std::string html;
    for (int i = 0; i < 100'000; ++i) html += part;
    CHECK_NOTHROW(html_text(html));
  }
}

}  // namespace
}  // namespace weft::serve
