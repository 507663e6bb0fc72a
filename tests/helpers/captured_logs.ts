import app from '@adonisjs/core/services/app'
import type { TestContext } from '@japa/runner/core'

interface LineStream {
  write(line: string): unknown
}

/** Everything that the application logs until the test ends, at the most talkative level. */
export async function captureLogs({ cleanup }: Pick<TestContext, 'cleanup'>): Promise<string[]> {
  const logger = await app.container.make('logger')
  const stream = streamOf(logger.pino)
  const lines: string[] = []
  const { level } = logger
  const { write } = stream

  logger.level = 'trace'
  stream.write = (line) => lines.push(line)
  cleanup(() => {
    logger.level = level
    stream.write = write
  })
  return lines
}

/** Child loggers write to the stream of their parent, which pino keeps under a symbol. */
function streamOf(pino: object): LineStream {
  const name = Object.getOwnPropertySymbols(pino).find(
    ({ description }) => description === 'pino.stream'
  )
  if (!name) throw new Error('This version of pino keeps its stream elsewhere')
  return Reflect.get(pino, name) as LineStream
}
