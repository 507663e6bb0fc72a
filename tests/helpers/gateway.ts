import app from '@adonisjs/core/services/app'
import type { TestContext } from '@japa/runner/core'
import { Secret } from '@adonisjs/core/helpers'
import { createUser, tokenOf } from '#tests/helpers/users'
import { ConfigCredentials } from '#oauth/credentials/config'
import type { ClientCredentials } from '#oauth/contracts'
import { defineConfig, stores, type ResolvedOAuthConfig } from '#oauth/define_config'
import { DiscloseToken } from '#oauth/actions/disclose_token'
import { ExchangeToken } from '#oauth/actions/exchange_token'
import { OAuthManager } from '#oauth/oauth_manager'
import type { ProviderConfig } from '#oauth/provider_config'
import { BrowserSignIn } from '#oauth/sign_in/browser_sign_in'
import { FinishSignIn } from '#oauth/sign_in/finish_sign_in'
import { SignOut } from '#oauth/sign_in/sign_out'
import { SignInStates } from '#oauth/sign_in/sign_in_states'
import { PendingSignInStore } from '#oauth/stores/pending_sign_ins'
import { TokenInventory } from '#oauth/token_inventory'
import { OrangeAuthService } from '#orange/orange_auth_service'
import { orangeProvider } from '#orange/orange_provider'
import { OrangeSmsClient } from '#orange/orange_sms_client'
import { OrangeSandbox, type SandboxOptions } from '#orange/sandbox/orange_sandbox'
import { signInKeeping } from '#providers/_oauth_parts'
import { systemClock, type Clock } from '#shared/clock'
import { EventRecorder } from '#shared/event_recorder'
import { HttpClient } from '#shared/http_client'
import { KeyedDigest } from '#shared/keyed_digest'
import { SendSms } from '#sms/actions/send_sms'
import { SmsSettings } from '#sms/sms_settings'
import { SmsLedger } from '#sms/stores/sms_ledger'

export interface GatewayOptions {
  clock?: Clock
  random?: () => number
  oauth?: Partial<ResolvedOAuthConfig>

  /** Extra settings of the sandbox. Its pace is off unless it is set here. */
  sandbox?: SandboxOptions
  credentials?: ClientCredentials

  /** Credentials of tenants, by name. */
  tenants?: Record<string, ClientCredentials>

  /** Further providers, by name. */
  providers?: Record<string, ProviderConfig>

  /** Whether tokens are handed out. */
  tokenApi?: boolean
  scope?: string
  connectTimeoutMs?: number
  maxSockets?: number

  /** Certificate authority that the gateway trusts. */
  ca?: string
  smsDeadlineMs?: number
  smsEnabled?: boolean
  senders?: string[]
  recorder?: EventRecorder
}

