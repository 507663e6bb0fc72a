import { matchesGlob, posix } from 'node:path'
import {
  allowedInRoutes,
  capabilities,
  capabilityOf,
  http,
  sql,
  transactionType,
  type Knowledge,
} from '../../../architecture.js'
import type { SourceImport } from '#tests/helpers/architecture/source_imports'

/** What an import breaks, in words; nothing when it is as it should be. */
export function violationsOf(found: SourceImport): string[] {
  return [arrowViolation(found), ...knowledgeViolations(found)].filter((text) => text !== undefined)
}

/** The capability that an import leads to, when it leads to one. */
export function targetOf({ file, specifier }: SourceImport): string | undefined {
  const path = pathOf(file, specifier)
  return path === undefined ? undefined : capabilityOf(path)
}

function arrowViolation(found: SourceImport): string | undefined {
  const { file, specifier } = found
  const path = pathOf(file, specifier)
  if (path === undefined) return

  if (isRoutes(file) && allowedInRoutes.includes(path)) return

  const own = capabilityOf(file)
  const target = capabilityOf(path)
  if (own === undefined) return `${file} belongs to no capability of architecture.ts`
  if (target === undefined) return `${file} imports ${specifier}, outside every capability`
  if (target === own || capabilities[own].includes(target)) return
  return `${file} imports ${specifier}: ${own} may not know ${target}`
}

function knowledgeViolations(found: SourceImport): (string | undefined)[] {
  return [knowledgeViolation(found, http), knowledgeViolation(found, sql)]
}

function knowledgeViolation(found: SourceImport, { packages, files, message }: Knowledge) {
  const { file, specifier, names } = found
  if (!packages.test(specifier) || files.some((glob) => matchesGlob(`app/${file}`, glob))) return

  const transactionOnly = names.length === 1 && names[0] === transactionType.name
  if (specifier === transactionType.module && transactionOnly) return
  return `${file} imports ${specifier}. ${message}`
}

/** Where an import leads, from app/ on; undefined for packages. */
function pathOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier)
  return specifier.startsWith('#') ? specifier.slice(1).replace(/^app\//, '') : undefined
}

function isRoutes(file: string): boolean {
  return /^[^/]+\/routes\.ts$/.test(file)
}
