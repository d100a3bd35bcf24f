// What the page knows: the sandbox's state, and what this window is looking at.

const START = /^[A-Za-z0-9_-]{1,64}$/;

export class Model {
  constructor() {
    this.data = null;
    this.chatId = 0;
    this.authors = new Map();
    this.unread = new Map();
    this.typing = new Map();
    this.busy = new Map();
    this.seen = new Map();
    this.editing = null;
    this.replying = null;
    this.pendingStart = "";
    this.inline = null;
    this.look = read("look") || "auto";
    this.readAt = 0;
  }

  /** Take in a fresh state; the chat that was open stays open where it still exists. */
  load(data) {
    this.data = data;
    this.readAt = performance.now();
    if (!data.chats.some((chat) => chat.id === this.chatId)) {
      const asked = new URLSearchParams(location.search);
      const part = asked.get("person") || (this.chatId ? "group" : read("part"));
      const found = data.chats.find((chat) => this.face(chat).part === part) || data.chats[0];
      const start = asked.get("start") || "";
      if (!this.chatId && START.test(start)) this.pendingStart = start;
      this.chatId = found.id;
    }
  }

  chat(id = this.chatId) { return this.data.chats.find((chat) => chat.id === id); }
  chatIfKnown(id) { return this.data?.chats.find((chat) => chat.id === id); }
  personById(id) { return this.data.people.find((person) => person.id === id); }

  /** The person who holds the phone: of a group, the one who writes there now. */
  person(chat = this.chat()) {
    return this.personById(chat.type === "private" ? chat.id : this.authors.get(chat.id) ?? chat.people[0]);
  }

  face(chat) {
    if (chat.type !== "private") return { name: chat.title, part: "group" };
    const person = this.personById(chat.id);
    const names = [person.first_name, person.last_name].filter(Boolean);
    if (/[\u3040-\u9fff]/.test(person.last_name || "")) names.reverse();
    return { name: names.join(" "), part: person.part || "guest" };
  }

  /** How dates are written on the phone of a person. */
  locale(person = this.person()) {
    const code = person.language_code || "en";
    return code === "en" && person.zone.startsWith("Europe/") ? "en-GB" : code;
  }

  commands() { return this.chat().commands[String(this.person().id)] || []; }

  now() { return new Date(Date.parse(this.data.now) + performance.now() - this.readAt); }

  setNow(iso) { this.data.now = iso; this.readAt = performance.now(); }

  isTyping(chatId = this.chatId) { return (this.typing.get(chatId) || 0) > performance.now(); }

  /** What was revealed in a message: spoilers and folded quotes. */
  seenIn(chatId, messageId) {
    const key = `${chatId}:${messageId}`;
    if (!this.seen.has(key)) this.seen.set(key, new Set());
    return this.seen.get(key);
  }

  /** Put a new or changed message into its chat; returns whether it is new. */
  put(chatId, message) {
    const chat = this.chatIfKnown(chatId);
    if (!chat) return false;
    const at = chat.messages.findIndex((known) => known.message_id === message.message_id);
    if (at >= 0) chat.messages[at] = message;
    else chat.messages.push(message);
    return at < 0;
  }

  remove(chatId, ids) {
    const chat = this.chatIfKnown(chatId);
    if (chat) chat.messages = chat.messages.filter((message) => !ids.includes(message.message_id));
  }

  remember() { write("part", this.face(this.chat()).part); write("look", this.look); }
}

function read(name) {
  try { return localStorage.getItem(`mamori-${name}`); } catch { return null; }
}

function write(name, value) {
  try { localStorage.setItem(`mamori-${name}`, value); } catch { /* a window without storage forgets, that is all */ }
}
