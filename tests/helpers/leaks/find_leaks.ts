import type { Canary } from '#tests/helpers/leaks/canary'

/** Something that others can read, e.g. what a process wrote, or a file. */
export interface Sink {
  name: string
  content: string | Buffer
}

/** Which secret stands where, in which form: `client secret (whole, base64) in stdout`. */
export function findLeaks(canaries: readonly Canary[], sinks: readonly Sink[]): string[] {
  const texts = sinks.map(({ name, content }) => ({
    name,
    text: Buffer.from(content).toString('latin1'),
  }))

  return canaries.flatMap((canary) =>
    canary
      .forms()
      .flatMap((form) =>
        texts
          .filter(({ text }) => text.includes(form.text))
          .map((sink) => `${canary.name} (${form.encoding}) in ${sink.name}`)
      )
  )
}
