/**
 * Holds the test registry against the official conformance suite of the distribution specification:
 * `node testkit/conformance.ts`. Building the suite takes Go; where there is none, nothing is tested
 * and the script says so, and fails if REQUIRE_CONFORMANCE=1.
 */
import {
  buildSuite,
  failedTests,
  hasGo,
  runSuite,
  shortfalls,
  type SuiteTarget,
} from './conformance-suite.ts'
import { TestRegistry, type RegistryOptions } from './registry/registry.ts'

const users = { conformance: 'password' }
const account = { user: 'conformance', password: users.conformance }

/** The ways to get in differ; what is behind them must not. */
const configurations: readonly [string, RegistryOptions, Partial<SuiteTarget>][] = [
  ['open to all', {}, {}],
  ['over TLS', { tls: true }, {}],
  ['with Basic authentication', { auth: { kind: 'basic', users } }, account],
  ['with bearer tokens', { auth: { kind: 'bearer', users } }, account],
  ['with a smallest chunk', { chunkMinLength: 1024 }, {}],
]

async function main(): Promise<number> {
  if (!(await hasGo())) {
    console.log(
      'Go is not installed: the conformance suite cannot be built and nothing was tested.',
    )
    return process.env['REQUIRE_CONFORMANCE'] === '1' ? 1 : 0
  }
  const program = await buildSuite()
  const failures: string[] = []
  for (const [name, options, target] of configurations) {
    if (!(await conforms(program, name, options, target))) failures.push(name)
  }
  if (failures.length === 0) return 0
  console.log(`The test registry does not conform: ${failures.join(', ')}.`)
  return 1
}

async function conforms(
  program: string,
  name: string,
  options: RegistryOptions,
  target: Partial<SuiteTarget>,
): Promise<boolean> {
  await using registry = await TestRegistry.start(options)
  const { host, ca } = registry
  const { passed, output, features } = await runSuite(program, { host, ca, ...target })
  const missing = shortfalls(features)
  const isComplete = [...missing.values()].every((reasons) => reasons.length === 0)
  if (!passed || !isComplete) console.log(failedTests(output))
  for (const [category, reasons] of missing) {
    const verdict = reasons.length === 0 ? 'passes' : `FAILS (${reasons.join('; ')})`
    console.log(`${name}: ${category} ${verdict}`)
  }
  return passed && isComplete
}

process.exitCode = await main()
