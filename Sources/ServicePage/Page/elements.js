// Elements of the page. What comes from files is only ever text: nothing here reads HTML.

export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function drawing(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("aria-") && typeof value === "boolean") { made.setAttribute(key, String(value)); continue; }
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "style") for (const [part, text] of Object.entries(value)) made.style.setProperty(part, text);
    else made.setAttribute(key, value === true ? "" : value);
  }
  add(made, ...children);
  return made;
}

// Appends elements and texts; lists are taken apart, and what is nothing is left out.
export function add(place, ...children) {
  place.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
}

// A table of rows; columns are {name, number, cell(row)}.
export function table(caption, columns, rows) {
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    element("table", {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, columns.map((column) =>
        element("th", { scope: "col", class: column.number && "number" }, column.name)))),
      element("tbody", {}, rows.map((row) => element("tr", {}, columns.map((column) =>
        element("td", { class: column.number && "number" }, column.cell(row))))))));
}

// Whether a key is for the element that has the focus: what is written into fields, and what presses.
export function isForElement(event) {
  return event.target.matches("input, select, textarea") || ([" ", "Enter"].includes(event.key) && event.target.matches("button, summary, a"));
}

export function announce(text) {
  const place = document.getElementById("announcement");
  place.textContent = text;
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => { place.textContent = ""; }, 4000);
}

export const count = (number) => number.toLocaleString("en");
export const percent = (share) => `${(100 * share).toFixed(1)} %`;

export function minutes(seconds, digits = 1) {
  // Rounded first: 59.96 seconds are a minute.
  const rounded = Number(seconds.toFixed(digits));
  const whole = Math.floor(rounded / 60);
  return `${whole}:${(rounded - 60 * whole).toFixed(digits).padStart(digits ? digits + 3 : 2, "0")}`;
}
