import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { normaliseRegistry } from '../oci/reference.ts'
import type { TlsOptions } from '../registry/network/tls.ts'
import type { Logger } from '../registry/logger.ts'
import {
  checkCertificates,
  checkKey,
  checkTogether,
  MAX_PEM_BYTES,
  pemText,
  Refusal,
} from './pem.ts'
import { codeOf, fileProblem } from './workspace-path.ts'

/**
 * Where the machine keeps the authorities and client certificates of registries, each in a folder
 * `HOST[:PORT]` (containers-certs.d(5); Docker, "Verify repository client with certificates").
 */
const FOLDERS = ['/etc/containers/certs.d', '/etc/docker/certs.d']

/**
 * What is found there, by normalised host: the authorities of all folders together (`*.crt`), and the
 * first client certificate (`*.cert`, with the key of that name). What cannot be used is told to the
 * logger, and does not touch the rest.
 */
export function readCertsD(
  logger: Logger,
  folders: readonly string[] = FOLDERS,
): ReadonlyMap<string, TlsOptions> {
  const found = new Map<string, TlsOptions>()
  for (const folder of folders) {
    for (const name of namesIn(folder)) {
      const host = hostOf(name)
      if (host === undefined) continue
      const more = optionsIn(join(folder, name), logger)
      const options = together(found.get(host), more)
      if (Object.keys(options).length > 0) found.set(host, options)
    }
  }
  return found
}

/** Those of the one, and what the other has beside them. */
function together(known: TlsOptions = {}, more: TlsOptions): TlsOptions {
  const ca = [known.ca, more.ca].filter((pem) => pem !== undefined).join('\n')
  return { ...more, ...known, ...(ca === '' ? {} : { ca }) }
}

function hostOf(name: string): string | undefined {
  try {
    return normaliseRegistry(name)
  } catch {
    return undefined
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted()
  } catch {
    return []
  }
}

function optionsIn(folder: string, logger: Logger): TlsOptions {
  const names = namesIn(folder)
  const use = (read: () => TlsOptions): TlsOptions => {
    try {
      const options = read()
      checkTogether(options)
      return options
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      logger.warning(`the certificates in ${folder} are not all used: ${error.message}`)
      return {}
    }
  }
  const authorities = names.filter((name) => name.endsWith('.crt'))
  const ca = authorities.flatMap((name) => use(() => ({ ca: readPem(folder, name) })).ca ?? [])
  const client = names.filter((name) => name.endsWith('.cert'))[0]
  const pair = client === undefined ? {} : use(() => clientPair(folder, client))
  return { ...pair, ...(ca.length === 0 ? {} : { ca: ca.join('\n') }) }
}

function clientPair(folder: string, name: string): TlsOptions {
  const cert = readPem(folder, name)
  const key = readPem(folder, name.replace(/cert$/, 'key'))
  return { cert, key }
}

function readPem(folder: string, name: string): string {
  const path = join(folder, name)
  try {
    const problem = fileProblem(path, MAX_PEM_BYTES)
    if (problem !== undefined) throw new Refusal(`${name} ${problem}`)
    const pem = pemText(readFileSync(path))
    if (name.endsWith('.key')) checkKey(pem, name)
    else checkCertificates(pem, name)
    return pem
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(`${name} cannot be read (${codeOf(error) ?? 'unknown'})`)
  }
}
