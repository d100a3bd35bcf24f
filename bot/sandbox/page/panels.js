// The two sides of the stage: who writes, and the tools of the sandbox.

import { avatar, byId, el, icon } from "./dom.js";
import { LANGUAGES } from "./words.js";

/** Draw the list of people and groups. */
export function drawPeople(model, act) {
  byId("tagline").textContent = act.word("tagline");
  byId("promise").textContent = act.word("promise");
  const list = el("ul", {});
  for (const chat of model.data.chats) {
    const face = model.face(chat);
    const last = chat.messages[chat.messages.length - 1];
    const unread = model.unread.get(chat.id) || 0;
    const current = chat.id === model.chatId;
    const button = el(
      "button",
      { class: "chat-item", type: "button", "aria-current": current ? "true" : null, onclick: () => act.open(chat.id) },
      avatar(face),
      el("span", { class: "chat-words" }, el("strong", {}, face.name), el("span", { class: "part" }, act.word(face.part)), last ? el("span", { class: "last" }, preview(last, act)) : null),
      unread ? el("span", { class: "badge", "aria-label": `${unread}` }, String(unread)) : null,
    );
    list.append(el("li", {}, button));
  }
  byId("chats").replaceChildren(list);
}

function preview(message, act) {
  const kind = ["photo", "voice", "sticker", "document", "location"].find((name) => message[name]);
  return message.text ?? message.caption ?? (kind ? act.word(kind) : "…");
}

/** Draw the tools for the chat that is open. */
export function drawTools(model, act) {
  const { word } = act;
  const box = byId("tools");
  const keep = box.contains(document.activeElement) ? document.activeElement.id : "";
  const link = byId("deep-link")?.value ?? "";
  const chat = model.chat();
  const person = model.person();
  box.replaceChildren(
    el("div", { class: "tools-head" }, el("h2", {}, word("tools")), el("button", { class: "icon close", type: "button", "aria-label": word("close"), onclick: act.closeDrawers }, icon("close"))),
    section(
      word("time"),
      el("p", { class: "clock", id: "tool-clock" }),
      el("button", { class: "action strong", id: "next-morning", type: "button", onclick: act.nextMorning }, icon("sunrise"), word("nextMorning")),
      el("div", { class: "pair" }, action("plus-hour", word("plusHour"), () => act.advance(3600)), action("plus-day", word("plusDay"), () => act.advance(86400))),
    ),
    section(
      word("sendFake"),
      el("div", { class: "tiles" }, ...["photo", "voice", "sticker", "document", "location"].map((kind) => el("button", { class: "tile", id: `fake-${kind}`, type: "button", onclick: () => act.sendFake(kind) }, icon(kind), el("span", {}, word(kind))))),
    ),
    section(
      word("thisChat"),
      action("edit-last", word("editLast"), act.editLast),
      ...(chat.type === "private"
        ? [action("block", person.blocked ? word("unblock") : word("block"), act.toggleBlock)]
        : [action("remove", chat.member ? word("removeBot") : word("rejoin"), act.toggleMember), chat.type === "group" ? action("upgrade", word("upgrade"), act.upgrade) : null]),
    ),
    section(
      word("deepLink"),
      el(
        "form",
        { class: "deep", onsubmit: (event) => { event.preventDefault(); act.deepLink(byId("deep-link").value.trim()); } },
        el("label", { for: "deep-link" }, `t.me/${model.data.bot.username}?start=`),
        el("div", {}, el("input", { id: "deep-link", value: link, autocomplete: "off", spellcheck: "false", maxlength: "64", pattern: "[A-Za-z0-9_\\-]{1,64}", placeholder: "t_grooming" }), el("button", { class: "action", type: "submit" }, word("go"))),
      ),
    ),
    section(word("language"), languages(person, act)),
    section(word("look"), looks(model, act)),
  );
  if (keep) byId(keep)?.focus();
  drawClock(model);
}

/** Show the sandbox's time in the zone of the person. */
export function drawClock(model) {
  const person = model.person();
  const now = model.now();
  const language = model.locale(person);
  const format = (options) => new Intl.DateTimeFormat(language, { timeZone: person.zone, hourCycle: "h23", ...options }).format(now);
  byId("status-time").textContent = format({ hour: "2-digit", minute: "2-digit" });
  byId("status-time").dateTime = now.toISOString();
  const clock = byId("tool-clock");
  if (clock) {
    clock.replaceChildren(
      el("strong", {}, format({ hour: "2-digit", minute: "2-digit" })),
      el("span", {}, format({ weekday: "long", day: "numeric", month: "long", year: "numeric" })),
      el("span", { class: "zone" }, person.zone.replace("_", " ")),
    );
  }
}

function section(title, ...content) {
  return el("section", {}, el("h3", {}, title), ...content);
}

function action(id, label, run) {
  return el("button", { class: "action", id, type: "button", onclick: run }, label);
}

function languages(person, act) {
  const select = el("select", { id: "language", "aria-label": act.word("language"), onchange: (event) => act.speak(event.target.value) });
  const known = person.language_code in LANGUAGES ? {} : { [person.language_code]: person.language_code };
  for (const [code, name] of Object.entries({ ...LANGUAGES, ...known })) {
    select.append(el("option", { value: code, selected: code === person.language_code }, name));
  }
  return select;
}

function looks(model, act) {
  const box = el("div", { class: "segments", role: "group", "aria-label": act.word("look") });
  for (const name of ["auto", "light", "dark"]) {
    box.append(el("button", { type: "button", id: `look-${name}`, "aria-pressed": String(model.look === name), onclick: () => act.setLook(name) }, act.word(name)));
  }
  return box;
}
