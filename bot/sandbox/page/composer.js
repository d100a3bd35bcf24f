// The foot of the chat: writing, the menu of commands, attachments, inline results, keyboards.

import { arrowKeys, avatar, byId, el, icon } from "./dom.js";

const KINDS = ["photo", "voice", "sticker", "document", "location"];
let inlineTimer = 0;

/** Wire the fields up, once. */
export function wireComposer(model, act) {
  const text = byId("text");
  byId("form").addEventListener("submit", (event) => { event.preventDefault(); submit(model, act); });
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(model, act); }
    if (event.key === "ArrowUp" && !text.value) { event.preventDefault(); act.editLast(); }
    if (event.key === "ArrowDown" && !byId("popover").hidden) { event.preventDefault(); byId("popover").querySelector("button")?.focus(); }
    if (event.key === "Escape") { closePopover(); act.cancelContext(); }
  });
  text.addEventListener("input", () => { grow(text); typed(model, act); });
  byId("menu").addEventListener("click", () => toggle("menu", () => showCommands(model, act, "")));
  byId("attach").addEventListener("click", () => toggle("attach", () => showAttachments(act)));
  arrowKeys(byId("popover"));
  byId("popover").addEventListener("keydown", (event) => { if (event.key === "Escape") { closePopover(); text.focus(); } });
  document.addEventListener("pointerdown", (event) => { if (!byId("composer").contains(event.target)) closePopover(); });
}

/** Bring the foot of the chat up to date with who writes where. */
export function drawComposer(model, act) {
  const { word } = act;
  const chat = model.chat();
  const person = model.person();
  const open = chat.type === "private" ? person.started && !person.blocked && !model.pendingStart : chat.member;
  byId("form").hidden = !open;
  const wide = byId("wide");
  wide.hidden = open;
  if (!open) {
    const blocked = chat.type === "private" && person.blocked;
    wide.textContent = chat.type !== "private" ? word("rejoin") : blocked && !model.pendingStart ? word("unblock") : word("start");
    wide.onclick = chat.type !== "private" ? act.toggleMember : blocked && !model.pendingStart ? act.toggleBlock : act.start;
  }
  const menu = byId("menu");
  menu.textContent = word("menu");
  menu.hidden = !model.commands().length || chat.type !== "private";
  byId("text").placeholder = word("message");
  byId("text").setAttribute("aria-label", word("message"));
  label("attach", word("attach"));
  label("send", model.editing ? word("save") : word("send"));
  drawWriters(model, act, chat);
  drawContext(model, act);
  drawKeyboard(model, act, chat, open);
}

function label(id, words) {
  byId(id).title = words;
  byId(id).setAttribute("aria-label", words);
}

function drawWriters(model, act, chat) {
  const box = byId("writing-as");
  box.hidden = chat.type === "private";
  if (box.hidden) return;
  const holder = model.person();
  box.replaceChildren(
    el("span", { class: "caption" }, act.word("writingAs")),
    ...chat.people.map((id) => {
      const person = model.personById(id);
      return el("button", { type: "button", "aria-pressed": String(id === holder.id), onclick: () => act.writeAs(id) }, avatar({ name: person.first_name, part: person.part }), person.first_name);
    }),
  );
}

function drawContext(model, act) {
  const box = byId("context");
  const about = model.editing || model.replying;
  box.hidden = !about;
  if (!about) return;
  const title = model.editing ? act.word("editing") : act.word("replyTo", { name: about.from?.first_name ?? "" });
  box.replaceChildren(
    icon(model.editing ? "edit" : "reply"),
    el("div", {}, el("strong", {}, title), el("span", {}, (about.text ?? about.caption ?? "").slice(0, 120))),
    el("button", { class: "icon", type: "button", "aria-label": act.word("cancel"), onclick: act.cancelContext }, icon("close")),
  );
}

function drawKeyboard(model, act, chat, open) {
  const box = byId("keyboard");
  const rows = open ? chat.keyboard?.keyboard : null;
  box.hidden = !rows;
  if (!rows) return;
  box.replaceChildren(
    ...rows.map((row) => el("div", { class: "button-row" }, ...row.map((button) => {
      const words = typeof button === "string" ? button : button.text;
      const press = button.request_location ? () => act.sendFake("location") : button.request_chat ? () => act.shareChat(button.request_chat) : () => act.say(words);
      return el("button", { type: "button", onclick: press }, words);
    }))),
  );
}

function submit(model, act) {
  const text = byId("text");
  const words = text.value.trim();
  if (!words) return;
  clearTimeout(inlineTimer); // what was sent is not asked for any more
  act.say(words);
  setText("");
  closePopover();
}

/** Put words into the field, as if they had been typed. */
export function setText(words) {
  const text = byId("text");
  text.value = words;
  grow(text);
}

function grow(text) {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 140)}px`;
}

function typed(model, act) {
  const words = byId("text").value;
  clearTimeout(inlineTimer);
  const asked = words.match(new RegExp(`^@${model.data.bot.username}\\s([\\s\\S]*)$`, "i"));
  if (asked) {
    inlineTimer = setTimeout(() => { showWaiting(act); act.askInline(asked[1]); }, 250);
  } else if (/^\/[a-z0-9_]*$/i.test(words)) {
    showCommands(model, act, words.slice(1).toLowerCase());
  } else closePopover();
}

function toggle(name, show) {
  const box = byId("popover");
  if (!box.hidden && box.dataset.of === name) closePopover();
  else { closePopover(); box.dataset.of = name; byId(name).setAttribute("aria-expanded", "true"); show(); }
}

export function closePopover() {
  byId("popover").hidden = true;
  byId("popover").dataset.of = "";
  for (const id of ["menu", "attach"]) byId(id).setAttribute("aria-expanded", "false");
}

function popover(...items) {
  const box = byId("popover");
  box.replaceChildren(...items);
  box.hidden = !items.length;
}

function showCommands(model, act, begun) {
  const fitting = model.commands().filter((command) => command.command.startsWith(begun));
  popover(...fitting.map((command) => el("button", { type: "button", class: "command", onclick: () => { closePopover(); setText(""); act.say(`/${command.command}`); byId("text").focus(); } }, el("strong", {}, `/${command.command}`), el("span", {}, command.description))));
}

function showAttachments(act) {
  popover(el("div", { class: "tiles" }, ...KINDS.map((kind) => el("button", { class: "tile", type: "button", onclick: () => { closePopover(); act.sendFake(kind); } }, icon(kind), el("span", {}, act.word(kind))))));
}

function showWaiting(act) {
  popover(el("p", { class: "nothing" }, act.word("waiting")));
}

/** Show what the bot found for an inline query. */
export function showInline(answer, act) {
  const items = answer.results.map((result) => el(
    "button",
    { type: "button", class: "command result", onclick: () => { closePopover(); setText(""); act.choose(result); } },
    el("strong", {}, result.title || result.message?.text?.slice(0, 60) || act.word("photo")),
    el("span", {}, result.description || result.message?.text?.slice(0, 120) || ""),
  ));
  if (answer.button?.start_parameter) items.unshift(el("button", { type: "button", class: "command", onclick: () => { closePopover(); setText(""); act.deepLink(answer.button.start_parameter); } }, el("strong", {}, answer.button.text)));
  popover(...(items.length ? items : [el("p", { class: "nothing" }, act.word("noResults"))]));
}
