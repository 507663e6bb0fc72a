import { pipeline } from 'node:stream/promises'
import { Readable, type Transform } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import type { Player, Stage } from '#orange/sandbox/faults/players'
import type { Exchange } from '#orange/sandbox/wire/exchange'
import type { Reply } from '#orange/sandbox/wire/reply'

type Kind =
  | 'delay'
  | 'stall'
  | 'drip'
  | 'reset'
  | 'truncate'
  | 'wrong-length'
  | 'bomb'
  | 'oversize'
  | 'informational-storm'

const MEBIBYTE = 1024 * 1024

/** Long enough for written bytes to be read before a reset discards them. */
const SETTLE_MS = 25

const PADDING = Buffer.alloc(64 * 1024, ' ')

const COMPRESSORS: Record<'gzip' | 'br', () => Transform> = {
  gzip: () => createGzip(),
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
}

/** Faults that do something to the real answer. */
export const spoiled: { [K in Kind]: Player<K> } = {
  async 'delay'({ delayMs, jitterMs = 0 }, stage) {
    await pause(delayMs + stage.random() * jitterMs)
    await withAnswer(stage, async (reply) => stage.exchange.send(reply))
  },

  async 'stall'({ afterBytes = 0 }, stage) {
    await withAnswer(stage, (reply) => begin(stage.exchange, reply, afterBytes))
  },

  async 'drip'({ intervalMs = 1000 }, stage) {
    await withAnswer(stage, (reply) => drip(stage.exchange, reply, intervalMs))
  },

  async 'reset'({ at }, stage) {
    if (at !== 'body') return stage.exchange.reset()
    await withAnswer(stage, async (reply) => {
      await begin(stage.exchange, reply, half(reply))
      await pause(SETTLE_MS)
    })
    stage.exchange.reset()
  },

  async 'truncate'({ afterBytes }, stage) {
    await withAnswer(stage, (reply) => begin(stage.exchange, reply, afterBytes ?? half(reply)))
    stage.exchange.hangUp()
  },

  async 'wrong-length'({ by = 10 }, stage) {
    await withAnswer(stage, async (reply) => {
      const length = Math.max(0, reply.body.length + by)
      stage.exchange.writeHead(reply, { 'Content-Length': length })
      await stage.exchange.write(reply.body)
    })
    stage.exchange.hangUp()
  },

  async 'bomb'({ encoding = 'gzip', bytes = 64 * MEBIBYTE }, stage) {
    await withAnswer(stage, async (reply) => {
      const headers = { 'Content-Encoding': encoding, 'Transfer-Encoding': 'chunked' }
      stage.exchange.writeHead(reply, headers)
      await stream(stage.exchange, [padded(reply, bytes), COMPRESSORS[encoding]()])
    })
  },

  async 'oversize'({ bytes = 10 * MEBIBYTE }, stage) {
    await withAnswer(stage, async (reply) => {
      const length = Math.max(bytes, reply.body.length)
      stage.exchange.writeHead(reply, { 'Content-Length': length })
      await stream(stage.exchange, [padded(reply, bytes)])
    })
  },

  async 'informational-storm'({ count = 1000 }, stage) {
    stage.exchange.writeRaw('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(count))
    await withAnswer(stage, async (reply) => stage.exchange.send(reply))
  },
}

/** Some recipients are never answered: there is nothing to spoil then. */
async function withAnswer(stage: Stage, spoil: (reply: Reply) => Promise<void>): Promise<void> {
  const reply = await stage.answer()
  if (reply !== null) await spoil(reply)
}

async function begin(exchange: Exchange, reply: Reply, bytes: number): Promise<void> {
  exchange.writeHead(reply)
  exchange.response.flushHeaders()
  await exchange.write(reply.body.subarray(0, bytes))
}

async function drip(exchange: Exchange, reply: Reply, intervalMs: number): Promise<void> {
  exchange.writeHead(reply)
  exchange.response.flushHeaders()

  for (const byte of reply.body) {
    if (exchange.isOver) return
    await exchange.write(Buffer.of(byte))
    await pause(intervalMs)
  }
  exchange.response.end()
}

function* padded(reply: Reply, bytes: number): Generator<Buffer> {
  yield reply.body
  for (let left = bytes - reply.body.length; left > 0; left -= PADDING.length) {
    yield PADDING.subarray(0, left)
  }
}

/** A client that has had enough and leaves is what these faults are for: no error then. */
async function stream(
  { response }: Exchange,
  [source, ...transforms]: [Iterable<Buffer>, ...Transform[]]
): Promise<void> {
  try {
    await pipeline([Readable.from(source), ...transforms, response])
  } catch (error) {
    if (!response.destroyed) throw error
  }
}

function half(reply: Reply): number {
  return Math.floor(reply.body.length / 2)
}

function pause(milliseconds: number): Promise<void> {
  return delay(milliseconds, undefined, { ref: false })
}
