import { RegistryError } from '../errors.ts'

/** By these a registry says that it lacks something that a manifest refers to. */
const MISSING: ReadonlySet<string> = new Set(['MANIFEST_BLOB_UNKNOWN', 'BLOB_UNKNOWN'])

/**
 * Pushes a manifest. Where the registry says that it lacks what it seemed to have (a mount that did
 * not happen, content that was cleaned up in between), `bring` looks for that and brings it again,
 * and the manifest is pushed once more.
 */
export async function pushWithRepair(
  push: () => Promise<unknown>,
  bring: (() => Promise<unknown>) | undefined,
): Promise<void> {
  try {
    await push()
  } catch (error) {
    const codes = error instanceof RegistryError ? error.registryCodes : []
    const isMissing = codes.some((code) => MISSING.has(code))
    if (!isMissing || bring === undefined) throw error
    await bring()
    await push()
  }
}
