// The chat's messages on the screen, kept in step with the model one by one.

import { byId, el, icon } from "./dom.js";
import { renderMessage } from "./bubbles.js";

const CLOSE = 300;
const shown = new Map();
let shownChat = 0;

/** Bring the screen up to date; only what changed is drawn anew. */
export function drawLog(model, act) {
  const log = byId("log");
  const chat = model.chat();
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const switched = shownChat !== chat.id;
  if (switched) { log.replaceChildren(); shown.clear(); shownChat = chat.id; log.setAttribute("aria-live", "off"); }
  const wanted = rows(model, act);
  const keys = new Set(wanted.map((row) => row.key));
  for (const [key, entry] of shown) if (!keys.has(key)) { entry.node.remove(); shown.delete(key); }
  let previous = null;
  for (const row of wanted) {
    const old = shown.get(row.key);
    let node = old?.node;
    if (!old || old.sign !== row.sign) {
      node = row.make();
      if (old) { node.classList.add("still"); old.node.replaceWith(node); }
      else if (switched) node.classList.add("still");
      shown.set(row.key, { node, sign: row.sign });
    }
    const place = previous ? previous.nextSibling : log.firstChild;
    if (place !== node) log.insertBefore(node, place);
    previous = node;
  }
  if (switched || atEnd) log.scrollTop = log.scrollHeight;
  if (switched) requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
}

function rows(model, act) {
  const chat = model.chat();
  const holder = model.person();
  const result = [];
  if (!chat.messages.length) result.push({ key: "welcome", sign: `${holder.description}${holder.language_code}`, make: () => welcome(holder, act) });
  const day = new Intl.DateTimeFormat(model.locale(holder), { timeZone: holder.zone, day: "numeric", month: "long", weekday: "short" });
  let lastDay = "";
  chat.messages.forEach((message, index) => {
    const date = day.format(new Date(message.date * 1000));
    if (date !== lastDay) {
      lastDay = date;
      const words = date === day.format(model.now()) ? act.word("today") : date;
      result.push({ key: `day:${date}`, sign: words, make: () => el("div", { class: "row service day" }, el("p", {}, words)) });
    }
    result.push(row(model, act, chat, holder, message, chat.messages[index - 1], chat.messages[index + 1]));
  });
  if (model.isTyping()) result.push({ key: "typing", sign: "", make: typingRow });
  return result;
}

function row(model, act, chat, holder, message, before, after) {
  const near = (other) => other && other.from?.id === message.from?.id && Math.abs(other.date - message.date) < CLOSE;
  const bot = message.from?.is_bot;
  const look = {
    own: message.from?.id === holder.id,
    tail: !near(after),
    first: !near(before),
    group: chat.type !== "private",
    zone: holder.zone,
    language: model.locale(holder),
    name: message.from?.first_name ?? "",
    avatar: { bot, name: message.from?.first_name, part: model.personById(message.from?.id)?.part },
    seen: model.seenIn(chat.id, message.message_id),
    busy: model.busy,
  };
  const busy = [...model.busy.keys()].filter((key) => key.startsWith(`${message.message_id}:`));
  const sign = JSON.stringify([message, look.own, look.tail, look.first, look.language, look.zone, busy]);
  return { key: `m${message.message_id}`, sign, make: () => renderMessage(message, look, act) };
}

function welcome(holder, act) {
  return el(
    "div",
    { class: "welcome" },
    icon("charm", "charm"),
    el("h3", {}, act.word("about")),
    el("p", { dir: "auto" }, holder.description || act.word("noDescription")),
  );
}

function typingRow() {
  return el("div", { class: "row theirs tail typing-row", "aria-hidden": "true" }, el("div", { class: "column" }, el("div", { class: "bubble dots" }, el("i"), el("i"), el("i"))));
}
