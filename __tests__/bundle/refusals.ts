import type { ActionOptions } from '../../testkit/runner/action-runner.ts'

/** Inputs that a step has to refuse, and what it has to say. */
export interface Refusal {
  /** `HOST` stands for a host that would notice any traffic. */
  readonly inputs: Readonly<Record<string, string>>
  /** Begins of the lines of the message, in order; a single one follows `Input `. */
  readonly lines: readonly string[]
  /** Also in the message. */
  readonly says?: readonly string[]
  readonly options?: ActionOptions
}

const good = 'HOST/acme/app:v1 => HOST/prod/app:v1'
const tooLong = 'v'.repeat(129)

/** Every kind of mistake that can be told without asking a registry. */
export const refusals: Readonly<Record<string, Refusal>> = {
  'no list at all': {
    inputs: {},
    lines: ['images: no image is named'],
    says: ['images-file'],
  },
  'a blank list': { inputs: { images: ' \n\t\n' }, lines: ['images: no image is named'] },
  'a list of comments': {
    inputs: { images: '# nothing\n  # yet' },
    lines: ['images, line 1: the list names no image'],
  },
  'a URL': {
    inputs: { images: `# the app\nhttps://HOST/acme/app:v1 => HOST/prod/app:v1` },
    lines: ['images, line 2: source: '],
    says: ['https://'],
  },
  'a reference of another tool': {
    inputs: { images: 'docker://HOST/acme/app:v1 => HOST/prod/app:v1' },
    lines: ['images, line 1: source: '],
    says: ['docker://'],
  },
  'an upper-case repository': {
    inputs: { images: `${good}\nHOST/Acme/App:v1 => HOST/prod/app:v2` },
    lines: ['images, line 2: source: '],
    says: ['Acme/App', 'acme/app'],
  },
  'a bad port': {
    inputs: { images: '127.0.0.1:port/acme/app:v1 => HOST/prod/app:v1' },
    lines: ['images, line 1: source: '],
    says: ['port'],
  },
  'an empty component': {
    inputs: { images: 'HOST/acme//app:v1 => HOST/prod/app:v1' },
    lines: ['images, line 1: source: '],
  },
  'a component of dots': {
    inputs: { images: 'HOST/acme/../app:v1 => HOST/prod/app:v1' },
    lines: ['images, line 1: source: '],
  },
  'a tag that is too long': {
    inputs: { images: `HOST/acme/app:v1 => HOST/prod/app:${tooLong}` },
    lines: ['images, line 1: destination: '],
    says: ['128'],
  },
  'a digest in a destination': {
    inputs: { images: `HOST/acme/app:v1 => HOST/prod/app@sha256:${'0'.repeat(64)}` },
    lines: ['images, line 1: destination: '],
    says: ['digest'],
  },
  'a broken digest': {
    inputs: { images: 'HOST/acme/app@sha256:123 => HOST/prod/app' },
    lines: ['images, line 1: source: '],
    says: ['sha256:123'],
  },
  'a destination without a registry': {
    inputs: { images: 'HOST/acme/app:v1 => prod/app:v1' },
    lines: ['images, line 1: destination: '],
    says: ['destination-registry'],
  },
  'no destination': {
    inputs: { images: 'HOST/acme/app:v1' },
    lines: ['images, line 1: destination: '],
    says: ['destination-registry'],
  },
  'two sources for one destination': {
    inputs: { images: `${good}\nHOST/acme/app:v2 => HOST/prod/app:v1` },
    lines: ['images, line 2: '],
    says: ['line 1'],
  },
  'several bad lines': {
    inputs: { images: `https://HOST/a => HOST/b\n${good}\nHOST/acme/app:v1 => HOST/UPPER` },
    lines: ['images, line 1: source: ', 'images, line 3: destination: '],
  },
  'YAML with a key that nobody knows': {
    inputs: { images: `- source: HOST/acme/app:v1\n  target: HOST/prod/app:v1` },
    lines: ['images, line 1: unknown key "target"', 'images, line 1: destination: none is named'],
  },
  'a list that is no YAML': {
    inputs: { images: '- "HOST/acme/app:v1' },
    lines: ['images, line '],
    says: ['YAML'],
  },
  'a file that is not there': {
    inputs: { 'images-file': 'lists/app.txt' },
    lines: ['images-file lists/app.txt: does not exist'],
  },
  'a file that is a directory': {
    inputs: { 'images-file': 'lists' },
    lines: ['images-file lists: is a directory'],
    options: { workspace: { 'lists/app.txt': '' } },
  },
  'a file outside of the workspace': {
    inputs: { 'images-file': '../../etc/passwd' },
    lines: ['images-file ../../etc/passwd: lies outside of the workspace'],
  },
  'a file that is no text': {
    inputs: { 'images-file': 'app.txt' },
    lines: ['images-file app.txt: is not UTF-8 text'],
    options: { workspace: { 'app.txt': Buffer.from([0x61, 0xff, 0x0a]) } },
  },
  'a file with a bad line': {
    inputs: { images: good, 'images-file': 'app.txt' },
    lines: ['images-file app.txt, line 3: source: '],
    options: { workspace: { 'app.txt': '# list\n\nHOST/Acme:v1 => HOST/prod/app:v2\n' } },
  },
  'a file against the list': {
    inputs: { images: good, 'images-file': 'app.txt' },
    lines: ['images-file app.txt, line 1: '],
    says: ['images, line 1'],
    options: { workspace: { 'app.txt': 'HOST/acme/other:v1 => HOST/prod/app:v1\n' } },
  },
  'a source registry that is a URL': {
    inputs: { images: good, 'source-registry': 'https://HOST' },
    lines: ['source-registry: '],
    says: ['https://'],
  },
  'a destination registry that is none': {
    inputs: { images: good, 'destination-registry': 'not a host' },
    lines: ['destination-registry: '],
  },
  'a source user without a password': {
    inputs: { images: good, 'source-username': 'alice' },
    lines: ['source-password: is empty, but source-username is given'],
    says: ['forks'],
  },
  'a source password without a user': {
    inputs: { images: good, 'source-password': 'pa55-word' },
    lines: ['source-username: is empty, but source-password is given'],
  },
  'a destination user without a password': {
    inputs: { images: good, 'destination-username': 'alice', 'destination-password': ' ' },
    lines: ['destination-password: is empty, but destination-username is given'],
  },
  'a destination password without a user': {
    inputs: { images: good, 'destination-password': 'pa55-word' },
    lines: ['destination-username: is empty, but destination-password is given'],
  },
  'credentials for one of several registries': {
    inputs: {
      images: `${good}\nHOST/acme/app:v1 => registry.test/prod/app:v1`,
      'destination-username': 'alice',
      'destination-password': 'pa55-word',
    },
    lines: ['destination-username: the list has several destination registries'],
    says: ['registry.test', 'registry-auth'],
  },
  'registry-auth that is no list': {
    inputs: { images: good, 'registry-auth': 'HOST: pa55-word' },
    lines: ['registry-auth: expected a YAML list'],
  },
  'registry-auth that is no YAML': {
    inputs: { images: good, 'registry-auth': '- registry: HOST\n  password: "pa55-word\n' },
    lines: ['registry-auth: line '],
    says: ['YAML'],
  },
  'registry-auth without a password': {
    inputs: {
      images: good,
      'registry-auth':
        '- registry: HOST\n  username: alice\n  password: pa55-word\n- username: bob\n',
    },
    lines: ['registry-auth: entry 2: has no password'],
  },
  'registry-tls that is no list': {
    inputs: { images: good, 'registry-tls': 'HOST: pa55-word' },
    lines: ['registry-tls: expected a YAML list'],
  },
  'registry-tls with a file that is not there': {
    inputs: { images: good, 'registry-tls': '- registry: HOST\n  ca: tls/lost.pem' },
    lines: ['registry-tls: entry 1: ca: "tls/lost.pem" does not exist'],
  },
  'registry-tls with a file that is no certificate': {
    inputs: { images: good, 'registry-tls': '- registry: HOST\n  ca: tls/notes.txt' },
    options: { workspace: { 'tls/notes.txt': 'pa55-word' } },
    lines: ['registry-tls: entry 1: ca: "tls/notes.txt" holds no certificate'],
  },
  'platforms that are none': {
    inputs: { images: good, platforms: 'linux/amd64,arm64' },
    lines: ['platforms: '],
    says: ['"arm64"'],
  },
  'platforms of one line that are none': {
    inputs: {
      images: '- source: HOST/acme/app:v1\n  destination: HOST/prod/app:v1\n  platforms: linux',
    },
    lines: ['images, line 1: platforms: '],
  },
  'an unknown on-missing-platform': {
    inputs: { images: good, 'on-missing-platform': 'ignore' },
    lines: ['on-missing-platform: "ignore" is not accepted; expected warn or fail'],
  },
  'referrers that are no types': {
    inputs: { images: good, referrers: 'all, sbom' },
    lines: ['referrers: "all" cannot be combined with anything else'],
    says: ['cosign-tags'],
  },
  'an unknown on-lost-referrers': {
    inputs: { images: good, 'on-lost-referrers': 'ignore' },
    lines: ['on-lost-referrers: "ignore" is not accepted; expected warn or fail'],
  },
  'unknown attestations': {
    inputs: { images: good, attestations: 'true' },
    lines: ['attestations: "true" is not accepted; expected drop or keep'],
  },
  'an unknown on-existing': {
    inputs: { images: good, 'on-existing': 'Overwrite' },
    lines: ['on-existing: "Overwrite" is not accepted; expected overwrite, skip or fail'],
  },
  'a dry-run that is no boolean': {
    inputs: { images: good, 'dry-run': 'yes' },
    lines: ['dry-run: "yes" is not accepted; expected true or false'],
  },
  'a fail-fast that is no boolean': {
    inputs: { images: good, 'fail-fast': '1' },
    lines: ['fail-fast: "1" is not accepted; expected true or false'],
  },
  'an all-or-nothing that is no boolean': {
    inputs: { images: good, 'all-or-nothing': 'all' },
    lines: ['all-or-nothing: "all" is not accepted; expected true or false'],
  },
  'a stage that is no boolean': {
    inputs: { images: good, stage: 'blue' },
    lines: ['stage: "blue" is not accepted; expected true or false'],
  },
  'a shard beyond the last': {
    inputs: { images: good, shard: '3/2' },
    lines: ['shard: "3/2" is not accepted; expected K/N with K from 1 to N'],
  },
  'a shard that does not know of the others': {
    inputs: { images: good, shard: '1/2', 'all-or-nothing': 'true' },
    lines: ['all-or-nothing: a shard does not know of the others: use stage in all shards'],
  },
  'a verify without rules': {
    inputs: { images: good, verify: '[]' },
    lines: ['verify: holds no rule'],
  },
  'a declare-artifacts that is no boolean': {
    inputs: { images: good, 'declare-artifacts': 'no' },
    lines: ['declare-artifacts: "no" is not accepted; expected true or false'],
  },
  'an input with another separator': {
    inputs: { images: good, dry_run: 'true' },
    lines: ['dry_run: there is no such input; it is called dry-run'],
  },
  'an input without its separator, and without a value': {
    inputs: { images: good, dryRun: '' },
    lines: ['dryrun: there is no such input; it is called dry-run'],
  },
  'inputs in another number': {
    inputs: { images: good, platform: 'linux/amd64', retry: '3', images_files: 'list.txt' },
    lines: [
      'images_files: there is no such input; it is called images-file',
      'platform: there is no such input; it is called platforms',
      'retry: there is no such input; it is called retries',
    ],
  },
  'a summary that is no boolean': {
    inputs: { images: good, summary: 'off' },
    lines: ['summary: "off" is not accepted; expected true or false'],
  },
  'a concurrency of nothing': {
    inputs: { images: good, concurrency: '0' },
    lines: ['concurrency: "0" is not accepted; expected a whole number from 1 to 256'],
  },
  'retries below nothing': {
    inputs: { images: good, retries: '-1' },
    lines: ['retries: "-1" is not accepted; expected a whole number from 0 to 20'],
  },
  'a timeout with a unit': {
    inputs: { images: good, timeout: '60s' },
    lines: ['timeout: "60s" is not accepted; expected a whole number from 1 to 3600'],
  },
  'a deadline of no time': {
    inputs: { images: good, deadline: '0' },
    lines: ['deadline: "0" is not accepted; expected a whole number from 1 to 432000'],
  },
  'a number that is not whole': {
    inputs: { images: good, retries: '1.5', timeout: '1e3' },
    lines: ['retries: "1.5" is not accepted', 'timeout: "1e3" is not accepted'],
  },
  'an insecure registry that is none': {
    inputs: { images: good, 'insecure-registries': 'HOST, http://registry.test' },
    lines: ['insecure-registries: '],
    says: ['http://'],
  },
  'everything at once': {
    inputs: {
      images: 'https://HOST/a => HOST/b',
      'destination-registry': 'not a host',
      'source-password': 'pa55-word',
      'on-existing': 'never',
      concurrency: 'many',
      summary: 'maybe',
    },
    lines: [
      'images, line 1: ',
      'source-username: ',
      'destination-registry: ',
      'on-existing: "never"',
      'concurrency: "many"',
      'summary: "maybe"',
    ],
  },
}
