import type { Refusal } from '#orange/sandbox/refusal'

/** What happens to a send because of its recipient alone. */
export type RecipientCondition = Refusal | 'accepted_in_silence' | 'accepted_without_resource'

/** By the last four digits of the number. README.md of this folder lists them for people. */
const CONDITIONS: Readonly<Record<string, RecipientCondition>> = {
  '9001': { messageId: 'SVC0001', variables: ['SMS platform failure'] },
  '9002': { messageId: 'SVC0002', variables: ['address'] },
  '9003': { messageId: 'SVC0003', variables: ['address', 'mobile numbers'] },
  '9004': { messageId: 'SVC0004', variables: ['address'] },
  '9280': { messageId: 'SVC0280', variables: ['160'] },
  '9301': { messageId: 'POL0001', variables: ['Expired contract'] },
  '9302': { messageId: 'POL0001', variables: ['No contract for this country'] },
  '9303': { messageId: 'POL0001', variables: ['Insufficient balance'] },
  '9440': { code: 40 },
  '9441': { code: 41 },
  '9442': { code: 42 },
  '9450': { code: 50 },
  '9453': { code: 53 },
  '9429': { code: 53, status: 429 },
  '9501': { code: 1 },
  '9505': { code: 5 },
  '9506': { code: 6 },
  '9408': 'accepted_in_silence',
  '9201': 'accepted_without_resource',
}

export function conditionOf(address: string): RecipientCondition | undefined {
  return CONDITIONS[address.slice(-4)]
}
