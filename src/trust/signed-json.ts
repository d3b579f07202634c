import { FormatError } from '../oci/errors.ts'
import { parseStrictJson } from '../oci/strict-json.ts'
import { Refusal } from './refusal.ts'

/** Members that hold what a builder or a scanner has put there, with names of its own. */
const FREE_MAPS: readonly string[] = ['predicate', 'annotations', 'optional']

/**
 * Reads JSON that somebody has signed. What two programs could understand in two ways (names that
 * occur twice above all) is refused, since the signer's program may have been the other one.
 * @throws Refusal
 */
export function parseSignedJson(bytes: Uint8Array): unknown {
  try {
    return parseStrictJson(bytes, { freeMaps: FREE_MAPS })
  } catch (error) {
    if (error instanceof FormatError) throw new Refusal(`signs JSON that is ${error.message}`)
    throw error
  }
}
