// The phone page: asks for the view, waits until it changes, and shows it.
"use strict";

const $ = (id) => document.getElementById(id);
const open = { customer: new URLSearchParams(location.search).get("customer") || "", number: "" };
let view = null;
let waiting = null;

const TICKS = { sent: ["✓", "Sent"], delivered: ["✓✓", "Delivered"], read: ["✓✓", "Read"], failed: ["!", "Not delivered"] };

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || `HTTP ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

// One request at a time; a new choice of customer ends the old one.
async function follow() {
  let revision = 0;
  for (;;) {
    const asked = { ...open };
    waiting = new AbortController();
    try {
      const query = new URLSearchParams({ ...asked, since: revision });
      const answer = await fetch(`/phone/api/view?${query}`, { signal: waiting.signal });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const next = await answer.json();
      $("offline").hidden = true;
      if (asked.customer !== open.customer || asked.number !== open.number) { revision = 0; continue; }
      view = next;
      revision = next.revision;
      open.number = next.number || open.number;
      render();
    } catch (error) {
      if (error.name === "AbortError") { revision = 0; continue; }
      $("offline").hidden = false;
      await new Promise((resume) => setTimeout(resume, 1000));
    }
  }
}

function choose(customer) {
  open.customer = customer;
  open.number = "";
  history.replaceState(null, "", customer ? `/phone?customer=${encodeURIComponent(customer)}` : "/phone");
  $("phone").dataset.screen = customer ? "chat" : "list";
  $("bubbles").replaceChildren();
  waiting?.abort();
  if (customer) $("text").focus();
}

function time(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function initials(name) {
  return name.split(/\s+/).slice(0, 2).map((word) => [...word][0] || "").join("").toUpperCase();
}

function render() {
  renderList();
  renderChat();
}

function renderList() {
  const focused = document.activeElement?.dataset?.key;
  const wanted = $("search").value.trim().toLowerCase();
  const shown = view.customers.filter((one) => `${one.name} ${one.key}`.toLowerCase().includes(wanted));
  $("list").replaceChildren(...shown.map((one) => {
    const unread = one.unread
      ? [element("span", { className: "unread", textContent: one.unread, ariaLabel: `${one.unread} unread` })]
      : [];
    const button = element("button", { type: "button", onclick: () => choose(one.key) },
      element("span", { className: "face", textContent: initials(one.name), ariaHidden: "true" }),
      element("span", { className: "about" },
        element("span", { textContent: one.name }),
        element("span", { className: "last", textContent: one.last || `+${one.key}` })),
      element("span", { className: "side" },
        element("span", { textContent: one.last_at ? time(one.last_at) : "" }), ...unread));
    button.dataset.key = one.key;
    button.setAttribute("aria-current", String(one.key === view.customer));
    return element("li", {}, button);
  }));
  if (focused) $("list").querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function renderChat() {
  const person = view.customers.find((one) => one.key === view.customer);
  const active = Boolean(person);
  $("chat-title").textContent = person ? person.name : "Choose a customer";
  $("face").textContent = person ? initials(person.name) : "";
  $("playing").textContent = person ? `You write as +${person.key}` : "";
  document.title = person ? `${person.name}'s phone` : "Customer's phone";
  for (const id of ["text", "send", "picture", "number"]) $(id).disabled = !active;
  $("typing").hidden = !view.typing;
  renderNumbers();

  const bubbles = $("bubbles");
  const follows = atEnd() || !bubbles.childElementCount;
  const known = new Map([...bubbles.children].map((item) => [item.dataset.id, item]));
  bubbles.replaceChildren(...view.chat.map((bubble) => {
    const drawn = JSON.stringify(bubble);
    const same = known.get(bubble.id);
    return same?.dataset.drawn === drawn ? same : draw(bubble, drawn);
  }));
  if (follows) toEnd();
  markRead();
}

// Generous, so that a picture that just appeared still counts as the end.
function atEnd() {
  const { scrollHeight, scrollTop, clientHeight } = $("bubbles");
  return scrollHeight - scrollTop - clientHeight < 320;
}

function toEnd() {
  $("bubbles").scrollTop = $("bubbles").scrollHeight;
}

function renderNumbers() {
  const ids = view.numbers.map((one) => one.id).join();
  if ($("number").dataset.ids !== ids) {
    $("number").dataset.ids = ids;
    $("number").replaceChildren(...view.numbers.map((one) =>
      element("option", { value: one.id, textContent: `${one.name} (${one.display})` })));
  }
  $("number").value = view.number || "";
}

