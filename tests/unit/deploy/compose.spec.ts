import { readFileSync } from 'node:fs'
import app from '@adonisjs/core/services/app'
import { test } from '@japa/runner'
import { parse } from 'yaml'

interface Service {
  image: string
  build?: string
  user?: string
  environment?: Record<string, string>
  secrets?: string[]
  ports?: string[]
  volumes?: string[]
  healthcheck?: { test?: string[]; disable?: boolean }
  depends_on?: Record<string, { condition: string }> | string[]
  [setting: string]: unknown
}

interface Compose {
  services: Record<string, Service>
  secrets: Record<string, { file: string }>
  networks: Record<string, { internal?: boolean }>
}

const read = (path: string) => readFileSync(app.makePath(path), 'utf8')

const compose: Compose = parse(read('compose.yml'), { merge: true })
const services = Object.entries(compose.services)
const ours = services.filter(([, { image }]) => image.startsWith('orange-sms-gateway:'))
const serving = ours.filter(([name]) => name !== 'migrate')

const rules = read('start/env.ts')
const variables = [...rules.matchAll(/^ {2}([A-Z][A-Z0-9_]*): (\w+)/gm)]
const known = variables.map(([, name]) => name)
const secret = variables.filter(([, , rule]) => /secret$/i.test(rule)).map(([, name]) => name)

test.group('Deploy | compose.yml', () => {
  test('starts two gateways, and whoever they need', ({ assert }) => {
    assert.lengthOf(serving, 2)
    assert.includeMembers(Object.keys(compose.services), ['migrate', 'postgres', 'redis', 'proxy'])
  })

  test('gives gateways only settings that exist', ({ assert }) => {
    assert.isAbove(known.length, 20)
    for (const [name, { environment }] of ours) {
      const given = Object.keys(environment!).map((variable) => {
        const named = variable.replace(/_FILE$/, '')
        return secret.includes(named) ? named : variable
      })
      assert.includeMembers(known, given, name)
    }
  })

  test('gives secrets as files, and to nobody in the environment', ({ assert }) => {
    for (const [name, service] of services) {
      for (const [variable, value] of Object.entries(service.environment ?? {})) {
        assert.notInclude(secret, variable, name)
        if (!/_FILE$/.test(variable)) {
          assert.notMatch(variable, /PASSWORD|SECRET|KEY|TOKEN$/, `${name}: ${variable}`)
          continue
        }
        const [, file] = /^\/run\/secrets\/(\w+)$/.exec(value) ?? []
        assert.include(service.secrets, file, `${name}: ${variable}`)
      }
      for (const file of service.secrets ?? []) {
        assert.equal(compose.secrets[file].file, `./secrets/${file}`)
      }
    }
  })

  test('keeps the files of secrets out of the repository and of the image', ({ assert }) => {
    assert.match(read('.gitignore'), /^secrets\/$/m)
    const admitted = read('.dockerignore').match(/^!.+$/gm)!
    assert.match(read('.dockerignore'), /^\*$/m)
    const suspicious = admitted.filter((line) => /secret|env|tmp|\*/.test(line))
    assert.deepEqual(suspicious, ['!.env.example'])
  })

  test('pins every image to a version', ({ assert }) => {
    for (const [, { image }] of services) assert.match(image, /^[\w-]+:\d+\.\d+(\.\d+)?(-\w+)?$/)
    assert.include(ours[0][1].image, JSON.parse(read('package.json')).version)
  })

  test('takes from every container what it does not need', ({ assert }) => {
    for (const [name, service] of services) {
      assert.isTrue(service.read_only, name)
      assert.deepEqual(service.cap_drop, ['ALL'], name)
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name)
      assert.match(service.user!, /^[1-9]\d*:[1-9]\d*$/, `${name} is not root`)
      assert.notProperty(service, 'privileged', name)
    }
  })

  test('asks every container that stays whether it is well, and gives it time to end', ({
    assert,
  }) => {
    const image = read('Dockerfile')
    for (const [name, { healthcheck, build, stop_grace_period: grace }] of services) {
      assert.isAtLeast(Number.parseInt(grace as string, 10), 30, name)
      if (name === 'migrate') continue
      assert.isTrue(Boolean(healthcheck?.test) || (build === '.' && /^HEALTHCHECK /m.test(image)))
    }
  })

  test('starts no gateway before the database is migrated', ({ assert }) => {
    const { migrate } = compose.services
    assert.deepEqual(migrate.command, ['ace.js', 'migration:run', '--force'])
    assert.deepInclude(migrate.depends_on, { postgres: { condition: 'service_healthy' } })
    for (const [, { depends_on: needs }] of serving) {
      assert.deepInclude(needs, { migrate: { condition: 'service_completed_successfully' } })
    }
  })

  test('keeps the evidence outside the database', ({ assert }) => {
    for (const [, { volumes, environment }] of serving) {
      assert.deepEqual(volumes, ['evidence:/var/lib/gateway-evidence'])
      assert.match(environment!.AUDIT_CHECKPOINT_PATH, /^\/var\/lib\/gateway-evidence\//)
    }
    assert.deepEqual(compose.services.postgres.volumes, ['database:/var/lib/postgresql/data'])
  })

  test('opens one port, on this machine only', ({ assert }) => {
    const open = services.filter(([, { ports }]) => ports)
    assert.deepEqual(
      open.map(([name]) => name),
      ['proxy']
    )
    assert.match(compose.services.proxy.ports![0], /^127\.0\.0\.1:/)
    assert.isTrue(compose.networks.inside.internal)
    for (const name of ['postgres', 'redis']) {
      assert.deepEqual(compose.services[name].networks, ['inside'])
    }
  })
})
