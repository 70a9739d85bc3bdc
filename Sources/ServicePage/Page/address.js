// What is shown stands in the address, so that it can be kept, sent and gone back to.

export function address() {
  return Object.fromEntries(new URLSearchParams(location.search));
}

// The address of what these fields say; empty ones are left out.
export function link(fields) {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && value !== "") query.set(key, value);
  }
  const text = query.toString();
  return text ? `/?${text}` : "/";
}

// Goes there without loading the page again; `stays` where the step is not worth a way back.
export function go(fields, stays = false) {
  if (stays) {
    history.replaceState(history.state, "", link(fields));
    dispatchEvent(new CustomEvent("addresschange", { detail: "same" }));
  } else push(link(fields));
}

// How far a page was scrolled is kept with its address, for whoever comes back.
history.scrollRestoration = "manual";
function push(address) {
  history.replaceState({ scrolled: scrollY }, "");
  history.pushState(null, "", address);
  dispatchEvent(new CustomEvent("addresschange", { detail: "new" }));
}

// Links within the page are followed without loading it again.
addEventListener("click", (event) => {
  const anchor = event.target.closest?.("a[href^='/?'], a[href='/']");
  if (!anchor || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  push(anchor.getAttribute("href"));
});
addEventListener("popstate", () => dispatchEvent(new CustomEvent("addresschange", { detail: "back" })));
