/**
 * How a text is carried (3GPP TS 23.038, formerly GSM 03.38): as GSM-7 while every
 * character stands in its default alphabet or the extension table, otherwise as UCS-2.
 */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'

/** Each of these takes two places: an escape and a character. */
const EXTENSION = '\f^{}\\[~]|€'

const WIDTH = new Map([
  ...[...BASIC].map((character) => [character, 1] as const),
  ...[...EXTENSION].map((character) => [character, 2] as const),
])

/** Places in a message that stands alone, and in one part of a longer one. */
const GSM_7 = { alone: 160, part: 153 }
const UCS_2 = { alone: 70, part: 67 }

export interface Segmentation {
  encoding: 'GSM-7' | 'UCS-2'

  /** How many SMS the text is carried in, and charged as. */
  segments: number
}

export function segment(text: string): Segmentation {
  const characters = [...text]
  const isGsm7 = characters.every((character) => WIDTH.has(character))

  return isGsm7
    ? {
        encoding: 'GSM-7',
        segments: count(
          characters.map((each) => WIDTH.get(each)!),
          GSM_7
        ),
      }
    : {
        encoding: 'UCS-2',
        segments: count(
          characters.map((each) => each.length),
          UCS_2
        ),
      }
}

/** A character of two places (an escape, a surrogate pair) is not split between two parts. */
function count(widths: number[], places: { alone: number; part: number }): number {
  const total = widths.reduce((sum, width) => sum + width, 0)
  if (total <= places.alone) return 1

  let segments = 1
  let used = 0
  for (const width of widths) {
    if (used + width > places.part) {
      segments++
      used = 0
    }
    used += width
  }
  return segments
}
