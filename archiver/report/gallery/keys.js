
// Everything can be done without a mouse.

function cardNumber() {
  return [...byId("results").querySelectorAll(".card")].indexOf(document.activeElement)
}

function moveTo(by) {
  const now = cardNumber()
  focusCard(now < 0 ? 0 : now + by)
}

/** The card above or below: the one in the next row whose middle is nearest. */
function moveRow(by) {
  const cards = [...byId("results").querySelectorAll(".card")]
  const now = document.activeElement.getBoundingClientRect()
  const rows = cards.map(card => card.getBoundingClientRect())
  const tops = rows.map(row => row.top).filter(top => by > 0 ? top > now.top + 1 : top < now.top - 1)
  if (!tops.length) return
  const top = by > 0 ? Math.min(...tops) : Math.max(...tops)
  const middle = now.left + now.width / 2
  let best = -1
  rows.forEach((row, place) => {
    const gap = Math.abs(row.left + row.width / 2 - middle)
    if (Math.abs(row.top - top) < 1 && (best < 0 || gap < Math.abs(rows[best].left + rows[best].width / 2 - middle))) best = place
  })
  focusCard(best)
}

const IN_LIST = {
  j: () => moveTo(1), k: () => moveTo(-1), ArrowRight: () => moveTo(1), ArrowLeft: () => moveTo(-1),
  ArrowDown: () => cardNumber() < 0 ? false : moveRow(1), ArrowUp: () => cardNumber() < 0 ? false : moveRow(-1),
  Home: () => cardNumber() < 0 ? false : focusCard(0), End: () => cardNumber() < 0 ? false : focusCard(Infinity),
  "]": () => turnTo(Number(choice.page) + 1), "[": () => turnTo(Number(choice.page) - 1),
  "/": () => { byId("search").focus(); byId("search").select() },
  "?": () => byId("shortcuts").showModal(), t: () => turnTheme(),
}
const IN_DETAILS = {
  j: () => openDetails(opened + 1), k: () => openDetails(opened - 1),
  ArrowRight: () => openDetails(opened + 1), ArrowLeft: () => openDetails(opened - 1),
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const isTyping = event.target.matches("input, select, textarea")
  if (isTyping) {
    if (event.key === "Escape" && event.target.id === "search") { byId("search").value = ""; choose({ text: "" }); focusCard(0) }
    if (event.key === "Enter" && event.target.id === "search") focusCard(0)
    return
  }
  if (byId("shortcuts").open) return
  const act = (byId("details").open ? IN_DETAILS : IN_LIST)[event.key]
  if (act && act() !== false) event.preventDefault()
}
