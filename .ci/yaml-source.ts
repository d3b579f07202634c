import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Document, Node, YAMLMap } from 'yaml'
import type { Problem } from './problem.ts'

/** A YAML file that remembers where each value stands. */
export interface YamlSource {
  readonly file: string
  readonly document: Document.Parsed
  /** A finding at the place of `node`, or about the whole file without one. */
  problemAt(node: unknown, message: string): Problem
  lineText(node: unknown): string
}

/** One key of a mapping with its value; keys that are not scalars do not occur in GitHub's files. */
export interface Entry {
  readonly key: string
  readonly keyNode: Node
  readonly value: unknown
}

export function readYaml(file: string, content: string): YamlSource {
  const lines = new LineCounter()
  const document = parseDocument(content, { lineCounter: lines })
  const texts = content.split('\n')
  const lineOf = (node: unknown): number => {
    const offset = isNode(node) ? node.range?.[0] : undefined
    return offset === undefined ? 0 : lines.linePos(offset).line
  }
  return {
    file,
    document,
    problemAt: (node, message) => ({ file, line: lineOf(node), message }),
    lineText: (node) => texts[lineOf(node) - 1] ?? '',
  }
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value)
}

/** The keys of a mapping in order; nothing for any other node. */
export function entries(node: unknown): readonly Entry[] {
  if (!isMap(node)) return []
  return node.items.flatMap(({ key, value }) =>
    isScalar(key) ? [{ key: String(key.value), keyNode: key, value }] : [],
  )
}

export function items(node: unknown): readonly unknown[] {
  return isSeq(node) ? node.items : []
}

/** The entry of one key, with the node of the key as the place to point to. */
export function entry(node: unknown, key: string): Entry | undefined {
  return entries(node).find((candidate) => candidate.key === key)
}

export function get(node: unknown, key: string): unknown {
  return entry(node, key)?.value
}

/** The value of a scalar as YAML types it; undefined for a mapping, a list or nothing. */
export function scalar(node: unknown): unknown {
  return isScalar(node) ? node.value : undefined
}

/** The string of a scalar; undefined for a number, a boolean, a mapping or nothing. */
export function text(node: unknown): string | undefined {
  const value = scalar(node)
  return typeof value === 'string' ? value : undefined
}

export function isMapping(node: unknown): node is YAMLMap {
  return isMap(node)
}
