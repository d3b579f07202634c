import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'

export interface NameServer {
  readonly lookup: LookupFunction
  /** Every name that was asked for, in order. */
  readonly asked: string[]
}

/** Knows a few names, with their addresses in order, and no others. */
export function nameServer(names: Readonly<Record<string, readonly string[]>>): NameServer {
  const asked: string[] = []
  return {
    asked,
    lookup: (name, options, callback) => {
      asked.push(name)
      const found = (names[name] ?? []).map((address) => ({ address, family: isIP(address) }))
      const [first] = found
      process.nextTick(() => {
        if (first === undefined) {
          callback(Object.assign(new Error(`no such name: ${name}`), { code: 'ENOTFOUND' }), '')
        } else if (options.all === true) callback(null, found)
        else callback(null, first.address, first.family)
      })
    },
  }
}

/** `name:port` of a server that listens on this machine. */
export function at(name: string, { host }: { readonly host: string }): string {
  return `${name}:${new URL(`http://${host}`).port}`
}
