// Text with entities (offsets in UTF-16 units, which is how JavaScript counts too) becomes elements.

import { el } from "./dom.js";

const PLAIN = { bold: "strong", italic: "em", underline: "u", strikethrough: "s" };
const LONG_QUOTE = 160;

/** Return nodes for a text. `act` knows what links, commands and codes do; `seen` remembers what was revealed. */
export function renderText(text, entities, act, seen) {
  const ordered = [...(entities || [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return between(text, 0, text.length, ordered, act, seen);
}

function between(text, start, end, entities, act, seen) {
  const nodes = [];
  let at = start;
  let next = 0;
  while (next < entities.length) {
    const entity = entities[next];
    const begin = Math.max(entity.offset, at);
    const stop = Math.min(entity.offset + entity.length, end);
    const inner = [];
    next += 1;
    while (next < entities.length && entities[next].offset < stop) inner.push(entities[next++]);
    if (stop <= begin) continue;
    if (begin > at) nodes.push(document.createTextNode(text.slice(at, begin)));
    nodes.push(dress(entity, text.slice(begin, stop), between(text, begin, stop, inner, act, seen), act, seen));
    at = stop;
  }
  if (at < end) nodes.push(document.createTextNode(text.slice(at, end)));
  return nodes;
}

function dress(entity, words, children, act, seen) {
  const type = entity.type;
  if (PLAIN[type]) return el(PLAIN[type], {}, ...children);
  if (type === "spoiler") return spoiler(entity, children, act, seen);
  if (type === "blockquote") return el("blockquote", {}, ...children);
  if (type === "expandable_blockquote") return expandable(entity, words, children, act, seen);
  if (type === "pre") return el("pre", {}, el("code", {}, ...children));
  if (type === "code") {
    return el("code", { role: "button", tabindex: "0", onclick: () => act.copy(words), onkeydown: onEnter(() => act.copy(words)) }, ...children);
  }
  if (type === "bot_command") return el("button", { class: "in-text", type: "button", onclick: () => act.command(words) }, ...children);
  if (type === "text_link") return link(entity.url, children, act);
  if (type === "url") return link(/^[a-z]+:\/\//i.test(words) ? words : `https://${words}`, children, act);
  if (type === "email") return el("a", { href: `mailto:${words}` }, ...children);
  if (type === "phone_number") return el("a", { href: `tel:${words.replace(/[^+\d]/g, "")}` }, ...children);
  if (type === "mention" || type === "hashtag" || type === "text_mention") return el("span", { class: "tag" }, ...children);
  return el("span", {}, ...children);
}

function link(url, children, act) {
  return el("a", { href: url, rel: "noopener noreferrer", target: "_blank", title: url, onclick: (event) => act.link(event, url) }, ...children);
}

function spoiler(entity, children, act, seen) {
  const key = `spoiler:${entity.offset}`;
  const inner = el("span", { class: "spoiler-words" }, ...children);
  const node = el("span", { class: "spoiler" }, inner);
  const reveal = (event) => {
    if (seen.has(key)) return;
    event.preventDefault();
    event.stopPropagation();
    seen.add(key);
    show();
  };
  const show = () => {
    const open = seen.has(key);
    node.classList.toggle("open", open);
    if (open) {
      for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
      inner.removeAttribute("aria-hidden");
      inner.inert = false;
    } else {
      node.setAttribute("role", "button");
      node.setAttribute("tabindex", "0");
      node.setAttribute("aria-label", act.word("hidden"));
      inner.setAttribute("aria-hidden", "true");
      inner.inert = true;
    }
  };
  node.addEventListener("click", reveal, true);
  node.addEventListener("keydown", onEnter(reveal));
  show();
  return node;
}

function expandable(entity, words, children, act, seen) {
  const key = `quote:${entity.offset}`;
  const body = el("div", { class: "quote-words" }, ...children);
  const node = el("blockquote", { class: "expandable" }, body);
  if (words.length < LONG_QUOTE && words.split("\n").length <= 3) return node;
  const button = el("button", { class: "quote-more", type: "button" });
  const show = () => {
    const open = seen.has(key);
    node.classList.toggle("closed", !open);
    button.textContent = act.word(open ? "less" : "more");
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => { seen.has(key) ? seen.delete(key) : seen.add(key); show(); });
  node.append(button);
  show();
  return node;
}

export function onEnter(run) {
  return (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); run(event); } };
}
