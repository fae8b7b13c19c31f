
// One picture: large, and all that is known of it.

let opened = -1

function openDetails(number) {
  const picture = onPage[number]
  if (!picture) return
  opened = number
  const dialog = byId("details")
  dialog.replaceChildren(drawDetails(picture))
  if (!dialog.open) dialog.showModal()
  byId("details-title").focus()
  dialog.scrollTop = 0
}

function drawDetails(picture) {
  const close = make("button", { class: "quiet", "aria-label": "Close" }, "✕")
  const step = (by, label, sign) => {
    const button = make("button", { type: "button", class: "quiet", "aria-label": label, disabled: !onPage[opened + by] }, sign)
    button.addEventListener("click", () => openDetails(opened + by))
    return button
  }
  return make("div", { class: "sheet" },
    make("form", { method: "dialog", class: "head" },
      make("h2", { id: "details-title", tabindex: "-1" }, picture.name),
      step(-1, "The picture before", "←"), step(1, "The next picture", "→"), close),
    drawStage(picture), drawFacts(picture), drawAlike(picture))
}

function drawStage(picture) {
  if (picture.state !== "held")
    return make("div", { class: "missing" }, drawLoss(picture))
  return make("a", { class: "stage", href: DATA.root + picture.path, "aria-label": "Open the file" }, drawImage(picture, picture.path, true))
}

function drawFacts(picture) {
  const list = make("dl", {})
  const add = (term, ...values) => {
    const said = values.flat().filter(value => value !== undefined && value !== null && value !== "")
    if (said.length) list.append(make("dt", {}, term), ...said.map(value => make("dd", {}, value)))
  }
  add("Source", picture.link ? drawLink(picture.url) : make("span", { class: "url" }, picture.url))
  add(picture.documents.length > 1 ? `Documents (${picture.documents.length})` : "Document",
    picture.documents.length ? documentsOf(picture).slice(0, 50).map(drawDocument) : "no document shows it now",
    picture.documents.length > 50 ? `and ${picture.documents.length - 50} more` : "")
  if (picture.state === "held") addCopy(picture, add)
  else addLoss(picture, add)
  add("Flags", picture.flags.map(flag => FLAGS[flag] ? `${FLAGS[flag][0]}: ${FLAGS[flag][1]}` : flag))
  add("Asked for before", (picture.refused || []).map(one => make("span", {},
    make("span", { class: "url" }, one.url), make("small", {}, `${CANDIDATES[one.candidate] || one.candidate || ""}${one.rule ? `, rule ${one.rule}` : ""}: ${one.why}`))))
  return list
}

function addCopy(picture, add) {
  const rule = picture.rule ? ` (rule ${picture.rule})` : ""
  add("Taken", `${CANDIDATES[picture.candidate] || picture.candidate || "unknown"}${rule}`)
  if (picture.requested && picture.requested !== picture.url) add("Asked for", make("span", { class: "url" }, picture.requested))
  if (picture.final) add("Redirected to", make("span", { class: "url" }, picture.final))
  add("Captured", sayTime(picture.captured))
  add("File", [picture.type, saySides(picture) && `${saySides(picture)} px`, saySize(picture.bytes || 0), picture.frames && `${picture.frames} frames`].filter(Boolean).join(", "))
  add("Stored", make("a", { class: "url", href: DATA.root + picture.path }, decodeURIComponent(picture.path)))
  add("Digest", make("span", { class: "url" }, picture.digest))
  add("Archived", [sayTime(picture.when), picture.attempts && sayCount(picture.attempts, "request")].filter(Boolean).join(", "))
}

function addLoss(picture, add) {
  add("Outcome", OUTCOMES[picture.outcome] || picture.outcome)
  add("Why", [picture.why, picture.reason && `(${picture.reason})`].filter(Boolean).join(" "))
  if (picture.state === "lost") add("Again", sayAgain(picture))
  add("Asked", [sayTime(picture.when), picture.attempts && sayCount(picture.attempts, "request")].filter(Boolean).join(", "))
}

function drawLink(url) {
  return make("a", { class: "url", href: url, rel: "noreferrer noopener", target: "_blank" }, url)
}

function drawDocument(one) {
  return make("a", { href: DATA.root + one[1] }, one[0])
}

function drawAlike(picture) {
  const others = (GROUPS.get(picture.group) || []).filter(one => one !== picture)
  if (!others.length) return null
  const row = make("div", { class: "alike" })
  for (const other of others.slice(0, 24)) {
    const isSame = other.digest === picture.digest
    const button = make("button", { type: "button", "aria-label": other.name }, drawImage(other, other.thumbnail),
      make("small", {}, isSame ? "same bytes" : [saySides(other), saySize(other.bytes || 0)].filter(Boolean).join(", ")))
    button.addEventListener("click", () => showPicture(other))
    row.append(button)
  }
  return make("section", {}, make("h3", {}, `Looks like ${sayCount(others.length, "other")}`), row)
}

/** Open a picture that may be on another page, or not among the chosen ones. */
function showPicture(picture) {
  if (!shown.includes(picture)) choose({ ...NONE, flag: "alike" })
  const place = shown.indexOf(picture)
  choose({ page: String(Math.floor(place / PER_PAGE) + 1) })
  openDetails(place % PER_PAGE)
}
