import { errors as vineErrors } from '@vinejs/vine'
import { BaseCommand, flags } from '@adonisjs/core/ace'
import { GatewayError } from '#shared/gateway_error'
import { failureCode } from '#shared/failure_code'

/** What a command has to say: a document for programs, or lines for people. */
export interface CommandAnswer {
  data: Record<string, unknown> | readonly object[]
  lines: string[]

  /** Shows what takes more than lines. */
  show?: () => void
}

/** The command cannot mean what was typed. */
export class WrongUse extends Error {}

const NO = 1
const WRONG_USE = 2

/**
 * A command that ends with an answer. Exit 0: done. Exit 1: the answer is no. Exit 2: wrong
 * use. Reasons go to stderr; with --json, stdout holds one JSON document in every case.
 */
export abstract class AnsweringCommand extends BaseCommand {
  @flags.boolean({ description: 'Print one JSON document and nothing else' })
  declare json: boolean

  abstract answer(): Promise<CommandAnswer>

  override async run(): Promise<void> {
    try {
      const { data, lines, show } = await this.answer()
      if (this.json) return this.#print({ data })
      for (const line of lines) this.logger.log(line)
      show?.()
    } catch (error) {
      this.#refuse(error)
    }
  }

  #refuse(error: unknown): void {
    const { exitCode, code, messages } = explain(error)
    this.exitCode = exitCode

    for (const message of messages) this.logger.error(message)
    if (this.json) this.#print({ error: { code, messages } })
  }

  #print(document: Record<string, unknown>): void {
    process.stdout.write(`${JSON.stringify(document)}\n`)
  }
}

/** Foreign errors are named by their code: their text may quote values and secrets. */
function explain(error: unknown): { exitCode: number; code: string; messages: string[] } {
  if (error instanceof WrongUse) {
    return { exitCode: WRONG_USE, code: 'wrong_use', messages: [error.message] }
  }
  if (error instanceof vineErrors.E_VALIDATION_ERROR) {
    const messages = (error.messages as { message: string }[]).map(({ message }) => message)
    return { exitCode: WRONG_USE, code: 'wrong_use', messages }
  }
  if (error instanceof GatewayError) {
    const reason = 'reason' in error ? ` (${error.reason})` : ''
    const exitCode = error.code === 'unknown_provider' ? WRONG_USE : NO
    return { exitCode, code: error.code!, messages: [error.message + reason] }
  }
  const messages = [`The command failed unexpectedly (${failureCode(error)})`]
  return { exitCode: NO, code: 'internal_error', messages }
}
