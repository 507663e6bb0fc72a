/** Which requests a fault waits for. `any`: any request to the API. `connection`: see below. */
export type FaultTarget = 'token' | 'sms' | 'contracts' | 'any' | 'connection'

interface Scripted {
  on: FaultTarget

  /** How often it is played; 1 by default, without end where a probability is given. */
  times?: number

  /** From 0 to 1: how likely it is that a matching request meets it. */
  probability?: number
}

/** Answers that take the place of the real one may let the request take effect first. */
interface InPlaceOfTheAnswer extends Scripted {
  /** Whether the SMS is accepted, or the token issued, all the same. False by default. */
  accepted?: boolean
}

/** Any status, headers and body; JSON by default. */
export interface AnswerFault extends InPlaceOfTheAnswer {
  kind: 'answer'
  status?: number
  headers?: Record<string, string | string[]>
  body?: string

  /** In place of `body`, for what is not UTF-8. */
  bodyBase64?: string
  delayMs?: number
}

/** The real answer, late: by `delayMs` and up to `jitterMs` more at random. */
export interface DelayFault extends Scripted {
  kind: 'delay'
  delayMs: number
  jitterMs?: number
}

/** The request is read and never answered. On `connection`: nothing is read at all. */
export interface HangFault extends InPlaceOfTheAnswer {
  kind: 'hang'
}

/** Takes effect, and is never answered: `hang` with `accepted`. */
export interface AcceptThenHangFault extends Scripted {
  kind: 'accept-then-hang'
}

/** The head of the real answer, `afterBytes` of its body, then nothing more. */
export interface StallFault extends Scripted {
  kind: 'stall'
  afterBytes?: number
}

/** The real answer, one byte per `intervalMs` (1,000). */
export interface DripFault extends Scripted {
  kind: 'drip'
  intervalMs?: number
}

/**
 * The connection is reset: before the request's body is read (`request`, the default), when
 * it is read (`answer`), or in the middle of the real answer's body (`body`).
 */
export interface ResetFault extends InPlaceOfTheAnswer {
  kind: 'reset'
  at?: 'request' | 'answer' | 'body'
}

/** The real answer ends early, after `afterBytes` of its body (by default, half of it). */
export interface TruncateFault extends Scripted {
  kind: 'truncate'
  afterBytes?: number
}

/** The real answer announces `by` more bytes than it has (10); fewer if negative. */
export interface WrongLengthFault extends Scripted {
  kind: 'wrong-length'
  by?: number
}

/** An answer whose chunks are not chunks. */
export interface BadChunksFault extends InPlaceOfTheAnswer {
  kind: 'bad-chunks'
}

/** The real answer, compressed, with white space behind it until it unpacks to `bytes` (64 MiB). */
export interface BombFault extends Scripted {
  kind: 'bomb'
  encoding?: 'gzip' | 'br'
  bytes?: number
}

/** The real answer with white space behind it until it is `bytes` long (10 MiB). */
export interface OversizeFault extends Scripted {
  kind: 'oversize'
  bytes?: number
}

export interface RedirectFault extends InPlaceOfTheAnswer {
  kind: 'redirect'
  location: string
  status?: number
}

/** `count` informational answers (1,000), then the real one. */
export interface InformationalStormFault extends Scripted {
  kind: 'informational-storm'
  count?: number
}

/** Header and body of the answer repeat the Authorization header and the request's body. */
export interface EchoFault extends InPlaceOfTheAnswer {
  kind: 'echo'
  status?: number
}

/** At once: open connections end and new ones are refused, for `forMs`. On `connection` only. */
export interface RefuseFault extends Scripted {
  kind: 'refuse'
  forMs: number
}

/**
 * One scripted misbehaviour. On `connection` there are `refuse`, `hang` and `reset`: the
 * next accepted connections are then left unread or reset, before TLS and HTTP.
 */
export type Fault =
  | AnswerFault
  | DelayFault
  | HangFault
  | AcceptThenHangFault
  | StallFault
  | DripFault
  | ResetFault
  | TruncateFault
  | WrongLengthFault
  | BadChunksFault
  | BombFault
  | OversizeFault
  | RedirectFault
  | InformationalStormFault
  | EchoFault
  | RefuseFault

export type FaultKind = Fault['kind']

export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>
