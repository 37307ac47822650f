// The page of `weft-nmt serve`: translates while one types, and shows what each word was drawn from. Its data "service"
// has the pairs of languages, [{source: {code, name}, target: {code, name}}, ...], and how many alternatives there are
// at most.
"use strict";

{
  const { el } = weft;
  const joiner = "\uFFED"; // how the reversible normaliser and SentencePiece write joints and the beginnings of words
  const wordStart = "\u2581";
  const { pairs, alternatives: mostAlternatives } = weft.data("service");
  const wantedAlternatives = Math.min(3, mostAlternatives);
  let languages = pairs[0];

  // ---- The page.
  const sourceName = el("label", { for: "source" });
  const targetName = el("h2", {});
  const source = el("textarea", { id: "source", dir: "auto", spellcheck: "false", autofocus: true, rows: 4, oninput: () => later() });
  const target = el("div", { id: "target", dir: "auto", "aria-live": "polite" });
  const unknown = el("p", { class: "unknown-words", hidden: true });
  const others = el("ol", { class: "alternatives", "aria-label": "Alternatives", hidden: true });
  const copy = el("button", { type: "button", id: "copy", disabled: true, onclick: () => copyTarget() }, "Copy");
  const more = el("button", { type: "button", id: "more", "aria-pressed": "false", hidden: wantedAlternatives === 0, onclick: () => toggleAlternatives() }, "Alternatives");
  const choice = el("select", { id: "pair", "aria-label": "Languages", onchange: () => speak(pairs[choice.selectedIndex]) },
    pairs.map((pair) => el("option", {}, `${pair.source.name} → ${pair.target.name}`)));
  const status = el("div", { class: "status muted", role: "status" });
  const looks = el("div", { id: "looks" });
  document.getElementById("translate").append(
    el("div", { class: "languages", hidden: pairs.length < 2 }, choice),
    el("div", { class: "pair" },
      el("section", { class: "side" }, sourceName, source, unknown),
      el("section", { class: "side" }, el("div", { class: "head" }, targetName, more, copy), target, others)),
    status, looks);

  /// Translates between these languages from now on.
  function speak(pair) {
    languages = pair;
    sourceName.textContent = pair.source.name;
    targetName.textContent = pair.target.name;
    source.lang = pair.source.code;
    target.lang = others.lang = pair.target.code;
    source.placeholder = pair.source.code === "fr" ? "Écrivez une phrase…" : "Write a sentence…";
    if (source.value !== "") later();
  }

  /// As high as its text, so that nothing has to be scrolled within it, or as the translation beside it.
  function grow() {
    source.style.height = "auto";
    source.style.height = `${source.scrollHeight}px`;
  }
  addEventListener("resize", grow);

  // ---- The clipboard, which browsers give to pages of this machine and of https alone; elsewhere the text is selected
  // and copied as if by hand.
  async function copyTarget() {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(target.textContent);
    } else {
      getSelection().selectAllChildren(target);
      document.execCommand("copy");
    }
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  }

  function toggleAlternatives() {
    const wanted = more.getAttribute("aria-pressed") !== "true";
    more.setAttribute("aria-pressed", String(wanted));
    if (wanted) ask();
    else others.hidden = true;
  }

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

  function tokenRow(side, name, tokens) {
    const apart = stands(tokens);
    const spans = tokens.map((token, at) =>
      el("span", { class: `token${apart[at] ? " apart" : ""}${weft.isEdge(token) ? " edge" : ""}`, "data-at": at }, plain(token)));
    return { row: el("div", { class: "tokens", "data-side": side }, el("b", {}, name), spans), spans };
  }

  /// A line of the text: its tokens and the matrix, which light up together.
  function look({ source: sourceTokens, target: targetTokens, weights }) {
    const from = tokenRow("source", languages.source.name, sourceTokens);
    const to = tokenRow("target", languages.target.name, targetTokens);
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
    const map = weft.heatMap({ source_words: sourceTokens.map(shown), target_words: targetTokens.map(shown), weights }, light);
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
    grow();
    clearTimeout(timer);
    target.classList.add("old");
    timer = setTimeout(ask, 250);
  }

  function show(text, { translatedText, alternatives = [], unknownWords = [], attention }, seconds) {
    target.textContent = translatedText;
    target.classList.remove("old");
    grow();
    copy.disabled = translatedText.trim() === "";
    others.replaceChildren(...alternatives.map((each) => el("li", {}, each)));
    others.hidden = alternatives.length === 0;
    unknown.replaceChildren(...(unknownWords.length === 0 ? [] : [
      "Never seen in training: ", ...unknownWords.flatMap((word, at) => [at > 0 ? ", " : "", el("b", {}, word)])]));
    unknown.hidden = unknownWords.length === 0;
    const attended = attention.filter(({ weights }) => weights.length > 0); // not so lines without words, and models without attention
    looks.replaceChildren(...attended.map(look));
    status.className = "status muted";
    const taken = `${weft.seconds(seconds)}.`;
    status.textContent = text.trim() === "" ? "" : attended.length > 0 ? `${taken} Point at a word to see what it was drawn from.` : taken;
  }

  async function ask() {
    const question = ++asked;
    const begin = performance.now();
    const alternatives = more.getAttribute("aria-pressed") === "true" ? wantedAlternatives : 0;
    try {
      const text = source.value;
      const response = await fetch("/translate", { method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ q: text, source: languages.source.code, target: languages.target.code, attention: true, unknown_words: true, alternatives }) });
      const answer = await response.json();
      if (question !== asked) return;
      if (!response.ok) throw new Error(answer.error);
      show(text, answer, (performance.now() - begin) / 1000);
    } catch (error) {
      if (question !== asked) return;
      status.className = "status bad";
      status.textContent = error instanceof TypeError ? "The server does not answer." : error.message;
    }
  }

  speak(languages);
}
