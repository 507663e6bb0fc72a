/** A secret that must not be found, and every form in which it could be. */
export class Canary {
  readonly name: string
  readonly #value: Buffer

  constructor(name: string, value: string | Buffer) {
    this.name = name
    this.#value = Buffer.from(value)
  }

  /** As bytes that are written as latin1, so that files can be searched too. */
  forms(): { encoding: string; text: string }[] {
    return this.#parts().flatMap(({ part, bytes }) =>
      encodings(bytes).map(({ encoding, text }) => ({ encoding: `${part}, ${encoding}`, text }))
    )
  }

  /** A secret is found by its beginning and its end too: no part of it may be shown. */
  #parts(): { part: string; bytes: Buffer }[] {
    const whole = { part: 'whole', bytes: this.#value }
    if (this.#value.length < 2 * PART) return [whole]

    return [
      whole,
      { part: 'beginning', bytes: this.#value.subarray(0, PART) },
      { part: 'end', bytes: this.#value.subarray(-PART) },
    ]
  }
}

/** Long enough not to be found by chance. */
const PART = 12

function encodings(bytes: Buffer): { encoding: string; text: string }[] {
  const text = bytes.toString('latin1')
  const json = JSON.stringify(text).slice(1, -1)
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset))

  const forms = [
    { encoding: 'raw', text },
    { encoding: 'reversed', text: [...text].reverse().join('') },
    { encoding: 'JSON', text: json },
    { encoding: 'JSON in JSON', text: JSON.stringify(json).slice(1, -1) },
    { encoding: 'URL', text: encodeURIComponent(text) },
    { encoding: 'form', text: new URLSearchParams({ v: text }).toString().slice(2) },
    { encoding: 'hex', text: bytes.toString('hex') },
    { encoding: 'hex in capitals', text: bytes.toString('hex').toUpperCase() },
    { encoding: 'UTF-16', text: Buffer.from(text, 'utf16le').toString('latin1') },
    ...base64.map((form) => ({ encoding: 'base64', text: form })),
    ...base64.map((form) => ({ encoding: 'base64url', text: toUrl(form) })),
    ...base64.map((form) => ({ encoding: 'base64 in a URL', text: encodeURIComponent(form) })),
  ]
  return forms.filter((form, index) => forms.findIndex((each) => each.text === form.text) === index)
}

/** The characters that the value alone decides, when `offset` bytes stand before it. */
function base64At(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '')
  const decided = Math.floor(((offset + bytes.length) * 8) / 6)
  return text.slice(Math.ceil((offset * 8) / 6), decided)
}

function toUrl(base64: string): string {
  return base64.replaceAll('+', '-').replaceAll('/', '_')
}
