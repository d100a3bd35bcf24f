// One message as it stands in the chat: bubble, picture, file, buttons.

import { avatar, el, icon } from "./dom.js";
import { onEnter, renderText } from "./text.js";

/** Return the row of a message. `look`: { own, tail, group, zone, language, names, seen, busy }. */
export function renderMessage(message, look, act) {
  const service = serviceWords(message, act);
  if (service) return el("div", { class: "row service" }, el("p", {}, service));
  const sticker = message.sticker && !message.text;
  const bubble = el("div", { class: `bubble${sticker ? " bare" : ""}${message.photo ? " with-photo" : ""}` });
  if (look.group && !look.own && look.first) bubble.append(el("p", { class: "sender" }, look.name));
  if (message.via_bot) bubble.append(el("p", { class: "via" }, `${act.word("via")} @${message.via_bot.username}`));
  if (message.reply_to_message) bubble.append(quotedReply(message.reply_to_message, look, act));
  const above = message.show_caption_above_media;
  const media = renderMedia(message, look, act);
  const words = message.text ?? message.caption;
  const entities = message.entities ?? message.caption_entities;
  const stamp = meta(message, look, act);
  const body = words ? el("div", { class: "words", dir: "auto" }, ...renderText(words, entities, act, look.seen)) : null;
  bubble.append(...[above ? body : media, above ? media : body].filter(Boolean));
  if (body && !above) body.append(room(stamp));
  else bubble.classList.add("stamp-below");
  bubble.append(stamp);
  const column = el("div", { class: "column" }, bubble);
  if (message.reply_markup?.inline_keyboard) column.append(keyboard(message, look, act));
  const row = el("div", { class: `row ${look.own ? "own" : "theirs"}${look.tail ? " tail" : ""}`, "data-id": message.message_id }, column);
  if (look.group && !look.own) {
    row.prepend(look.tail ? avatar(look.avatar) : el("span", { class: "avatar empty", "aria-hidden": "true" }));
  }
  const tool = el("button", { class: "icon reply", type: "button", title: act.word("reply"), "aria-label": act.word("reply"), onclick: () => act.reply(message) }, icon("reply"));
  row.append(tool);
  row.prepend(el("span", { class: "sr" }, `${look.own ? act.word("you") : look.name}: `));
  return row;
}

function serviceWords(message, act) {
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return act.word("moved");
  return "";
}

function meta(message, look, act) {
  const time = new Intl.DateTimeFormat(look.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: look.zone });
  const date = new Date(message.date * 1000);
  const parts = el("span", { class: "meta" });
  if (message.edit_date && message.incoming) parts.append(`${act.word("edited")} `);
  parts.append(el("time", { datetime: date.toISOString() }, time.format(date)));
  if (look.own) parts.append(icon("ticks", "ticks"));
  return parts;
}

/** Keep as much room at the end of the words as the time stamp in the corner needs. */
function room(stamp) {
  const copy = stamp.cloneNode(true);
  copy.className = "meta room";
  copy.setAttribute("aria-hidden", "true");
  return copy;
}

function quotedReply(replied, look, act) {
  const words = replied.text ?? replied.caption ?? act.word("photo");
  return el(
    "button",
    { class: "quoted", type: "button", onclick: () => act.jump(replied.message_id) },
    el("strong", {}, replied.from?.first_name ?? ""),
    el("span", {}, words.slice(0, 90)),
  );
}

function renderMedia(message, look, act) {
  if (message.photo) return photo(message, look, act);
  if (message.document) {
    const file = message.document;
    return el(
      "a",
      { class: "file", href: `/sandbox/file/${encodeURIComponent(file.file_id)}`, download: file.file_name },
      el("span", { class: "file-mark" }, icon("document")),
      el("span", { class: "file-words" }, el("strong", {}, file.file_name), el("span", {}, size(file.file_size))),
    );
  }
  if (message.voice) {
    const bars = el("span", { class: "wave", "aria-hidden": "true" });
    for (let n = 0; n < 26; n += 1) bars.append(el("i", { class: `h${(n * 7 + n * n) % 6}` }));
    return el("div", { class: "file voice", role: "img", "aria-label": `${act.word("voice")} 0:07` }, el("span", { class: "file-mark" }, icon("play")), el("span", { class: "file-words" }, bars, el("span", {}, "0:07")));
  }
  if (message.sticker) return el("div", { class: "sticker", role: "img", "aria-label": `${act.word("sticker")} ${message.sticker.emoji}` }, icon("blossom"));
  if (message.location) {
    const { latitude, longitude } = message.location;
    return el("div", { class: "place", role: "img", "aria-label": act.word("location") }, icon("location"), el("span", {}, `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`));
  }
  return null;
}

function photo(message, look, act) {
  const largest = message.photo[message.photo.length - 1];
  const image = el("img", { src: `/sandbox/file/${encodeURIComponent(largest.file_id)}`, alt: message.caption ? message.caption.slice(0, 200) : act.word("picture"), width: largest.width || 4, height: largest.height || 3 });
  const key = "photo";
  const hidden = message.has_media_spoiler && !look.seen.has(key);
  const frame = el("div", { class: `photo${hidden ? " veiled" : ""}`, role: "button", tabindex: "0", "aria-label": act.word(hidden ? "hiddenPicture" : "fullPicture") }, image);
  const press = () => {
    if (frame.classList.contains("veiled")) {
      look.seen.add(key);
      frame.classList.remove("veiled");
      frame.setAttribute("aria-label", act.word("fullPicture"));
    } else act.enlarge(image.src, image.alt);
  };
  frame.addEventListener("click", press);
  frame.addEventListener("keydown", onEnter(press));
  return frame;
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function keyboard(message, look, act) {
  const box = el("div", { class: "buttons" });
  message.reply_markup.inline_keyboard.forEach((row, y) => {
    const line = el("div", { class: "button-row" });
    row.forEach((button, x) => {
      const key = `${message.message_id}:${y}:${x}`;
      const waiting = look.busy.has(key);
      const node = el("button", { type: "button", class: waiting ? "waiting" : "", "aria-busy": waiting ? "true" : null, onclick: () => act.press(message, button, key) }, el("span", {}, button.text));
      if (button.url) node.append(icon("out", "out"));
      line.append(node);
    });
    box.append(line);
  });
  return box;
}
