import { isAbsolute } from 'node:path'
import { quote } from '../oci/quote.ts'
import { normaliseRegistry } from '../oci/reference.ts'
import type { TlsOptions } from '../registry/network/tls.ts'
import {
  checkCertificates,
  checkKey,
  checkTogether,
  MAX_PEM_BYTES,
  pemText,
  Refusal,
} from './pem.ts'
import { codeOf, fileProblem, locateInWorkspace } from './workspace-path.ts'
import { type Entry, readEntries, unknownField } from './yaml-entries.ts'

export interface RegistryTls {
  /** By normalised host. */
  readonly hosts: ReadonlyMap<string, TlsOptions>
  /** What is wrong; holds no text of the input but paths, and those of a key only if short. */
  readonly problems: readonly string[]
}

/** Where the files are read from that the input names. */
export interface PemFiles {
  readonly workspace: string
  readFile(path: string): string | Uint8Array
}

const FIELDS = ['registry', 'ca', 'cert', 'key']
const SHAPE = `expected a YAML list of objects with ${FIELDS.join(', ')}`

/** No private key is as short as this, not even without its header. */
const MAX_SHOWN_PATH = 100

/**
 * Reads the input of that name: a YAML (or JSON) list of objects with `registry`, which is any host
 * that is to be spoken to, and `ca`, or `cert` and `key`, or all three. Each is PEM text or the path
 * of a file that holds it, absolute or relative to the workspace, which a relative one must not leave.
 * Blank text is an empty list.
 */
export function parseRegistryTls(text: string, files: PemFiles): RegistryTls {
  const { entries, problem } = readEntries(text, SHAPE)
  const hosts = new Map<string, TlsOptions>()
  const problems: string[] = problem === undefined ? [] : [problem]
  for (const [index, entry] of entries.entries()) {
    const refuse = (reason: string): void => {
      problems.push(`entry ${index + 1}: ${reason}`)
    }
    try {
      const host = hostOf(entry)
      const options = readOptions(entry, files)
      if (hosts.has(host)) refuse('an entry above is for the same host')
      hosts.set(host, options)
    } catch (error) {
      refuse(error instanceof Refusal ? error.message : 'cannot be read')
    }
  }
  return { hosts, problems }
}

function hostOf(entry: Entry): string {
  const unknown = unknownField(entry, FIELDS)
  if (unknown !== undefined) throw new Refusal(unknown)
  const host = entry['registry']?.trim() ?? ''
  if (host === '') throw new Refusal('has no registry')
  try {
    return normaliseRegistry(host)
  } catch {
    throw new Refusal(
      'registry is not a host, optionally with a port; it has no scheme and no path',
    )
  }
}

function readOptions(entry: Entry, files: PemFiles): TlsOptions {
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((field) => readPem(field, entry, files))
  if (ca === undefined && cert === undefined && key === undefined) {
    throw new Refusal('has neither ca nor cert and key')
  }
  if (cert === undefined && key !== undefined) throw new Refusal('has a key without a cert')
  if (key === undefined && cert !== undefined) {
    throw new Refusal('has a cert without a key (secrets are empty in runs started by forks)')
  }
  const options = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
  checkTogether(options)
  return options
}

/** The PEM text of a field; undefined where it is blank. Throws a Refusal that quotes no content. */
function readPem(field: string, entry: Entry, files: PemFiles): string | undefined {
  const value = entry[field]?.trim() ?? ''
  if (value === '') return undefined
  const isText = value.includes('\n') || value.includes('-----')
  // A secret with its line breaks written as `\n` has been through some tool or other.
  const pem = isText ? value.replaceAll(String.raw`\n`, '\n') : readFileOf(field, value, files)
  const place = isText ? field : named(field, value)
  if (field === 'key') checkKey(pem, place)
  else checkCertificates(pem, place)
  return pem
}

function named(field: string, path: string): string {
  const isShown = field !== 'key' || path.length <= MAX_SHOWN_PATH
  return isShown ? `${field}: ${quote(path)}` : `${field}: the file`
}

function readFileOf(field: string, path: string, files: PemFiles): string {
  const place = named(field, path)
  let content: string | Uint8Array
  try {
    content = readFileAt(path, files, place)
  } catch (error) {
    if (error instanceof Refusal) throw error
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new Refusal(`${place} does not exist; a path starts at the workspace`)
    }
    throw new Refusal(`${place} cannot be read${code === undefined ? '' : ` (${code})`}`)
  }
  return typeof content === 'string' ? content : pemText(content)
}

/**
 * An absolute path is where the workflow says that the file is. A relative one is about the workspace,
 * and what is checked out there must not lead to other files of the runner.
 */
function readFileAt(path: string, files: PemFiles, place: string): string | Uint8Array {
  const located = isAbsolute(path) ? { file: path } : locateInWorkspace(path, files.workspace)
  const problem = 'problem' in located ? located.problem : fileProblem(located.file, MAX_PEM_BYTES)
  if ('problem' in located || problem !== undefined) throw new Refusal(`${place} ${problem}`)
  return files.readFile(located.file)
}
