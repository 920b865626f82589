// With JavaScript and a way to a microphone a call can be talked; the page as it is offers typing.
"use strict"

const talk = document.querySelector("#talk")
if (talk && window.AudioWorkletNode && navigator.mediaDevices) {
  talk.hidden = false
} else if (talk && !window.isSecureContext) {
  const why = document.querySelector("#why-not")
  why.textContent =
    "A browser gives the microphone only to a page that comes over https, or from this very machine (http://127.0.0.1). " + why.textContent
}
