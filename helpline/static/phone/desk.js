// The desk: while it is open it asks who waits, and carries the call that is taken. What it cannot do, the telephone does.
"use strict"

const desk = document.querySelector("#desk")
const opener = document.querySelector("#open")
const state = document.querySelector("#state")
const callers = document.querySelector("#callers")
const nobody = document.querySelector("#nobody")

const ASK_EVERY = 2000 // milliseconds
const TITLE = document.title
const NO_MICROPHONE = "The microphone cannot be used here: your telephone rings instead. "
const OVER = {
  hung_up: "You have hung up.",
  left: "The call is over.",
  nobody: "The caller did not come to your line. The helpline looks after them.",
  refused: "The call is over, or open in another window.",
  lost: "The line broke. The helpline looks after the caller.",
}
const NOT_THIS_ONE = 1008 // the code of a socket that the helpline has closed at once
const REFUSED = {
  404: "This call is not for you any more.",
  409: "Somebody else has taken the call, or the caller has gone.",
  503: "Too many calls are taken on this page already. Your telephone will ring.",
}

let context = null // the sound, while calls are taken here
let timer = null
let call = null // the call while it lasts: { socket, stream, line, why }

if (window.AudioWorkletNode && navigator.mediaDevices) {
  document.querySelector("#by-telephone").hidden = true
  desk.hidden = false
  opener.addEventListener("click", () => (call ? hangUp() : context ? close() : open()))
  callers.addEventListener("click", ({ target }) => target.dataset.do && answer(target.dataset.ring, target.dataset.do))
  addEventListener("pagehide", () => context && navigator.sendBeacon(desk.dataset.away, form()))
}

// The microphone is tried first: who cannot be heard must not be rung.
async function open() {
  opener.disabled = true
  try {
    const stream = await microphone()
    stream.getTracks().forEach((track) => track.stop())
    context = new AudioContext({ latencyHint: "interactive" })
    await context.resume()
    waiting("Calls ring here. Keep this page in sight.")
    await ask()
  } catch (problem) {
    tell(NO_MICROPHONE + problem.message)
  }
  opener.disabled = false
}

async function close(words = "Calls ring at your telephone.") {
  clearTimeout(timer)
  context?.close()
  context = null
  show([])
  label("Take calls here", false)
  tell(words)
  await post(desk.dataset.away).catch(() => null)
}

async function ask() {
  clearTimeout(timer)
  const answer = await post(desk.dataset.here).catch(() => null)
  if (!context) return
  if (answer && (!answer.ok || answer.redirected)) {
    close(answer.status === 409 ? "You are not on duty any more." : "Sign in again.")
    return
  }
  if (answer && !call) {
    const piece = new DOMParser().parseFromString(await answer.text(), "text/html")
    show([...piece.querySelectorAll("li")])
  }
  timer = setTimeout(ask, ASK_EVERY)
}

// What is on the page already stays: whoever is about to press a button keeps it.
function show(wanted) {
  const known = new Map([...callers.children].map((one) => [one.dataset.ring, one]))
  const still = new Set(wanted.map((one) => one.dataset.ring))
  known.forEach((one, ring) => still.has(ring) || one.remove())
  const news = wanted.filter((one) => !known.has(one.dataset.ring))
  callers.append(...news)
  nobody.hidden = callers.children.length > 0
  document.title = callers.children.length ? `A caller waits: ${TITLE}` : TITLE
  if (callers.children.length && context) ring()
}

// Two short tones, as long as somebody waits.
function ring() {
  for (const start of [0, 0.4]) {
    const tone = new OscillatorNode(context, { frequency: 660 })
    const loudness = new GainNode(context, { gain: 0.15 })
    tone.connect(loudness).connect(context.destination)
    tone.start(context.currentTime + start)
    tone.stop(context.currentTime + start + 0.25)
  }
}

async function answer(ring, what) {
  const done = await post(`${desk.dataset.rings}${ring}/${what}`).catch(() => null)
  show([...callers.children].filter((one) => one.dataset.ring !== ring))
  opener.focus()
  if (!done?.ok || done.redirected) tell(REFUSED[done?.status] || "That did not work. Your telephone will ring.")
  else if (what === "take") talk(ring)
  else tell("You have not taken the call.")
}

async function talk(ring) {
  show([])
  call = { why: "lost" }
  label("Hang up", true)
  tell("The caller is coming to your line. That may take a few seconds.")
  try {
    call.stream = await microphone()
    const line = (call.line = await openLine(context, call.stream, desk.dataset.line))
    const socket = (call.socket = socketAt(`${desk.dataset.rings}${ring}/line`))
    line.port.onmessage = ({ data }) => data.frame && say(mediaOf(data.frame))
    socket.onmessage = ({ data }) => hear(JSON.parse(data))
    socket.onclose = ({ code }) => over(code === NOT_THIS_ONE ? "refused" : call?.why)
  } catch (problem) {
    call?.socket?.close()
    over()
    tell(NO_MICROPHONE + problem.message)
  }
}

function hear({ event, media, why }) {
  if (event === "media") call?.line.port.postMessage(soundOf(media))
  if (event === "joined") tell("You are talking to the caller.")
  if (event === "over" && call) {
    call.why = why
    call.socket.close()
  }
}

function say(message) {
  if (call?.socket?.readyState === WebSocket.OPEN) call.socket.send(JSON.stringify({ streamSid: "desk", ...message }))
}

function hangUp() {
  say({ event: "stop" })
}

function over(why = "lost") {
  call?.stream?.getTracks().forEach((track) => track.stop())
  call?.line?.disconnect()
  call = null
  waiting(`${OVER[why]} Calls ring here again.`)
}

function waiting(words) {
  label("Take no calls here", false)
  tell(words)
}

function label(words, talking) {
  opener.textContent = words
  opener.classList.toggle("on", talking)
}

function post(address) {
  return fetch(address, { method: "POST", headers: { "X-CSRFToken": desk.dataset.csrf } })
}

function form() {
  const fields = new FormData()
  fields.append("csrf_token", desk.dataset.csrf)
  return fields
}

function tell(words) {
  state.textContent = words
}
