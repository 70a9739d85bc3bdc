// What the page asks the service for: the interface that /v1/openapi.json describes.

export class Problem extends Error {
  constructor(document) {
    super(document.detail);
    this.status = document.status;
    this.hint = document.hint ?? "";
  }
}

const token = () => sessionStorage.getItem("token");

export function keepToken(text) { sessionStorage.setItem("token", text); }

export function path(parts, parameters = {}) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null && value !== "") query.set(key, value);
  }
  const text = query.toString();
  return "/v1/" + parts.map(encodeURIComponent).join("/") + (text ? `?${text}` : "");
}

async function ask(address, options = {}) {
  const headers = { ...options.headers };
  if (token()) headers.Authorization = `Bearer ${token()}`;
  const answer = await fetch(address, { ...options, headers });
  if (answer.ok) return answer;
  let document = { status: answer.status, detail: answer.statusText };
  try { document = await answer.json(); } catch { /* no document */ }
  throw new Problem(document);
}

export async function get(parts, parameters, signal) {
  return (await ask(path(parts, parameters), { signal })).json();
}

export async function send(method, parts, body) {
  const options = { method };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const answer = await ask(path(parts), options);
  return answer.status === 204 ? null : answer.json();
}

export async function bytes(parts, parameters, signal) {
  return (await ask(path(parts, parameters), { signal })).arrayBuffer();
}

// What a server says as it happens: each event is {id, event, data}. Asked for by fetch, since the
// browser's own EventSource cannot send a token; where the connection breaks it goes on after the
// last event.
export async function* events(parts, signal, parameters) {
  let last = "";
  for (let pause = 500; ; pause = Math.min(2 * pause, 10_000)) {
    try {
      const headers = { Accept: "text/event-stream", ...(last && { "Last-Event-ID": last }) };
      const reader = (await ask(path(parts, parameters), { signal, headers })).body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ;) {
        const { value, done } = await reader.read();
        if (done) break;
        const blocks = (rest + value).split("\n\n");
        rest = blocks.pop();
        for (const block of blocks) {
          const event = { event: "message", data: "" };
          for (const line of block.split("\n")) {
            const colon = line.indexOf(":");
            if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, "");
          }
          if (event.id) last = event.id;
          pause = 500;
          if (event.id) yield event;
        }
      }
    } catch (error) {
      if (signal.aborted || error instanceof Problem) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (signal.aborted) return;
  }
}

// The address of a picture or a sound for an element. With a token it is fetched, since an element
// cannot send one.
export async function source(parts, parameters, signal) {
  const address = path(parts, parameters);
  if (!token()) return address;
  return URL.createObjectURL(await (await ask(address, { signal })).blob());
}
