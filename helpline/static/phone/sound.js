// The sound of a page that is a telephone: the microphone as frames for a socket, and a socket's sound for the loudspeaker.
"use strict"

// The microphone. Throws where there is none, or where it may not be used.
function microphone() {
  const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 }
  return navigator.mediaDevices.getUserMedia({ audio: wanted })
}

// The line's worklet between this microphone (null: silence) and the loudspeaker, in a context that is running.
async function openLine(context, stream, address) {
  await context.audioWorklet.addModule(address)
  const line = new AudioWorkletNode(context, "line", { outputChannelCount: [1] })
  if (stream) context.createMediaStreamSource(stream).connect(line)
  line.connect(context.destination)
  await context.resume()
  return line
}

function socketAt(path) {
  const address = new URL(path, location.href)
  address.protocol = address.protocol.replace("http", "ws")
  return new WebSocket(address)
}

function mediaOf(frame) {
  return { event: "media", media: { track: "inbound", payload: btoa(String.fromCharCode(...frame)) } }
}

function soundOf(media) {
  return { sound: Uint8Array.from(atob(media.payload), (letter) => letter.charCodeAt(0)) }
}
