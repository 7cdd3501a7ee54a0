// A page as somebody without a framework writes it. Its address says which server it talks to, and how.
import { createClient, requireOk } from "/latchkey/client/create-client.js";

const asked = new URLSearchParams(location.search);
const url = asked.get("url");
const storage = asked.get("storage");
const show = (id, text) => {
  document.getElementById(id).textContent = text;
};

const ended = [];
const client = createClient({
  url,
  transport: asked.get("transport") ?? "cookie",
  ...(storage !== null && { storage: window[storage] }),
  onSignedOut: (reason) => ended.push(reason),
});
const states = [client.state.status];
let wake = [];

client.subscribe(({ status, user }) => {
  states.push(status);
  for (const tell of wake) tell();
  show("status", status);
  show("user", user?.username ?? "");
});

/** What is private, or the code and the reason of the refusal. */
async function ask() {
  try {
    const response = await requireOk(await client.fetch(`${url}/me`));
    return `private to ${(await response.json()).username}`;
  } catch (error) {
    return [error.code ?? error.name, error.reason].filter(Boolean).join(" ");
  }
}

document.getElementById("ask").addEventListener("click", async () => show("private", await ask()));

window.tab = {
  client,
  states,
  ended,
  ask,
  /** Is fulfilled once the status is as wanted. */
  async reached(status) {
    while (client.state.status !== status) await new Promise((resolve) => wake.push(resolve));
    wake = [];
  },
  /** Calls a method of the client; an error as what it has. */
  async call(method, given) {
    try {
      return await client[method](given);
    } catch ({ name, code, reason, retryAfter, fields }) {
      return { name, code, reason, retryAfter, fields };
    }
  },
};
