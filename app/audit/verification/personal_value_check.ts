import type { AuditBody } from '#audit/recording/audit_body'
import { commitmentOf } from '#audit/recording/personal_values'
import type { WholeRow } from '#audit/stores/chain_store'

/** Holds the personal values beside the chain against what their events commit to. */
export class PersonalValueCheck {
  /** Values that an event commits to and that are not there any more. */
  erased = 0

  /** The first event that has a value which it does not commit to. */
  fault?: { firstBadSeq: number; problem: 'personal_value_changed' }

  /** @param row found good, with its body */
  check({ seq, personalValues }: WholeRow, { commitments = {} }: AuditBody): void {
    const wrong = personalValues.some((value) => commitments[value.field] !== commitmentOf(value))
    if (wrong) this.fault ??= { firstBadSeq: seq, problem: 'personal_value_changed' }
    this.erased += Object.keys(commitments).length - personalValues.length
  }
}
