// Jobs: the lathe program at work for the service.

import { add, count, element, table } from "./elements.js";
import { events, get, send } from "./service.js";

// Bytes of what a job said before it is looked at.
const mostSaid = 100_000;

export async function jobs(place, fields, signal) {
  add(place, element("h1", {}, "Jobs"));
  const kinds = (await get(["job-kinds"], {}, signal)).kinds;
  const list = element("div", { "aria-live": "polite" });
  const log = element("pre", { class: "scroll", tabindex: "0", hidden: true });
  const error = element("p", { class: "bad", role: "alert" });
  const kind = element("select", { id: "kind", onchange: () => draw() }, kinds.map((one) => element("option", { value: one.name }, one.name)));
  const inputs = element("div", { class: "row" });
  const draw = () => inputs.replaceChildren(...kinds.find((one) => one.name === kind.value).fields.map((field) =>
    element("label", { class: "field" }, field.required ? field.name : `${field.name} (may be left out)`, element("input", {
      name: field.name, required: field.required, value: field.name === "cache" ? fields.cache ?? "" : "",
    }), element("span", { class: "faint" }, field.about))));
  draw();
  async function show() {
    const all = (await get(["jobs"], { limit: 100 }, signal)).jobs;
    list.replaceChildren(all.length === 0 ? element("p", {}, "No job was started yet.") : table("Jobs, the newest first", [
      { name: "Job", number: true, cell: (job) => String(job.id) }, { name: "What", cell: (job) => job.arguments.join(" ") },
      { name: "State", cell: (job) => element("span", { class: job.state === "failed" ? "bad" : job.state === "done" ? "good" : "" }, state(job)) },
      { name: "", cell: (job) => [
        element("button", { onclick: () => watch(job) }, "Log"), " ",
        ["queued", "running"].includes(job.state) && element("button", { onclick: async () => { await send("DELETE", ["jobs", String(job.id)]); show(); } }, "Cancel"),
      ] },
    ], all));
    if (all.some((job) => ["queued", "running"].includes(job.state)) && !signal.aborted) setTimeout(() => signal.aborted || show().catch(() => {}), 1000);
  }
  let watched = null;
  signal.addEventListener("abort", () => watched?.abort());
  async function watch(job) {
    watched?.abort();
    const mine = watched = new AbortController();
    log.hidden = false;
    log.textContent = "";
    try {
      for await (const event of events(["jobs", String(job.id), "events"], mine.signal, { tail: mostSaid })) {
        if (event.event === "ended") break;
        log.append(`${event.data}\n`);
        log.scrollTop = log.scrollHeight;
      }
      await show();
    } catch (problem) { if (!mine.signal.aborted) error.textContent = problem.message; }
  }
  add(place,
    element("form", {
      onsubmit: async (event) => {
        event.preventDefault();
        error.textContent = "";
        const body = { kind: kind.value, fields: {} };
        for (const input of inputs.querySelectorAll("input")) if (input.value) body.fields[input.name] = input.value;
        try { const job = await send("POST", ["jobs"], body); watch(job); await show(); } catch (problem) { error.textContent = `${problem.message} ${problem.hint}`; }
      },
    },
    element("div", { class: "row" }, element("label", { for: "kind" }, "Start"), kind), inputs,
    element("div", { class: "row" }, element("button", { class: "primary" }, "Start it"))), error, list, log);
  await show();
}

function state(job) {
  if (job.state === "running" && job.progress) return `running, ${count(job.progress.done)} of ${count(job.progress.total)}`;
  return job.exit_code === undefined || job.exit_code === null ? job.state : `${job.state} (exit ${job.exit_code})`;
}
