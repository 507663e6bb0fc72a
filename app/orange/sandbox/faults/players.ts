import type { Fault, FaultKind, FaultOf } from '#orange/sandbox/faults/fault'
import { instead } from '#orange/sandbox/faults/instead_of_the_answer'
import { spoiled } from '#orange/sandbox/faults/spoiled_answer'
import type { Exchange } from '#orange/sandbox/wire/exchange'
import type { RouteResult } from '#orange/sandbox/wire/reply'

/** What a player has: the wire, the real answer if it wants it, and chance. */
export interface Stage {
  exchange: Exchange

  /** Lets the request take effect. At most one call. */
  answer: () => Promise<RouteResult>
  random: () => number
}

export type Player<K extends FaultKind> = (fault: FaultOf<K>, stage: Stage) => Promise<void>

type Players = { [K in Exclude<FaultKind, 'refuse'>]: Player<K> }

const players: Players = { ...instead, ...spoiled }

/** Plays a fault that was scripted for requests. */
export async function play(fault: Fault, stage: Stage): Promise<void> {
  if (fault.kind === 'refuse') return
  if ('accepted' in fault && fault.accepted) await stage.answer()

  const player = players[fault.kind] as Player<FaultKind>
  await player(fault, stage)
}