function draw(bubble, drawn) {
  const item = element("li", { className: bubble.from_business ? "bubble" : "bubble mine" });
  item.dataset.id = bubble.id;
  item.dataset.drawn = drawn;
  if (bubble.media && bubble.is_image) {
    const src = `/phone/api/media/${encodeURIComponent(bubble.media)}`;
    // A picture grows its bubble after the chat was scrolled to the end.
    item.append(element("img", { src, alt: "Picture", onload: () => atEnd() && toEnd() }));
  } else if (bubble.media) {
    const href = `/phone/api/media/${encodeURIComponent(bubble.media)}`;
    item.append(element("a", { href, textContent: "Open file", target: "_blank", rel: "noopener" }));
  }
  if (bubble.text) item.append(element("p", { textContent: bubble.text, dir: "auto" }));
  const foot = element("div", { className: "foot" }, element("time", { textContent: time(bubble.at) }));
  if (!bubble.from_business) {
    const [sign, words] = TICKS[bubble.tick];
    foot.append(element("span", { className: `tick ${bubble.tick}`, textContent: sign, title: words, role: "img", ariaLabel: words }));
  }
  item.append(foot);
  const { list, link, asks_location: asks } = bubble.offer;
  if (bubble.choices.length) {
    const choices = element("div", { className: "choices" }, ...choicesOf(bubble));
    // As on a phone, a list opens by its button.
    item.append(list ? element("details", {}, element("summary", { textContent: list }), choices) : choices);
  }
  if (link) {
    const { title, url } = link;
    const open = element("a", { href: url, textContent: title, target: "_blank", rel: "noopener noreferrer" });
    item.append(element("div", { className: "choices" }, open));
  }
  if (asks) {
    const button = element("button", { type: "button", textContent: "Send location" });
    button.onclick = () => say({ type: "location", latitude: 52.520008, longitude: 13.404954, name: "Alexanderplatz", reply_to: bubble.id });
    item.append(element("div", { className: "choices" }, button));
  }
  if (bubble.reaction) item.append(element("span", { className: "reaction", textContent: bubble.reaction }));
  return item;
}

function choicesOf(bubble) {
  let heading = null;
  return bubble.choices.flatMap((one) => {
    const drawn = choice(bubble, one);
    if (!one.section || one.section === heading) return [drawn];
    heading = one.section;
    return [element("strong", { textContent: heading }), drawn];
  });
}

function choice(bubble, one) {
  const said = one.kind === "list_row"
    ? { type: "list_reply", id: one.id, title: one.title, description: one.description }
    : one.kind === "quick_reply"
      ? { type: "button", payload: one.id, text: one.title }
      : { type: "button_reply", id: one.id, title: one.title };
  const button = element("button", { type: "button", textContent: one.title });
  if (one.description) button.append(element("small", { textContent: one.description }));
  button.onclick = () => say({ ...said, reply_to: bubble.id });
  return button;
}

async function say(said) {
  try {
    await post("/phone/api/say", { customer: view.customer, phone_number_id: view.number, ...said });
    toEnd();
  } catch (error) {
    alert(error.message);
  }
}

// A message counts as read only while a person can see it.
function markRead() {
  if (view?.customer && view.unread && document.visibilityState === "visible") {
    post("/phone/api/read", { customer: view.customer, number: view.number }).catch(() => {});
  }
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text || !view?.customer) return;
  $("text").value = "";
  say({ type: "text", text });
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
});
$("attach").addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === " ") { event.preventDefault(); $("picture").click(); }
});
$("picture").addEventListener("change", async () => {
  const file = $("picture").files[0];
  if (!file || !view?.customer) return;
  const query = new URLSearchParams({ customer: view.customer, number: view.number, caption: $("text").value.trim() });
  const answer = await fetch(`/phone/api/picture?${query}`, {
    method: "POST", headers: { "Content-Type": file.type }, body: file,
  });
  $("picture").value = "";
  if (answer.ok) $("text").value = "";
  else alert((await answer.json().catch(() => ({}))).error || "The picture could not be sent.");
});
$("number").addEventListener("change", () => {
  open.number = $("number").value;
  $("bubbles").replaceChildren();
  waiting?.abort();
});
$("search").addEventListener("input", () => view && renderList());
$("back").addEventListener("click", () => choose(""));
document.addEventListener("visibilitychange", markRead);

$("new").addEventListener("click", () => { $("create-error").textContent = ""; $("create").showModal(); });
$("create-cancel").addEventListener("click", () => $("create").close());
$("create-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const made = await post("/phone/api/customers", { name: $("create-name").value, phone: $("create-phone").value });
    $("create").close();
    $("create-form").reset();
    choose(made.key);
  } catch (error) {
    $("create-error").textContent = error.message;
  }
});

if (open.customer) $("phone").dataset.screen = "chat";
follow();
