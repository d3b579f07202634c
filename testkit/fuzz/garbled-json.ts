import { hostileText } from './hostile-text.ts'
import type { Random } from './random.ts'

/** What no schema expects in most places. */
const WEIRD: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  2 ** 53 + 2,
  '',
  'x',
  'sha256:0',
  '../../etc/passwd',
  [],
  {},
  [[]],
  { manifests: [] },
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v1+json',
]

/** Deeper than any parser that calls itself can go. */
const DEEP = 60_000

type Change = (text: string, random: Random) => string | Buffer

const textChanges: readonly Change[] = [
  (text) => text.replace('{', '{"schemaVersion":2,'),
  (text) => text.replace('{', '{"mediaType":"application/vnd.oci.image.index.v1+json",'),
  (text) => text.replace('{', '{"__proto__":{"manifests":[]},"constructor":{},'),
  (text) => text.replace('{', '{"manifests":[],'),
  (text) => text.replace('{', '{"layers":[],'),
  (text) => text.replace(/:(\d+)/, ':1e400'),
  (text) => text.replace(/"size":\d+/, '"size":99999999999999999999'),
  (text) => text.replace(/"size":(\d+)/, '"size":$1.0'),
  (text) => text.replace(/"size":(\d+)/, '"size":-$1'),
  (text) => `\uFEFF${text}`,
  (text) => `${text}x`,
  (text) => ` ${text}\n`,
  (text) => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0xfe, 0x7d])]),
  (text) => text.replace('{', `{"deep":${'['.repeat(DEEP)}${']'.repeat(DEEP)},`),
  (text) => Buffer.from(text, 'utf16le'),
  () => '',
  () => '[]',
  () => 'null',
  (text) => text.replace(/"manifests":\[(\{.*?\})[,\]]/, '"manifests":[$1,$1,$1,'),
]

/** The document with something in it that is not as it should be; sometimes it is still a valid one. */
export function garbledJson(bytes: Buffer, random: Random): Buffer {
  const text = bytes.toString()
  if (random.chance(0.4)) return Buffer.from(random.pick(textChanges)(text, random))
  try {
    const document = JSON.parse(text) as unknown
    changeSomewhere(document, random)
    return Buffer.from(JSON.stringify(document))
  } catch {
    return bytes.subarray(1)
  }
}

function changeSomewhere(document: unknown, random: Random) {
  const holders = holdersIn(document)
  if (holders.length === 0) return
  const holder = random.pick(holders)
  const keys = Object.keys(holder)
  const key = keys.length === 0 ? 'extra' : random.pick(keys)
  const how = random.pick(['weird', 'weird', 'drop', 'text', 'annotate', 'copy'] as const)
  if (how === 'drop') delete holder[key]
  else if (how === 'text') holder[key] = hostileText(random)
  else if (how === 'annotate') holder['annotations'] = { 'acme.note': hostileText(random) }
  else if (how === 'copy') holder[key] = Object.values(random.pick(holders))[0]
  else holder[key] = random.pick(WEIRD)
}

type Holder = Record<string, unknown>

/** Every object and every list in a document. */
function holdersIn(value: unknown): Holder[] {
  if (typeof value !== 'object' || value === null) return []
  return [value as Holder, ...Object.values(value).flatMap(holdersIn)]
}
