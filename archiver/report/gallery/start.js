
// Light, dark, or as the system is; then the first page.

const THEMES = { "": ["◐", "Colours as the system is"], light: ["☀", "Light"], dark: ["☾", "Dark"] }

function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme
  else delete document.documentElement.dataset.theme
  byId("theme").textContent = THEMES[theme][0]
  byId("theme").setAttribute("aria-label", `Colours: ${THEMES[theme][1]}`)
  byId("theme").title = THEMES[theme][1]
  try { localStorage.setItem("archiver-theme", theme) } catch { /* a browser that keeps nothing */ }
}

function turnTheme() {
  const names = Object.keys(THEMES)
  setTheme(names[(names.indexOf(document.documentElement.dataset.theme || "") + 1) % names.length])
}

function keptTheme() {
  try {
    const kept = localStorage.getItem("archiver-theme")
    return kept in THEMES ? kept : ""
  } catch { return "" }
}

let typing
function onTyping(event) {
  clearTimeout(typing)
  typing = setTimeout(() => choose(event.target.id === "search" ? { text: event.target.value } : { document: event.target.value }), 120)
}

function start() {
  byId("name").textContent = DATA.name
  byId("as-of").textContent = DATA.asOf ? `as of ${sayTime(DATA.asOf)}` : "image archive"
  document.title = `${DATA.name}: image archive`
  setTheme(keptTheme())
  fillFilters()
  draw()
  byId("theme").addEventListener("click", turnTheme)
  byId("help").addEventListener("click", () => byId("shortcuts").showModal())
  byId("search").addEventListener("input", onTyping)
  byId("document").addEventListener("input", onTyping)
  byId("clear").addEventListener("click", () => { choose({ ...NONE }); fillFilters(); byId("search").focus() })
  byId("details").addEventListener("close", () => focusCard(opened))
  for (const id of ["details", "shortcuts"])
    byId(id).addEventListener("click", event => { if (event.target.id === id) byId(id).close() })
  document.addEventListener("keydown", onKey)
}

start()
