// The sound of the line, in the browser's audio thread. In: the microphone, as frames of 20 ms of mu-law at 8 kHz. Out: the
// helpline's mu-law, played in order; a mark is told back when all before it was played, and at once when all is cleared.
"use strict"

const RATE = 8000 // samples a second on the line
const FRAME = 160 // bytes: 20 ms
const ZEROS = 8 // crossings of the filter on each side: enough for speech
const PHASES = 64 // between two samples, for which the filter is kept
const ROLL_OFF = 0.92 // of the narrower band: what is above would be heard as a hiss

// Any rate to any other, sample by sample: a windowed sinc around the place that is asked for.
class Resampler {
  constructor(from, to) {
    this.step = from / to
    const band = Math.min(1, to / from) * ROLL_OFF
    this.half = Math.ceil(ZEROS / Math.min(1, to / from))
    this.last = new Float32Array(2 * this.half)
    this.past = 0 // how far behind the middle of `last` the next output lies, in samples
    this.filters = Array.from({ length: PHASES }, (_, phase) => filter(this.half, band, phase / PHASES))
  }

  // The next output sample. `read` gives input samples, one a call.
  next(read) {
    for (; this.past >= 1; this.past -= 1) {
      this.last.copyWithin(0, 1)
      this.last[this.last.length - 1] = read()
    }
    const weights = this.filters[Math.floor(this.past * PHASES)]
    this.past += this.step
    return this.last.reduce((sum, sample, i) => sum + sample * weights[i], 0)
  }
}

function filter(half, band, past) {
  const weights = Float32Array.from({ length: 2 * half }, (_, i) => {
    const x = i - half + 1 - past
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * band * x) / (Math.PI * band * x)
    return sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / (half + 1)))
  })
  const sum = weights.reduce((all, weight) => all + weight, 0)
  return weights.map((weight) => weight / sum)
}

const BIAS = 132
const LOUDEST = 32635

// One sample between -1 and 1 as a byte of mu-law (G.711).
function toMulaw(sample) {
  const size = Math.min(LOUDEST, Math.abs(Math.round(sample * 32767))) + BIAS
  const exponent = 24 - Math.clz32(size)
  return ~((sample < 0 ? 128 : 0) | (exponent << 4) | ((size >> (exponent + 3)) & 15)) & 255
}

function fromMulaw(byte) {
  const bits = ~byte & 255
  const size = ((((bits & 15) << 3) + BIAS) << ((bits >> 4) & 7)) - BIAS
  return (bits & 128 ? -size : size) / 32768
}

class Line extends AudioWorkletProcessor {
  constructor() {
    super()
    this.ear = new Resampler(sampleRate, RATE)
    this.mouth = new Resampler(RATE, sampleRate)
    this.heard = [] // of the microphone, not yet resampled
    this.frame = new Uint8Array(FRAME)
    this.filled = 0
    this.queue = [] // pieces of sound and marks, in the order in which they came
    this.played = 0 // of the first piece
    this.read = () => this.nextSample()
    this.port.onmessage = ({ data }) => this.obey(data)
  }

  obey(data) {
    if (data.clear) {
      this.queue.filter((one) => one.mark).forEach((one) => this.port.postMessage({ mark: one.mark }))
      this.queue = []
      this.played = 0
    } else {
      this.queue.push(data.sound ? { sound: Float32Array.from(data.sound, fromMulaw) } : data)
    }
  }

  // The helpline's next sample; nothing is silence.
  nextSample() {
    while (this.queue.length) {
      const first = this.queue[0]
      if (first.sound && this.played < first.sound.length) return first.sound[this.played++]
      if (first.mark) this.port.postMessage({ mark: first.mark })
      this.queue.shift()
      this.played = 0
    }
    return 0
  }

  // A microphone that is not there is silence: the line must hear that we are alive.
  process([input], [output]) {
    const samples = input[0] || new Float32Array(output[0].length)
    for (const sample of samples) this.heard.push(sample)
    while (this.heard.length > this.ear.step + 1) this.send(this.ear.next(() => this.heard.shift()))
    for (let i = 0; i < output[0].length; i++) output[0][i] = this.mouth.next(this.read)
    for (const channel of output.slice(1)) channel.set(output[0])
    return true
  }

  send(sample) {
    this.frame[this.filled++] = toMulaw(sample)
    if (this.filled === FRAME) {
      this.port.postMessage({ frame: this.frame.slice() })
      this.filled = 0
    }
  }
}

registerProcessor("line", Line)
