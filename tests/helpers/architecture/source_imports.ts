import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'

/** One module named by a source file, as it stands there. */
export interface SourceImport {
  /** Path of the importing file below app/, with forward slashes. */
  file: string
  specifier: string

  /** What is taken from it by name. Empty for whole modules and for `import()`. */
  names: string[]
}

/** Every import of every file below `folder`: static, dynamic, of types, and re-exports. */
export function importsBelow(folder: string): SourceImport[] {
  return globSync('**/*.ts', { cwd: folder }).flatMap((path) => {
    const file = relative('', path).replaceAll('\\', '/')
    return importsOf(file, readFileSync(join(folder, path), 'utf8'))
  })
}

export function importsOf(file: string, code: string): SourceImport[] {
  const found: SourceImport[] = []

  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node)
    if (specifier && ts.isStringLiteralLike(specifier)) {
      found.push({ file, specifier: specifier.text, names: namesOf(node) })
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, code, ts.ScriptTarget.Latest))
  return found
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier
  if (ts.isExternalModuleReference(node)) return node.expression
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return node.arguments[0]
  }
  return undefined
}

function namesOf(node: ts.Node): string[] {
  if (!ts.isImportDeclaration(node)) return []
  const bindings = node.importClause?.namedBindings
  if (!bindings || !ts.isNamedImports(bindings)) return []
  return bindings.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
}
