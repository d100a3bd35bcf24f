// The chat page: holds the model, listens to the sandbox, does what people do.

import { byId, el, paintAvatar } from "./dom.js";
import { drawLog } from "./log.js";
import { closePopover, drawComposer, setText, showInline, wireComposer } from "./composer.js";
import { Model } from "./model.js";
import { drawClock, drawPeople, drawTools } from "./panels.js";
import { word } from "./words.js";

const model = new Model();
const TYPING_MS = 5000;
const TOAST_MS = 3500;
const PRESS_MS = 15000;

// ---- speaking to the sandbox -------------------------------------------------------------------------------------

async function post(path, body) {
  const answer = await fetch(`/sandbox/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  const given = await answer.json();
  if (!answer.ok) throw new Error(given.error || answer.statusText);
  return given;
}

async function doAs(action, details = {}) {
  const chat = model.chat();
  const person = model.person();
  const where = chat.type === "private" ? {} : { chat_id: chat.id };
  try {
    return (await post("act", { action, person_id: person.id, ...where, ...details })).result;
  } catch (error) {
    toast(error.message);
    return null;
  }
}

async function doAlone(action, details = {}) {
  try { await post("act", { action, person_id: model.person().id, ...details }); } catch (error) { toast(error.message); }
}

async function refresh() {
  model.load(await (await fetch("/sandbox/state")).json());
  draw();
}

// ---- what people can do ------------------------------------------------------------------------------------------

const act = {
  word: (key, values) => word(model.data ? model.person().language_code || "en" : "en", key, values),
  open(id) {
    model.chatId = id;
    model.unread.delete(id);
    act.forgetContext();
    closePopover();
    act.closeDrawers();
    model.remember();
    draw();
    byId("text").focus({ preventScroll: true });
  },
  writeAs(id) { model.authors.set(model.chatId, id); draw(); },
  say(words) {
    const { editing, replying } = model;
    act.forgetContext();
    if (editing) doAs("edit", { message_id: editing.message_id, text: words });
    else doAs("say", { text: words, ...(replying ? { reply_to: replying.message_id } : {}) });
    drawComposer(model, act);
    byId("log").scrollTop = byId("log").scrollHeight;
  },
  command(words) { doAs("say", { text: words }); },
  start() { const payload = model.pendingStart; model.pendingStart = ""; doAlone("start", { payload }).then(() => byId("text").focus()); },
  deepLink(payload) {
    if (model.chat().type !== "private") model.chatId = model.person().id;
    act.closeDrawers();
    if (!payload) return;
    model.pendingStart = payload;
    draw();
    byId("wide").focus();
  },
  sendFake(kind) {
    const caption = kind === "photo" ? byId("text").value.trim() : "";
    if (caption) setText("");
    act.closeDrawers();
    doAs("send", { kind, caption });
  },
  shareChat({ request_id, chat_is_channel }) {
    const own = model.data.chats.find((chat) => chat.people?.includes(model.person().id) && (chat_is_channel ? chat.type === "channel" : chat.type.endsWith("group")));
    if (own) doAlone("share_chat", { shared: own.id, request_id });
    else toast(act.word("noSuchChat"));
  },
  reply(message) { model.editing = null; model.replying = message; drawComposer(model, act); byId("text").focus(); },
  editLast() {
    const own = model.person().id;
    const last = [...model.chat().messages].reverse().find((message) => message.from?.id === own && !message.via_bot && (message.text ?? message.caption));
    if (!last) return;
    model.replying = null;
    model.editing = last;
    act.closeDrawers();
    setText(last.text ?? last.caption);
    drawComposer(model, act);
    byId("text").focus();
  },
  cancelContext() { if (model.editing) setText(""); act.forgetContext(); drawComposer(model, act); },
  forgetContext() { model.editing = null; model.replying = null; },
  toggleBlock() { doAlone("block", { blocked: !model.person().blocked }); },
  toggleMember() { doAs("invite_bot", { inside: !model.chat().member }); },
  upgrade() { doAs("upgrade"); },
  speak(code) { doAlone("speak", { language_code: code }); },
  askInline(query) { doAs("ask_inline", { query }).then((id) => { model.inline = id; }); },
  choose(result) { doAs("choose", { result }); },
  async press(message, button, key) {
    if (button.url) { act.link(null, button.url); return; }
    if (button.copy_text) { act.copy(button.copy_text.text); return; }
    // A phone lets one choose a chat to share with; here the chat that is open stands for it.
    if (button.switch_inline_query !== undefined) toast(act.word("shared"));
    const here = button.switch_inline_query_current_chat ?? button.switch_inline_query;
    if (here !== undefined) { setText(`@${model.data.bot.username} ${here}`); byId("text").focus(); byId("text").dispatchEvent(new Event("input")); return; }
    const waiting = { until: performance.now() + PRESS_MS, id: null };
    model.busy.set(key, waiting);
    drawLog(model, act);
    waiting.id = await doAs("press", { message_id: message.message_id, data: button.callback_data });
    if (answered.delete(waiting.id) || waiting.id === null) model.busy.delete(key);
    drawLog(model, act);
  },
  link(event, url) {
    event?.preventDefault();
    const own = url.match(new RegExp(`^(?:https?://t\\.me/${model.data.bot.username}|tg://resolve)\\/?\\?(.*)$`, "i"));
    const start = own && new URLSearchParams(own[1]).get("start");
    if (start) { act.deepLink(start); return; }
    if (/^(https?:\/\/t\.me\/share|tg:\/\/msg)/i.test(url)) { toast(act.word("shared")); return; }
    ask(`${act.word("openLink")}\n${url}`, [[act.word("cancel"), null], [act.word("open"), () => window.open(url, "_blank", "noopener,noreferrer")]]);
  },
  copy(words) { navigator.clipboard?.writeText(words).catch(() => {}); toast(act.word("copied")); },
  enlarge(src, alt) { enlarge(src, alt); },
  jump(id) {
    const row = byId("log").querySelector(`[data-id="${id}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.classList.add("flash");
    setTimeout(() => row?.classList.remove("flash"), 1200);
  },
  async nextMorning() {
    act.closeDrawers();
    byId("dawn").textContent = act.word("morning");
    byId("dawn").classList.remove("rise");
    void byId("dawn").offsetWidth;
    byId("dawn").classList.add("rise");
    await post("clock", { next_morning: model.person().id }).catch((error) => toast(error.message));
  },
  advance(seconds) { post("clock", { advance_seconds: seconds }).catch((error) => toast(error.message)); },
  setLook(name) { model.look = name; model.remember(); applyLook(); drawTools(model, act); },
  closeDrawers() {
    for (const name of ["people", "tools"]) { byId(name).classList.remove("open"); byId(`open-${name}`).setAttribute("aria-expanded", "false"); }
    byId("veil").hidden = true;
  },
};

const answered = new Set();

// ---- what the sandbox tells --------------------------------------------------------------------------------------

const hear = {
  reload: refresh,
  profile: refresh,
  clock(event) { model.setNow(event.now); draw(); },
  message(event) {
    const fresh = model.put(event.chat, event.message);
    if (!event.message.incoming) model.typing.delete(event.chat);
    if (fresh && event.chat !== model.chatId && !event.message.incoming) model.unread.set(event.chat, (model.unread.get(event.chat) || 0) + 1);
    const person = event.message.incoming && model.personById(event.chat);
    if (person && !person.started) { person.started = true; drawComposer(model, act); }
    drawPeople(model, act);
    if (event.chat === model.chatId) { drawLog(model, act); drawHead(); }
  },
  force_reply(event) {
    const asking = event.chat === model.chatId && model.chat().messages.find((message) => message.message_id === event.message_id);
    if (asking) act.reply(asking);
  },
  deleted(event) { model.remove(event.chat, event.ids); drawPeople(model, act); drawLog(model, act); },
  typing(event) {
    model.typing.set(event.chat, performance.now() + TYPING_MS);
    setTimeout(() => { drawLog(model, act); drawHead(); }, TYPING_MS + 50);
    drawLog(model, act);
    drawHead();
  },
  keyboard(event) { const chat = model.chatIfKnown(event.chat); if (chat) chat.keyboard = event.keyboard; drawComposer(model, act); },
  toast(event) {
    const pressed = [...model.busy].find(([, waiting]) => waiting.id === event.id);
    if (pressed) model.busy.delete(pressed[0]);
    else answered.add(event.id);
    drawLog(model, act);
    if (event.person !== model.person().id) return;
    if (event.url) act.link(null, event.url);
    else if (event.text && event.alert) ask(event.text, [[act.word("ok"), null]]);
    else if (event.text) toast(event.text);
  },
  inline(event) { if (event.person === model.person().id && byId("text").value.startsWith("@")) showInline(event, act); },
};

function listen() {
  const source = new EventSource("/sandbox/events");
  let lost = false;
  source.onmessage = (message) => { const event = JSON.parse(message.data); hear[event.kind]?.(event); };
  source.onerror = () => { if (!lost) toast(act.word("lost")); lost = true; };
  source.onopen = () => { lost = false; refresh(); };
}

// ---- drawing -----------------------------------------------------------------------------------------------------

function draw() {
  document.documentElement.lang = model.person().language_code || "en";
  byId("open-people").setAttribute("aria-label", act.word("people"));
  byId("people").setAttribute("aria-label", act.word("people"));
  byId("people").querySelector(".close").setAttribute("aria-label", act.word("close"));
  byId("open-tools").setAttribute("aria-label", act.word("tools"));
  byId("tools").setAttribute("aria-label", act.word("tools"));
  byId("to-end").setAttribute("aria-label", act.word("newest"));
  byId("log").setAttribute("aria-label", act.word("message"));
  byId("status-mark").textContent = act.word("mark");
  byId("status-mark").title = act.word("promise");
  byId("status-mark").onclick = () => toast(act.word("promise"));
  drawPeople(model, act);
  drawTools(model, act);
  drawHead();
  drawLog(model, act);
  drawComposer(model, act);
}

function drawHead() {
  const chat = model.chat();
  const group = chat.type !== "private";
  const bot = model.person().bot_name || model.data.bot.first_name;
  paintAvatar(byId("head-avatar"), group ? { name: chat.title, part: "group" } : { bot: true });
  byId("head-title").textContent = group ? chat.title : bot;
  const sub = byId("head-sub");
  const calm = group ? (chat.member ? act.word("members", { n: chat.people.length }) : act.word("outside")) : act.word("bot");
  const words = model.isTyping() ? `${act.word("typing")}…` : calm;
  if (sub.textContent !== words) sub.textContent = words;
  sub.classList.toggle("busy", model.isTyping());
}

let toastTimer = 0;
function toast(words) {
  const box = byId("toast");
  box.textContent = words;
  box.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => box.classList.remove("shown"), TOAST_MS);
}

function ask(words, choices) {
  const dialog = byId("dialog");
  dialog.className = "";
  byId("dialog-text").textContent = words;
  byId("dialog-buttons").replaceChildren(...choices.map(([label, run]) => el("button", { class: run || choices.length === 1 ? "action strong" : "action", type: "button", onclick: () => { dialog.close(); run?.(); } }, label)));
  dialog.showModal();
}

function enlarge(src, alt) {
  const dialog = byId("dialog");
  dialog.className = "picture";
  byId("dialog-text").replaceChildren(el("img", { src, alt }));
  byId("dialog-buttons").replaceChildren(el("button", { class: "action", type: "button", onclick: () => dialog.close() }, act.word("close")));
  dialog.onclick = (event) => { if (event.target.tagName !== "BUTTON") dialog.close(); };
  dialog.addEventListener("close", () => { dialog.onclick = null; }, { once: true });
  dialog.showModal();
}

function applyLook() {
  if (model.look === "auto") delete document.documentElement.dataset.look;
  else document.documentElement.dataset.look = model.look;
}

function wireDrawers() {
  for (const name of ["people", "tools"]) {
    byId(`open-${name}`).addEventListener("click", () => {
      byId(name).classList.add("open");
      byId(`open-${name}`).setAttribute("aria-expanded", "true");
      byId("veil").hidden = false;
      byId(name).querySelector("button:not(.close)")?.focus();
    });
  }
  byId("veil").addEventListener("click", act.closeDrawers);
  for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", act.closeDrawers);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") act.closeDrawers(); });
}

function wireLog() {
  const log = byId("log");
  log.addEventListener("scroll", () => { byId("to-end").hidden = log.scrollHeight - log.scrollTop - log.clientHeight < 200; });
  log.addEventListener("load", (event) => { if (event.target.tagName === "IMG" && byId("to-end").hidden) log.scrollTop = log.scrollHeight; }, true);
  byId("to-end").addEventListener("click", () => { log.scrollTop = log.scrollHeight; });
}

function tick() {
  if (!model.data) return;
  drawClock(model);
  let ended = false;
  for (const [key, waiting] of model.busy) if (waiting.until < performance.now()) { model.busy.delete(key); ended = true; }
  if (ended) drawLog(model, act);
}

applyLook();
await refresh();
wireComposer(model, act);
wireDrawers();
wireLog();
listen();
setInterval(tick, 1000);
document.documentElement.dataset.ready = "yes";