/** What a caller of the API got. */
export interface ApiAnswer {
  status: number
  headers: Headers
  // Tests look into bodies of many shapes.
  body: Record<string, never> & { data: Record<string, string>; [name: string]: unknown }
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>

/**
 * The application's HTTP API on a token engine of this test's own, talking to a sandbox
 * of this test's own. Everything is put back when the test ends.
 */
export async function startGateway(
  { cleanup }: Pick<TestContext, 'cleanup'>,
  options: GatewayOptions = {}
) {
  const clock = options.clock ?? systemClock
  const random = options.random ?? Math.random
  const sandbox = await OrangeSandbox.start({
    sendsPerSecond: null,
    ...(options.clock ? { clock } : {}),
    ...options.sandbox,
  })
  const { clientId } = sandbox
  const credentials = options.credentials ?? {
    clientId,
    clientSecret: new Secret(sandbox.clientSecret),
  }

  const { connectTimeoutMs = 3_000, maxSockets = 128, ca } = options
  const http = new HttpClient({ connectTimeoutMs, maxSockets, ca })
  const tokenHttp = new HttpClient({ connectTimeoutMs, maxSockets: 8, ca })
  const recorder = options.recorder ?? (await app.container.make(EventRecorder))
  const failuresBehind: unknown[] = []
  const orange = orangeProvider({
    tokenEndpoint: `${sandbox.url}/oauth/v3/token`,
    credentials: new ConfigCredentials(credentials, options.tenants),
    scope: options.scope,
  })
  const signIns = await signInKeeping(app)
  const manager = new OAuthManager({
    config: {
      ...defineConfig({
        default: 'orange',
        store: options.oauth?.cacheEnabled === false ? stores.none : stores.memory,
        providers: { orange },
      }),
      // One process only: what people gave may live in the database and tokens in memory.
      providers: { orange, ...options.providers },
      ...options.oauth,
    },
    signIns,
    http: tokenHttp,
    recorder,
    clock,
    random,
    fingerprints: new KeyedDigest(new Secret('tests'.repeat(8)), 'token-fingerprints'),
    report: (error) => failuresBehind.push(error),
  })

  const tokens = manager.use()
  const auth = new OrangeAuthService({ tokens, http, recorder, clock })
  const client = new OrangeSmsClient({
    auth,
    clock,
    random,
    baseUrl: sandbox.url,
    path: '/smsmessaging/v1/outbound',
    deadlineMs: options.smsDeadlineMs ?? 15_000,
  })
  const settings = new SmsSettings(options.smsEnabled ?? true, options.senders ?? ['+2210000'])
  const ledger = await app.container.make(SmsLedger)
  const logger = await app.container.make('logger')

  app.container.swap(OAuthManager, () => manager)
  const states = new SignInStates(manager, signIns.refreshTokens)
  app.container.swap(TokenInventory, () => {
    return new TokenInventory({ manager, signIns: states, store: manager.sharing.store, clock })
  })
  app.container.swap(SignInStates, () => states)
  app.container.swap(DiscloseToken, () => {
    return new DiscloseToken({ manager, recorder, clock, enabled: options.tokenApi ?? false })
  })
  app.container.swap(ExchangeToken, () => new ExchangeToken({ manager, recorder, clock }))
  const { refreshTokens } = signIns
  const finish = new FinishSignIn({ manager, refreshTokens, recorder })
  const pending = await app.container.make(PendingSignInStore)
  const callbackUrl = (name: string) =>
    `http://127.0.0.1:${process.env.PORT}/oauth/${name}/callback`
  app.container.swap(BrowserSignIn, () => {
    return new BrowserSignIn({ manager, pending, finish, recorder, clock, callbackUrl })
  })
  app.container.swap(SignOut, () => new SignOut({ manager, refreshTokens, recorder }))
  app.container.swap(OrangeAuthService, () => auth)
  app.container.swap(SmsSettings, () => settings)
  app.container.swap(SendSms, () => new SendSms({ client, ledger, settings, logger }))

  const sender = await createUser('sender')
  const admin = await createUser('admin')
  const bearers = { sender: await tokenOf(sender), admin: await tokenOf(admin) }

  cleanup(async () => {
    app.container.restoreAll([
      OAuthManager,
      TokenInventory,
      SignInStates,
      DiscloseToken,
      ExchangeToken,
      BrowserSignIn,
      SignOut,
      OrangeAuthService,
      SmsSettings,
      SendSms,
    ])
    await manager.close()
    http.destroy()
    tokenHttp.destroy()
    await sandbox.stop()
  })

  const call = (as: keyof typeof bearers, method: string, path: string, body?: unknown) =>
    callApi(method, path, { bearer: bearers[as], body })

  return {
    sandbox,
    clock,
    http,
    manager,
    tokens,
    auth,
    client,
    bearers,
    sender,
    admin,

    /** Failures of renewals behind the traffic. */
    failuresBehind,
    call,
    send: (sms: Record<string, unknown> = {}) =>
      call('sender', 'POST', '/api/sms/send', { to: '+221771234567', message: 'Hello', ...sms }),
    health: (query = '') => call('admin', 'GET', `/api/oauth/health${query}`),

    /** Token requests that reached the sandbox. */
    tokenRequests: () => sandbox.requests.filter(({ path }) => path === '/oauth/v3/token'),
    smsRequests: () => sandbox.requests.filter(({ path }) => path.includes('/outbound/')),
  }
}

export async function callApi(
  method: string,
  path: string,
  options: { bearer?: string; body?: unknown; headers?: Record<string, string> } = {}
): Promise<ApiAnswer> {
  const answer = await fetch(`http://127.0.0.1:${process.env.PORT}${path}`, {
    method,
    headers: {
      ...(options.bearer ? { authorization: `Bearer ${options.bearer}` } : {}),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : {} }
}
