import { writeSync } from 'node:fs'
import { relative } from 'node:path'
import { findChromium } from './servers/chromium.ts'
import { findCrane, findGgcrRegistry } from './servers/crane.ts'
import { findDistribution } from './servers/distribution.ts'
import { findDockerAuth } from './servers/docker-auth.ts'
import { findNginx } from './servers/nginx.ts'
import { findOlareg } from './servers/olareg.ts'
import { findProgram } from './servers/programs.ts'
import { findPulp } from './servers/pulp.ts'
import { findTinyproxy } from './servers/tinyproxy.ts'
import { findZot } from './servers/zot.ts'

interface AssertionResult {
  readonly ancestorTitles: readonly string[]
  readonly status: string
}

interface RunConfig {
  readonly rootDir: string
  /** Of `--testNamePattern`: what somebody left out on purpose needs no mention. */
  readonly testNamePattern?: string | undefined
}

interface RunResult {
  readonly testResults: readonly {
    readonly testFilePath: string
    readonly testResults: readonly AssertionResult[]
  }[]
}

/** Fewer files than that are named by somebody who knows them. */
const A_WHOLE_RUN = 100

const GO_TOOLS = 'a directory that .ci/install-go-tools prints, which takes Go'

/** What some tests want to have in PATH, and where it comes from. */
const WANTED: readonly {
  name: string
  find: () => string | undefined
  source: string
}[] = [
  {
    name: 'Distribution 2',
    find: () => findDistribution(2),
    source: 'apt-get install docker-registry, or the program `registry` of its releases',
  },
  { name: 'Distribution 3', find: () => findDistribution(3), source: GO_TOOLS },
  { name: 'crane', find: findCrane, source: GO_TOOLS },
  { name: 'ggcr-registry', find: findGgcrRegistry, source: GO_TOOLS },
  { name: 'oras', find: () => findProgram('oras'), source: GO_TOOLS },
  { name: 'regctl', find: () => findProgram('regctl'), source: GO_TOOLS },
  {
    name: 'cosign',
    find: () => findProgram('cosign'),
    source: 'the directory that `.ci/install-go-tools cosign` prints, which takes Go and time',
  },
  { name: 'zot', find: findZot, source: GO_TOOLS },
  { name: 'olareg', find: findOlareg, source: 'the program of its releases' },
  { name: 'docker_auth', find: findDockerAuth, source: 'the program `auth_server` of its image' },
  {
    name: 'Pulp',
    find: findPulp,
    source: 'the directory that .ci/install-pulp prints, which takes PostgreSQL and Python',
  },
  { name: 'skopeo', find: () => findProgram('skopeo'), source: 'apt-get install skopeo' },
  { name: 'nginx', find: findNginx, source: 'apt-get install nginx, and /usr/sbin in PATH' },
  { name: 'Chromium', find: findChromium, source: 'apt-get install chromium' },
  { name: 'tinyproxy', find: findTinyproxy, source: 'apt-get install tinyproxy-bin' },
]

/**
 * A reporter for jest: the last lines of a run say which tests did not run, and what they lack.
 * Nobody is to take the green of what was left out for a green of everything.
 */
export default class LeftOutReporter {
  readonly #config: RunConfig

  constructor(config: RunConfig) {
    this.#config = config
  }

  /** Jest says nothing until the first file is done, which takes a while where all of them run. */
  onRunStart({ numTotalTestSuites }: { readonly numTotalTestSuites: number }) {
    if (numTotalTestSuites < A_WHOLE_RUN) return
    writeSync(
      process.stderr.fd,
      `Running ${numTotalTestSuites} files of tests against registries on this machine; on two cores that takes some fifteen minutes.\n` +
        'A line appears for each file when it is done. The last lines say what was left out, and what it lacks.\n\n',
    )
  }

  onRunComplete(_contexts: unknown, { testResults }: RunResult) {
    const { rootDir, testNamePattern = '' } = this.#config
    if (testNamePattern !== '') return
    const lines = testResults.flatMap((file) =>
      [...leftOutIn(file.testResults)].map(
        ([title, count]) =>
          `  ${relative(rootDir, file.testFilePath)}: ${title} (${count} ${count === 1 ? 'test' : 'tests'})`,
      ),
    )
    if (lines.length === 0) return
    const text = ['', 'These tests did not run:', ...lines.sort(), ...adviceLines(), ''].join('\n')
    // The summary of jest comes after its reporters; `writeSync` does not return before it is out.
    process.once('exit', () => writeSync(process.stderr.fd, text))
  }
}

/** Titles of the outermost groups, with the number of tests in them that were left out. */
function leftOutIn(results: readonly AssertionResult[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { status, ancestorTitles } of results) {
    if (status !== 'pending') continue
    const title = ancestorTitles[0] ?? 'outside of any group'
    counts.set(title, (counts.get(title) ?? 0) + 1)
  }
  return counts
}

function adviceLines(): string[] {
  const missing = WANTED.filter(({ find }) => find() === undefined)
  if (missing.length === 0) return []
  return [
    'They need what is not in PATH:',
    ...missing.map(({ name, source }) => `  ${name}: ${source}`),
    'On Debian and Ubuntu, .ci/run installs all but cosign and zot and runs everything that it can.',
  ]
}
