/** What a field of an instruction (a fault, a setting) may be. */
export interface Rule {
  /** Completes the sentence "<field> must be …". */
  expects: string

  accepts(value: unknown): boolean
}

/** An instruction to the sandbox is malformed. The message says which field, and what it must be. */
export class InvalidInstruction extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'InvalidInstruction'
  }
}

export const flag: Rule = {
  expects: 'true or false',
  accepts: (value) => typeof value === 'boolean',
}

export const text: Rule = {
  expects: 'a text',
  accepts: (value) => typeof value === 'string',
}

export function integer(min: number, max: number): Rule {
  return {
    expects: `a whole number from ${min} to ${max}`,
    accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  }
}

export function oneOf(...choices: readonly (string | number)[]): Rule {
  return {
    expects: `one of: ${choices.join(', ')}`,
    accepts: (value) => choices.some((choice) => choice === value),
  }
}

export function nullOr(rule: Rule): Rule {
  return {
    expects: `null or ${rule.expects}`,
    accepts: (value) => value === null || rule.accepts(value),
  }
}

export function listOf(rule: Rule): Rule {
  return {
    expects: `a list, each entry ${rule.expects}`,
    accepts: (value) => Array.isArray(value) && value.every((entry) => rule.accepts(entry)),
  }
}

/**
 * Checks that `value` is an object whose every field is known and obeys its rule.
 *
 * @throws {InvalidInstruction}
 */
export function checkFields(value: unknown, rules: Readonly<Record<string, Rule>>): void {
  if (!isRecord(value)) throw new InvalidInstruction('must be a JSON object')

  for (const [name, field] of Object.entries(value)) {
    if (!Object.hasOwn(rules, name)) {
      const known = Object.keys(rules).join(', ')
      throw new InvalidInstruction(`${JSON.stringify(name)} is not known here (known: ${known})`)
    }
    if (field !== undefined && !rules[name].accepts(field)) {
      throw new InvalidInstruction(`${name} must be ${rules[name].expects}`)
    }
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
