// The page of `weft-nmt serve`: translates while one types, and shows what each word was drawn from.
"use strict";

{
  const { el } = weft;
  const joiner = "\uFFED"; // how the reversible normaliser and SentencePiece write joints and the beginnings of words
  const wordStart = "\u2581";

  const french = el("textarea", { id: "french", lang: "fr", spellcheck: "false", autofocus: true, placeholder: "Écrivez une phrase…", oninput: () => later() });
  const english = el("div", { id: "english", lang: "en", "aria-live": "polite" });
  const status = el("div", { class: "status muted", role: "status" });
  const looks = el("div", { id: "looks" });
  document.getElementById("translate").append(
    el("div", { class: "pair" },
      el("section", { class: "side" }, el("label", { for: "french" }, "French"), french),
      el("section", { class: "side" }, el("h2", {}, "English"), english)),
    status, looks);

  // ---- Tokens. In text of pieces a blank stands before those that begin a word, else before all that are not joined.
  const plain = (token) => token.replaceAll(joiner, "").replaceAll(wordStart, "");
  function stands(tokens) {
    const pieces = tokens.some((token) => token.startsWith(wordStart));
    return tokens.map((token, at) => {
      const before = at > 0 ? tokens[at - 1] : "";
      const begins = !pieces || token.startsWith(wordStart) || weft.isEdge(token) || weft.isEdge(before);
      return begins && !before.endsWith(joiner) && !plainStart(token).startsWith(joiner);
    });
  }
  const plainStart = (token) => token.replaceAll(wordStart, "");

  function tokenRow(name, tokens) {
    const apart = stands(tokens);
    const spans = tokens.map((token, at) =>
      el("span", { class: `token${apart[at] ? " apart" : ""}${weft.isEdge(token) ? " edge" : ""}`, "data-at": at }, plain(token)));
    return { row: el("div", { class: "tokens", "data-side": name }, el("b", {}, name), spans), spans };
  }

  /// A line of the text: its tokens and the matrix, which light up together.
  function look({ source, target, weights }) {
    const from = tokenRow("French", source);
    const to = tokenRow("English", target);
    const strongest = (values) => Math.max(...values, 1e-9);
    function light(row = null, column = null) {
      const lit = row === null && column === null ? [] : [[from.spans, row === null ? [] : weights[row], column],
        [to.spans, column === null ? [] : weights.map((each) => each[column]), row]];
      for (const { spans } of [from, to]) {
        for (const span of spans) {
          span.classList.remove("met");
          span.style.removeProperty("--weight");
          span.removeAttribute("data-weight");
        }
      }
      for (const [spans, values, met] of lit) {
        const most = strongest(values);
        values.forEach((value, at) => {
          spans[at].style.setProperty("--weight", value / most);
          spans[at].dataset.weight = value;
        });
        if (met !== null) spans[met].classList.add("met");
      }
    }
    const map = weft.heatMap({ source_words: source.map(shown), target_words: target.map(shown), weights }, light);
    const hover = (spans, act) => spans.forEach((span, at) => {
      span.addEventListener("pointerenter", () => act(at));
      span.addEventListener("pointerleave", () => {
        light();
        map.mark();
      });
    });
    hover(from.spans, (at) => {
      light(null, at);
      map.mark(null, at);
    });
    hover(to.spans, (at) => {
      light(at);
      map.mark(at);
    });
    return el("section", { class: "look" }, from.row, to.row, map);
  }
  const shown = (token) => plain(token) || token;

  // ---- Asking. A quarter of a second after the last key; only the newest question's answer counts.
  let timer = null;
  let asked = 0;
  function later() {
    clearTimeout(timer);
    english.classList.add("old");
    timer = setTimeout(ask, 250);
  }

  async function ask() {
    const question = ++asked;
    const begin = performance.now();
    try {
      const text = french.value;
      const response = await fetch("/translate", { method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ q: text, source: "fr", target: "en", attention: true }) });
      const answer = await response.json();
      if (question !== asked) return;
      if (!response.ok) throw new Error(answer.error);
      english.textContent = answer.translatedText;
      english.classList.remove("old");
      const attended = answer.attention.filter(({ weights }) => weights.length > 0); // not so lines without words, and models without attention
      looks.replaceChildren(...attended.map(look));
      status.className = "status muted";
      const taken = `${weft.seconds((performance.now() - begin) / 1000)}.`;
      status.textContent = text.trim() === "" ? "" : attended.length > 0 ? `${taken} Point at a word to see what it was drawn from.` : taken;
    } catch (error) {
      if (question !== asked) return;
      status.className = "status bad";
      status.textContent = error instanceof TypeError ? "The server does not answer." : error.message;
    }
  }
}
