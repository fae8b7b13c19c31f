"use strict"

// The pictures, and how a value is said. Nothing here touches the page but to read its data.

const DATA = JSON.parse(document.getElementById("data").textContent)
const PICTURES = DATA.pictures
const GROUPS = new Map()
const PER_PAGE = 200
const FLAGS = {
  watermarked: ["Watermarked", "it kept its mark: no clean copy could be had"],
  suspect: ["Suspect", "it may be a stand-in: several URLs gave the same bytes"],
  damaged: ["Damaged", "incomplete on its own server"],
  rescued: ["Rescued", "from a web archive or a mirror"],
  undecoded: ["Not decoded", "no installed decoder reads it"],
  incomplete: ["Incomplete", "pictures inside this drawing are missing"],
}
const OUTCOMES = {
  stored: "stored", gone: "gone", blocked: "blocked", placeholder: "stand-in", not_image: "no image",
  damaged: "damaged", too_big: "too big", unsafe: "unsafe", unreachable: "unreachable",
  transient: "server was busy", missing: "file missing", skipped: "left as it is",
}
const CANDIDATES = {
  clean: "without its watermark", original: "the original, unprocessed", "as given": "as given",
  "nested source": "the source inside the URL", https: "as given, over https", rescue: "rescued",
  local: "a file beside the document",
}

const byId = id => document.getElementById(id)

PICTURES.forEach((picture, place) => {
  picture.place = place
  picture.flags = picture.flags || []
  picture.documents = DATA.uses[picture.use]
  picture.name = nameOf(picture.url)
  if (picture.group !== undefined) {
    if (!GROUPS.has(picture.group)) GROUPS.set(picture.group, [])
    GROUPS.get(picture.group).push(picture)
  }
})

/** The last part of a URL's path that says something. */
function nameOf(url) {
  const parts = (url || "").split(/[?#]/, 1)[0].split("/").filter(Boolean)
  const last = parts[parts.length - 1] || url || "picture"
  try { return decodeURIComponent(last) } catch { return last }
}

function documentsOf(picture) {
  return picture.documents.map(place => DATA.documents[place])
}

function sayCount(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`
}

function saySize(bytes) {
  let unit = 0
  while (bytes >= 999.5 && unit < 4) { bytes /= 1000; unit++ }
  return `${unit && bytes < 99.5 ? bytes.toFixed(1) : Math.round(bytes)} ${["B", "kB", "MB", "GB", "TB"][unit]}`
}

/** An RFC 3339 time to the minute. */
function sayTime(text) {
  return text ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : ""
}

function saySides(picture) {
  return picture.width ? `${picture.width} × ${picture.height}` : ""
}

function sayAgain(picture) {
  if (picture.never) return "not asked for again"
  return picture.again ? `asked for again from ${sayTime(picture.again)}` : ""
}

/** An element; strings among its children become text, so that no markup in a URL counts. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes || {}))
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value)
  element.append(...children.filter(child => child !== null && child !== undefined && child !== ""))
  return element
}
