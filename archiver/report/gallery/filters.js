
// Which pictures are shown, in which order. The choice lives in the address, so that a link keeps it.

const NONE = { show: "all", flag: "", outcome: "", host: "", document: "", text: "", order: "newest", page: "1" }
const choice = { ...NONE, ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))) }
const ORDERS = {
  newest: ["newest first", (a, b) => a.place - b.place],
  oldest: ["oldest first", (a, b) => b.place - a.place],
  largest: ["largest first", (a, b) => (b.bytes || 0) - (a.bytes || 0) || a.place - b.place],
  smallest: ["smallest first", (a, b) => (a.bytes || 0) - (b.bytes || 0) || a.place - b.place],
  host: ["by host", (a, b) => compare(a.host, b.host) || compare(a.url, b.url)],
  document: ["by document", (a, b) => firstDocument(a) - firstDocument(b) || a.place - b.place],
}

function compare(a, b) { return a < b ? -1 : a > b ? 1 : 0 }

function firstDocument(picture) {
  return picture.documents.length ? picture.documents[0] : Infinity
}

function textOf(picture) {
  if (picture.text === undefined)
    picture.text = [
      picture.url, picture.name, picture.outcome, picture.reason, picture.why, picture.rule,
      picture.candidate, picture.type, picture.digest, ...picture.flags,
    ].join("\n").toLowerCase()
  return picture.text
}

/** The places of the lists of documents of which one's name has *text* in it. */
function usesWith(text) {
  const places = new Set(DATA.documents.flatMap((one, place) => one[0].toLowerCase().includes(text) ? [place] : []))
  return new Set(DATA.uses.flatMap((list, place) => list.some(one => places.has(one)) ? [place] : []))
}

/** The pictures that fit the choice, in its order. */
function choosePictures() {
  const words = choice.text.toLowerCase().split(/\s+/).filter(Boolean).map(word => [word, usesWith(word)])
  const named = choice.document && usesWith(choice.document.toLowerCase())
  const found = PICTURES.filter(picture =>
    (choice.show === "all" || picture.state === choice.show) &&
    (!choice.flag || (choice.flag === "alike" ? GROUPS.has(picture.group) : picture.flags.includes(choice.flag))) &&
    (!choice.outcome || picture.outcome === choice.outcome) &&
    (!choice.host || picture.host === choice.host) &&
    (!named || named.has(picture.use)) &&
    words.every(([word, uses]) => textOf(picture).includes(word) || uses.has(picture.use)))
  const order = (ORDERS[choice.order] || ORDERS.newest)[1]
  return found.sort(choice.flag === "alike" ? (a, b) => a.group - b.group || order(a, b) : order)
}

function countActive() {
  return ["outcome", "host", "document"].filter(name => choice[name]).length
}

/** Change the choice; any change but of the page begins at the first one. */
function choose(change) {
  Object.assign(choice, { page: "1" }, change)
  const said = Object.entries(choice).filter(([name, value]) => value !== NONE[name])
  try {
    history.replaceState(null, "", said.length ? `#${new URLSearchParams(said)}` : location.pathname + location.search)
  } catch { /* a viewer that keeps no address */ }
  draw()
}

function tally(values) {
  const counts = new Map()
  for (const value of values) if (value) counts.set(value, (counts.get(value) || 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))
}

function fillSelect(id, all, options) {
  byId(id).replaceChildren(
    ...(all ? [make("option", { value: "" }, all)] : []),
    ...options.map(([value, label]) => make("option", { value }, label)))
  byId(id).value = choice[id]
  byId(id).addEventListener("change", event => choose({ [id]: event.target.value }))
}

function fillFilters() {
  fillSelect("outcome", "any", tally(PICTURES.map(one => one.outcome)).map(
    ([value, count]) => [value, `${OUTCOMES[value] || value} (${count.toLocaleString("en")})`]))
  fillSelect("host", "any", tally(PICTURES.map(one => one.host)).map(
    ([value, count]) => [value, `${value} (${count.toLocaleString("en")})`]))
  fillSelect("order", "", Object.entries(ORDERS).map(([value, [label]]) => [value, label]))
  byId("documents").replaceChildren(
    ...DATA.documents.slice(0, 1000).map(one => make("option", { value: one[0] })))
  byId("document").value = choice.document
  byId("search").value = choice.text
  byId("filters").open = countActive() > 0
}

/** The chips above: what there is a copy of, what was lost, and what a person may look at. */
function fillStates() {
  const counts = DATA.counts
  const flags = tally(PICTURES.flatMap(one => one.flags)).filter(([flag]) => FLAGS[flag])
  const alike = [...GROUPS.values()].reduce((sum, group) => sum + group.length, 0)
  const chip = (change, label, count, title) => {
    const isOn = Object.entries(change).every(([name, value]) => choice[name] === value)
    const name = Object.keys(change)[0]
    const button = make("button", { type: "button", class: `chip is-${Object.values(change)[0]}`, "aria-pressed": String(isOn), title },
      label, make("b", {}, count.toLocaleString("en")))
    button.addEventListener("click", () => choose(isOn ? { [name]: NONE[name] } : change))
    return button
  }
  byId("states").replaceChildren(
    chip({ show: "all" }, "All", PICTURES.length),
    chip({ show: "held" }, "Held", counts.held, "there is a copy"),
    chip({ show: "lost" }, "Lost", counts.lost, "there is no copy"),
    ...(counts.left ? [chip({ show: "left" }, "Left", counts.left, "left as they are: badges, counters, hosts of the settings")] : []),
    make("span", { class: "gap" }),
    ...flags.map(([flag, count]) => chip({ flag }, FLAGS[flag][0], count, FLAGS[flag][1])),
    ...(alike ? [chip({ flag: "alike" }, "Look alike", alike, "the same bytes, or nearly the same picture")] : []))
}
