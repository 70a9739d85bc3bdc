// What people correct: flags, labels, groups and tracks to leave out, as an overlay that
// `lathe prepare --overlay` reads.

import { go, link } from "./address.js";
import { add, announce, count, element, table } from "./elements.js";
import { get, path, send } from "./service.js";

const pageSize = 200;

export async function corrections(place, fields, signal) {
  const { cache } = fields;
  // The newest, unless earlier ones are wanted.
  const { total } = await get(["caches", cache, "overlay"], { limit: 0 }, signal);
  const last = Math.max(0, total - pageSize);
  const offset = Math.min(last, Math.max(0, parseInt(fields.offset ?? "", 10) || (fields.offset === "0" ? 0 : last)));
  const overlay = await get(["caches", cache, "overlay"], { offset, limit: pageSize }, signal);
  const step = (to, name) => element("a", { href: link({ ...fields, page: "corrections", offset: String(to) }) }, name);
  add(place,
    element("h1", {}, "Corrections"),
    element("p", {}, overlay.corrections.length
      ? "Laid over the collection by the next preparation: "
      : "Nothing is corrected yet. Flags, labels and groups are set on a track's page; preparation reads them: ",
    element("code", {}, `lathe prepare AUDIO --cache ${cache} --overlay ${overlay.file}`)),
    element("p", { class: "row" },
      element("a", { href: path(["caches", cache, "overlay"], { format: "json" }), download: `${cache}.overlay.json` }, "As JSON"),
      element("a", { href: path(["caches", cache, "overlay"], { format: "csv" }), download: `${cache}.overlay.csv` }, "As a table")),
    overlay.total > overlay.corrections.length && element("nav", { class: "row", "aria-label": "More corrections" },
      `${count(offset + 1)} to ${count(offset + overlay.corrections.length)} of ${count(overlay.total)} `,
      offset > 0 && step(Math.max(0, offset - pageSize), "← earlier"), offset < last && step(offset + pageSize, "later →")),
    overlay.corrections.length > 0 && table(`${count(overlay.total)} corrections, later ones hold`, [
      { name: "Track", cell: (one) => element("a", { href: link({ cache, track: one.track }) }, one.track) },
      { name: "What", cell: inWords }, { name: "Who", cell: (one) => one.author ?? "" }, { name: "When", cell: (one) => one.time ?? "" },
      { name: "", cell: (one) => element("button", {
        onclick: async () => {
          await send("DELETE", ["caches", cache, "overlay", String(offset + overlay.corrections.indexOf(one))]);
          go(fields, true);
        },
      }, "Take back") },
    ], overlay.corrections));
}

function inWords(correction) {
  return [
    correction.labels && `label ${correction.labels.join(", ")}`, correction.group && `group ${correction.group}`,
    correction.exclude === true && "left out", correction.exclude === false && "taken in again", correction.flag && `flag: ${correction.flag}`,
  ].filter(Boolean).join("; ");
}

// The form on a track's page.
export function correct(cache, record, labels, keys) {
  const author = element("input", { id: "author", value: localStorage.getItem("author") ?? "", autocomplete: "name" });
  const label = element("input", { id: "label", list: "labels", value: record.labels.join(", ") });
  const group = element("input", { id: "group", value: record.group ?? "" });
  const remark = element("input", { id: "remark", placeholder: "what is odd about it" });
  const said = element("p", { role: "status" });
  const put = async (correction) => {
    localStorage.setItem("author", author.value);
    const body = { track: record.id, ...correction };
    if (author.value) body.author = author.value;
    try {
      await send("POST", ["caches", cache, "overlay"], body);
      said.className = "good";
      said.textContent = `Kept: ${inWords(body)}`;
      announce(said.textContent);
    } catch (error) {
      said.className = "bad";
      said.textContent = `${error.message} ${error.hint ?? ""}`;
    }
  };
  if (keys) keys.f = () => put({ flag: remark.value || "flagged" });
  return element("form", { onsubmit: (event) => event.preventDefault() },
    element("datalist", { id: "labels" }, labels.map((name) => element("option", { value: name }))),
    element("div", { class: "row" },
      element("label", { for: "label" }, "Label"), label,
      element("button", { onclick: () => put({ labels: label.value.split(",").map((one) => one.trim()).filter(Boolean) }) }, "Relabel"),
      element("label", { for: "group" }, "Group"), group,
      element("button", { onclick: () => put({ group: group.value }) }, "Set the group")),
    element("div", { class: "row" },
      element("label", { for: "remark" }, "Remark"), remark,
      element("button", { onclick: () => put({ flag: remark.value || "flagged" }) }, "Flag"),
      element("button", { onclick: () => put({ exclude: true }) }, "Leave it out"),
      element("label", { for: "author" }, "Your name"), author),
    said);
}
