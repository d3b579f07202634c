import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { inputDefaults } from '../../src/action/input-defaults.ts'
import { inputNames } from '../../src/action/input-names.ts'
import { emptyReport, outputsOf } from '../../src/action/outputs.ts'

interface ActionMetadata {
  readonly name: string
  readonly author: string
  readonly description: string
  readonly branding: { readonly icon: string; readonly color: string }
  readonly inputs: Record<string, { description: string; required: boolean; default?: string }>
  readonly outputs: Record<string, { description: string; value?: string }>
  readonly runs: Record<string, string>
}

const action = parse(readFileSync('action.yml', 'utf8')) as ActionMetadata

/** Names of the fields of `Inputs`, as its source declares them. */
function fieldsOfInputs(source: string): readonly string[] {
  const body = /^export interface Inputs \{\n(.*?)^\}/ms.exec(source)?.[1] ?? ''
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].flatMap(([, name]) => name ?? [])
}

/** All sources but those that read what the workflow says. */
const readers = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !/^action.(?:list-)?inputs\.ts$/.test(name))
  .map((name) => readFileSync(`src/${name}`, 'utf8').replaceAll(/\/\*.*?\*\/|\/\/.*$/gms, ''))

describe('inputs', () => {
  const source = readFileSync('src/action/inputs.ts', 'utf8')

  test.each(fieldsOfInputs(source))('%s is read by what the action does', (field) => {
    const word = new RegExp(`\\b${field}\\b`)
    expect(readers.some((reader) => word.test(reader))).toBe(true)
  })

  test('are all found by that', () => {
    expect(fieldsOfInputs(source).length).toBeGreaterThan(15)
    expect(fieldsOfInputs('export interface Inputs {\n  readonly a?: string\n}\n')).toEqual(['a'])
  })
})

describe('action.yml', () => {
  test('declares exactly the inputs that the code reads, in the same order', () => {
    expect(Object.keys(action.inputs)).toEqual(inputNames)
  })

  test('declares exactly the outputs that the code sets', () => {
    expect(Object.keys(action.outputs).sort()).toEqual(
      Object.keys(outputsOf(emptyReport, { report: '', checksums: '' })).sort(),
    )
  })

  test('has the defaults that the code has', () => {
    const { 'github-token': token, 'source-registry': source, ...others } = action.inputs
    for (const [name, input] of Object.entries(others)) {
      expect([name, input.default ?? '']).toEqual([name, Reflect.get(inputDefaults, name)])
    }
    expect(token?.default).toBe('${{ github.token }}')
    // What the runner fills in could not be told from what the user gave.
    expect(source).not.toHaveProperty('default')
    expect(source?.description).toContain(`When not given: \`${inputDefaults['source-registry']}\``)
  })

  test('gives defaults as text, and requires nothing by itself', () => {
    for (const input of Object.values(action.inputs)) {
      expect(['string', 'undefined']).toContain(typeof input.default)
      expect(input.required).toBe(false)
    }
  })

  test('describes every input and output in a sentence', () => {
    for (const { description } of [
      ...Object.values(action.inputs),
      ...Object.values(action.outputs),
    ]) {
      expect(description).toMatch(/^[A-Z`].{20,}\.$/)
    }
  })

  test('runs the bundle on Node 24', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js' })
  })

  test('is ready for the marketplace', () => {
    expect(action.name.length).toBeGreaterThan(0)
    expect(action.author).toBe('image-sync-action contributors')
    // The marketplace takes no longer description.
    expect(action.description.length).toBeLessThan(125)
    expect(action.branding).toEqual({ icon: 'copy', color: 'blue' })
  })
})
