// Small building blocks of the page. Nothing is ever parsed as HTML: every word goes in as text.

export const byId = (id) => document.getElementById(id);

/** Make an element; `class`, `text`, `on*` and data attributes go through `props`, children follow. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** An icon of the sprite in index.html. */
export function icon(name, className = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  if (className) svg.setAttribute("class", className);
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

const HUES = { mother: "rose", young: "sky", teacher: "leaf" };

/** Fill a round avatar: the bot's charm, a person's initial, or a group's mark. */
export function paintAvatar(node, { bot = false, name = "", part = "" }) {
  node.className = `avatar ${bot ? "bot" : HUES[part] || "sand"}`;
  node.replaceChildren(bot ? icon("charm") : document.createTextNode([...name][0] || "·"));
  return node;
}

export const avatar = (about) => paintAvatar(el("span", { "aria-hidden": "true" }), about);

/** Move the focus among buttons with the arrow keys. */
export function arrowKeys(box) {
  box.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const items = [...box.querySelectorAll("button")];
    const at = items.indexOf(document.activeElement);
    const next = items[(at + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length];
    if (next) { next.focus(); event.preventDefault(); }
  });
}
