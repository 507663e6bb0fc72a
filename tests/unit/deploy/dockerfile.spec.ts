import { readFileSync } from 'node:fs'
import app from '@adonisjs/core/services/app'
import { test } from '@japa/runner'

const read = (path: string) => readFileSync(app.makePath(path), 'utf8')

/** The instructions, each on one line, without comments. */
const instructions = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter(Boolean)

const all = (name: string) => instructions.filter((line) => line.startsWith(`${name} `))
const last = (name: string) => all(name).at(-1)!

/** Of the image that is the result. */
const final = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')))

test.group('Deploy | Dockerfile', () => {
  test('builds on the Node that the project pins', ({ assert }) => {
    const { dependencies } = JSON.parse(read('package.json'))
    assert.equal(all('FROM')[0], `FROM node:${dependencies.node}-bookworm-slim AS base`)
    for (const line of all('FROM').slice(1)) assert.match(line, /^FROM base AS /)
  })

  test('installs what the lock file says, and for production no more than it needs', ({
    assert,
  }) => {
    const steps = all('RUN').join('\n')
    assert.notMatch(steps, /npm (install|i) /)
    assert.match(steps, /npm run build && cd build && npm ci --omit=dev/)
    const copies = final.filter((line) => line.startsWith('COPY '))
    assert.deepEqual(copies, ['COPY --from=build /srv/gateway/build ./'])
  })

  test('takes no secret: as argument, as variable or as file', ({ assert }) => {
    assert.isEmpty(all('ARG'))
    assert.isEmpty(all('ADD'))
    assert.notMatch(all('ENV').join('\n'), /SECRET|PASSWORD|_KEY|HEADER|DATABASE_URL|REDIS_URL/)
    assert.notMatch(all('COPY').join('\n'), /secret|\.env/)
    assert.notInclude(all('RUN').join('\n'), '--mount=type=secret')
  })

  test('runs as somebody who is not root and does not own the code', ({ assert }) => {
    assert.equal(last('USER'), 'USER 1000:1000')
    assert.isAbove(
      final.indexOf(last('USER')),
      final.findIndex((line) => line.startsWith('COPY '))
    )
    assert.notMatch(all('COPY').join('\n'), /--chown/)
  })

  test('is asked whether it is well by Node itself, and ends by SIGTERM', ({ assert }) => {
    assert.match(last('HEALTHCHECK'), /CMD \["node", "-e", "fetch\(.*\/health\/live/)
    assert.doesNotThrow(() => JSON.parse(last('HEALTHCHECK').replace(/^.*? CMD /, '')))
    assert.equal(last('STOPSIGNAL'), 'STOPSIGNAL SIGTERM')
    assert.equal(last('ENTRYPOINT'), 'ENTRYPOINT ["node"]')
    assert.equal(last('CMD'), 'CMD ["bin/server.js"]')
  })
})
