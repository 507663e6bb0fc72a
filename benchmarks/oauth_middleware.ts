import { Agent, request } from 'node:http'
import { Ignitor } from '@adonisjs/core'
import { compare, type Comparison } from './harness.js'

const TIMES = 3_000
const CONNECTIONS = 16
const ROOT = new URL('../', import.meta.url)

/** The application with two routes that differ by the OAuth middleware alone. */
export async function oauthMiddleware(): Promise<Comparison> {
  const ignitor = new Ignitor(ROOT, { importer: load })
  await ignitor
    .tap((app) => {
      app.booting(async () => {
        await import('#start/env')
      })
      app.starting(addRoutes)
    })
    .httpServer()
    .start()

  const comparison = await compare('A request to the gateway', TIMES, [
    { name: 'a route without the OAuth middleware', run: (times) => flood(times, '/bench/plain') },
    { name: 'the same route behind it', run: (times) => flood(times, '/bench/guarded') },
  ])

  await ignitor.getApp()?.terminate()
  return comparison
}

function load(path: string) {
  return path.startsWith('.') ? import(new URL(path, ROOT).href) : import(path)
}

async function addRoutes() {
  const { default: router } = await import('@adonisjs/core/services/router')
  const { middleware } = await import('#start/kernel')
  const answer = () => ({ ok: true })
  router.get('/bench/plain', answer)
  router.get('/bench/guarded', answer).use(middleware.oauth())
}

async function flood(times: number, path: string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  let left = times

  const worker = async () => {
    while (left-- > 0) await get(agent, path)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  agent.destroy()
}

function get(agent: Agent, path: string): Promise<void> {
  const { HOST: host, PORT: port } = process.env

  return new Promise((resolve, reject) => {
    request({ agent, host, port, path }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path} answered ${answer.statusCode}`))
      answer.resume().once('end', resolve)
    })
      .once('error', reject)
      .end()
  })
}
