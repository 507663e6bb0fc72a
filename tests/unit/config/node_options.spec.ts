import { test } from '@japa/runner'
import { setEnvironment } from '#tests/helpers/environment'
import { nodeOptions, refusedInProduction } from '#start/env_node'

const DANGEROUS = [
  '--inspect',
  '--inspect=0.0.0.0:9229',
  '--inspect-brk',
  '--inspect_brk',
  '--heapsnapshot-signal=SIGUSR2',
  '--heapsnapshot_near_heap_limit=1',
  '--heap-prof',
  '--tls-keylog=/tmp/keys',
  '--trace-tls',
  '--report-on-signal',
  '--report_on_signal',
  '--report-uncaught-exception --report-on-fatalerror',
]

const HARMLESS = [
  '--max-old-space-size=512',
  '--import=@poppinss/ts-exec',
  '--report-exclude-env',
  '--report-on-signal --report-exclude-env',
  '--report_exclude_env --report_on_fatalerror',
]

test.group('Config | Options of Node', (group) => {
  group.each.setup(() => {
    const before = process.env.NODE_ENV
    process.env.NODE_ENV = 'production'
    return () => {
      process.env.NODE_ENV = before
    }
  })

  test('F8 | production refuses {$self}')
    .with(DANGEROUS)
    .run(({ assert }, options) => {
      assert.throws(() => nodeOptions([])('NODE_OPTIONS', options), /^NODE_OPTIONS /)
      assert.throws(() => nodeOptions(options.split(' '))('NODE_OPTIONS', ''), /^NODE_OPTIONS /)
    })

  test('production takes {$self}')
    .with(HARMLESS)
    .run(({ assert }, options) => {
      assert.equal(nodeOptions([])('NODE_OPTIONS', options), options)
    })

  test('F8 | development takes them all', (context) => {
    setEnvironment(context, { NODE_ENV: 'development' })
    for (const options of DANGEROUS) {
      context.assert.equal(nodeOptions([])('NODE_OPTIONS', options), options)
    }
  })

  test('F8 | a variable is refused in production for what it does, and only there', (context) => {
    const { assert } = context
    const keys = refusedInProduction(/^0$/, 'switches certificate checks off')

    assert.throws(
      () => keys('NAME', '0'),
      'NAME switches certificate checks off: not in production'
    )
    assert.equal(keys('NAME', '1'), '1')
    assert.isUndefined(keys('NAME'))

    setEnvironment(context, { NODE_ENV: 'development' })
    assert.equal(keys('NAME', '0'), '0')
  })
})
