
// The pictures as cards in rows, a page at a time.

let shown = []
let onPage = []

function draw() {
  shown = choosePictures()
  const last = Math.max(1, Math.ceil(shown.length / PER_PAGE))
  const page = Math.min(Math.max(1, Number(choice.page) || 1), last)
  choice.page = String(page)
  onPage = shown.slice((page - 1) * PER_PAGE, page * PER_PAGE)
  byId("results").replaceChildren(...onPage.flatMap(drawOne))
  drawCount(page, last)
  drawPages(page, last)
  drawEmpty()
  fillStates()
  byId("active").textContent = countActive() ? ` (${countActive()} set)` : ""
}

function drawOne(picture, number) {
  const before = onPage[number - 1]
  const isFirst = choice.flag === "alike" && (!before || before.group !== picture.group)
  return isFirst ? [drawHeading(picture), drawCard(picture, number)] : [drawCard(picture, number)]
}

function drawHeading(picture) {
  const group = GROUPS.get(picture.group)
  const isSame = group.every(one => one.digest === group[0].digest)
  return make("li", { class: "heading" },
    `${sayCount(group.length, "picture")} ${isSame ? "with the same bytes" : "that look alike"}`)
}

function drawCard(picture, number) {
  const label = [picture.name, picture.state, saySides(picture), ...picture.flags].filter(Boolean).join(", ")
  const card = make("button", { type: "button", class: `card ${picture.state}`, tabindex: number ? "-1" : "0", "aria-label": label },
    picture.state === "held" ? drawFrame(picture) : drawLoss(picture),
    make("span", { class: "name" }, picture.name),
    make("span", { class: "facts" }, [picture.bytes && saySize(picture.bytes), picture.host].filter(Boolean).join(" · ")))
  card.addEventListener("click", () => openDetails(number))
  const item = make("li", {}, card)
  item.style.setProperty("--shape", shapeOf(picture))
  return item
}

/** Width over height, within what a row can show. */
function shapeOf(picture) {
  const shape = picture.state === "held" && picture.height ? picture.width / picture.height : 1.3
  return Math.min(2.6, Math.max(0.62, shape)).toFixed(3)
}

function drawFrame(picture) {
  const frame = make("span", { class: "frame" }, drawImage(picture, picture.thumbnail))
  const marks = picture.flags.filter(flag => FLAGS[flag])
  if (marks.length)
    frame.append(make("span", { class: "marks" }, ...marks.map(flag => make("i", { class: flag }, FLAGS[flag][0]))))
  return frame
}

/** An image that loads when it comes near; where it can't be shown, what it is. */
function drawImage(picture, path, isEager) {
  const image = make("img", { alt: "", decoding: "async", loading: isEager ? "eager" : "lazy", width: picture.width, height: picture.height })
  image.addEventListener("error", () => image.replaceWith(
    make("span", { class: "unshown" }, (picture.type || "picture").replace("image/", ""), make("small", {}, "not shown by this browser, or its file is gone"))))
  image.src = DATA.root + path
  return image
}

function drawLoss(picture) {
  return make("span", { class: "frame loss" },
    make("b", {}, OUTCOMES[picture.outcome] || picture.outcome),
    make("span", {}, picture.why || picture.reason || ""),
    make("small", {}, picture.state === "lost" ? sayAgain(picture) : ""))
}

function drawCount(page, last) {
  const from = (page - 1) * PER_PAGE
  const range = last > 1 ? `, ${(from + 1).toLocaleString("en")} to ${(from + onPage.length).toLocaleString("en")} shown` : ""
  const bytes = new Map(shown.filter(one => one.digest).map(one => [one.digest, one.bytes || 0]))
  const size = [...bytes.values()].reduce((sum, one) => sum + one, 0)
  byId("count").textContent = shown.length
    ? `${sayCount(shown.length, "picture")}${size ? `, ${saySize(size)}` : ""}${range}` : ""
}

function drawPages(page, last) {
  byId("pages").hidden = last === 1
  const wanted = [...new Set([1, page - 2, page - 1, page, page + 1, page + 2, last])].filter(n => n >= 1 && n <= last)
  const button = (to, label, name) => {
    const made = make("button", { type: "button", "aria-label": name, "aria-current": to === page && label === String(to) ? "page" : undefined, disabled: to < 1 || to > last }, label)
    made.addEventListener("click", () => turnTo(to))
    return made
  }
  const numbers = wanted.flatMap((to, place) =>
    [...(place && to - wanted[place - 1] > 1 ? [make("span", { "aria-hidden": "true" }, "…")] : []), button(to, String(to), `Page ${to}`)])
  byId("pages").replaceChildren(button(page - 1, "←", "The page before"), ...numbers, button(page + 1, "→", "The next page"))
}

function turnTo(page) {
  const last = Math.ceil(shown.length / PER_PAGE)
  if (page < 1 || page > last) return
  choose({ page: String(page) })
  scrollTo(0, 0)
  focusCard(0, true)
}

function drawEmpty() {
  const [title, text] = !PICTURES.length
    ? ["No pictures yet", "Archive a document, then make this page again: archiver archive post.md"]
    : choice.show === "lost" && !DATA.counts.lost
      ? ["Nothing was lost", "Every picture that was asked for is held."]
      : ["No picture fits", "Nothing here has all of what you asked for."]
  byId("empty").hidden = shown.length > 0
  byId("empty").querySelector("h2").textContent = title
  byId("empty").querySelector("p").textContent = text
  byId("clear").hidden = !PICTURES.length
}

function focusCard(number, isQuiet) {
  const cards = byId("results").querySelectorAll(".card")
  const card = cards[Math.min(Math.max(0, number), cards.length - 1)]
  if (!card) return
  for (const other of byId("results").querySelectorAll('.card[tabindex="0"]')) other.tabIndex = -1
  card.tabIndex = 0
  card.focus({ preventScroll: Boolean(isQuiet) })
}
