// A call by voice: the microphone to the helpline's socket and its voice back, with keys, typed words and captions. Where any
// of this cannot be had, the page's forms go on as they are.
"use strict"

const phone = document.querySelector("#phone")
const lift = document.querySelector("#lift")
const state = document.querySelector("#state")
const keypad = document.querySelector("#keypad")
const said = document.querySelector("#said")
const typing = document.querySelector("#say")
const hangUp = document.querySelector("#hang-up")

const STREAM = "browser" // the socket's name for its stream
const LOOK_EVERY = 700 // milliseconds between two looks at what was said
const MOST_LOOKS = 45 // after the end: about as long as a last turn may take
const BUSY = { 503: "All lines for training are taken. Try again in a minute.", 409: "This call is over." }

let call = null // the line while it is open: { socket, context, microphone, timer }

if (window.AudioWorkletNode) {
  phone.hidden = false
  lift.addEventListener("click", () => (call ? end() : begin()))
  keypad.addEventListener("click", ({ target }) => target.dataset.key && press(target.dataset.key))
  typing.addEventListener("submit", typed)
  hangUp.addEventListener("submit", (event) => {
    if (call) {
      event.preventDefault()
      end()
    }
  })
}

async function begin() {
  lift.disabled = true
  tell("Ringing.")
  try {
    const context = new AudioContext({ latencyHint: "interactive" })
    call = { context, microphone: await microphone().catch(() => null) } // who has none hears the helpline and types
    const line = await openLine(context, call.microphone, phone.dataset.line)
    connect(line, await token())
  } catch (problem) {
    putDown()
    tell(`The call could not be made. ${problem.message} You can type it below.`)
    typing.hidden = hangUp.hidden = said.children.length === 0
  }
  lift.disabled = false
}

async function token() {
  const answer = await fetch(phone.dataset.token, { method: "POST", headers: { "X-CSRFToken": phone.dataset.csrf } })
  if (!answer.ok || answer.redirected) throw new Error(BUSY[answer.status] || "Sign in again.")
  return answer.json()
}

function connect(line, { sid, token }) {
  const socket = (call.socket = socketAt(phone.dataset.stream))
  socket.onopen = () => {
    send({ event: "connected", protocol: "Call", version: "1.0.0" })
    const mediaFormat = { encoding: "audio/x-mulaw", sampleRate: 8000, channels: 1 }
    send({ event: "start", start: { callSid: sid, tracks: ["inbound"], mediaFormat, customParameters: { token } } })
    line.port.onmessage = ({ data }) => (data.mark ? send({ event: "mark", mark: { name: data.mark } }) : hear(data.frame))
    onTheLine()
  }
  socket.onmessage = ({ data }) => play(line, JSON.parse(data))
  socket.onclose = over
}

function send(message) {
  if (call?.socket?.readyState === WebSocket.OPEN) call.socket.send(JSON.stringify({ streamSid: STREAM, ...message }))
}

function hear(frame) {
  send(mediaOf(frame))
}

function play(line, { event, media, mark }) {
  if (event === "media") line.port.postMessage(soundOf(media))
  if (event === "mark") line.port.postMessage({ mark: mark.name })
  if (event === "clear") line.port.postMessage({ clear: true })
}

function onTheLine() {
  lift.textContent = "Hang up"
  lift.classList.add("on")
  keypad.hidden = typing.hidden = false
  typing.querySelector("[value=silence]").hidden = true // whoever says nothing on a line says nothing
  said.classList.add("live")
  said.tabIndex = 0 // it scrolls, and must do so without a mouse
  tell(call.microphone ? "You are on the line: talk, press keys, or type." : "No microphone: you hear the helpline. Press keys, or type.")
  call.timer = setInterval(look, LOOK_EVERY)
}

function press(digit) {
  send({ event: "dtmf", dtmf: { track: "inbound_track", digit } })
}

// While the line is open, what is typed goes over it; else the form is sent, and is a turn of the call.
function typed(event) {
  if (!call) return
  event.preventDefault()
  const { name, value } = event.submitter
  const words = typing.elements.words
  if (name === "instead") send({ event: "text", text: { words: value } })
  else if (value === "keys") [...words.value.replace(/[^0-9*#]/g, "")].forEach(press)
  else if (value === "words" && words.value.trim()) send({ event: "text", text: { words: words.value } })
  words.value = ""
  words.focus()
}

// Add to the captions what was said since. Whether the call is over.
async function look() {
  const since = said.lastElementChild ? Number(said.lastElementChild.dataset.turn) + 1 : 0
  const answer = await fetch(`${phone.dataset.turns}?since=${since}`)
  if (!answer.ok || answer.redirected) return true
  const piece = new DOMParser().parseFromString(await answer.text(), "text/html")
  const news = [...piece.querySelectorAll("li")].filter((turn) => Number(turn.dataset.turn) >= since)
  const known = new Set([...said.children].map((turn) => turn.dataset.turn))
  said.append(...news.filter((turn) => !known.has(turn.dataset.turn)))
  if (news.length) said.scrollTop = said.scrollHeight
  if (said.children.length) document.querySelector("#nothing-yet")?.remove()
  return answer.headers.get("X-Call") === "over"
}

function end() {
  send({ event: "stop" })
  call.socket?.close()
}

// The line has closed, from either side. When the helpline has finished what was under way, the page tells what came of it.
async function over() {
  putDown()
  tell("The line is closed.")
  for (let looks = 0; looks < MOST_LOOKS && !(await look().catch(() => true)); looks++) await sleep(LOOK_EVERY)
  location.reload()
}

function sleep(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds))
}

function putDown() {
  clearInterval(call?.timer)
  call?.microphone?.getTracks().forEach((track) => track.stop())
  call?.context.close()
  call = null
}

function tell(words) {
  state.textContent = words
}
