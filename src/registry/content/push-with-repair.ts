import { RegistryError } from '../errors.ts'

/** By these a registry says that it lacks something that a manifest refers to. */
const MISSING: ReadonlySet<string> = new Set([
  'MANIFEST_BLOB_UNKNOWN',
  'BLOB_UNKNOWN',
  'MANIFEST_UNKNOWN',
])

/** With these, some registries say it in words of their own. */
const REFUSED: ReadonlySet<number | undefined> = new Set([400, 404, 422])

/**
 * Pushes a manifest. Where the registry says that it lacks what it seemed to have (a mount that did
 * not happen, content that was cleaned up in between), `bring` looks for that and brings it again,
 * and the manifest is pushed once more.
 *
 * @param known whether nobody has looked for what it refers to: then every refusal may mean that
 */
export async function pushWithRepair(
  push: () => Promise<unknown>,
  bring: (() => Promise<unknown>) | undefined,
  known: { readonly isUnseen: boolean } = { isUnseen: false },
): Promise<void> {
  try {
    await push()
  } catch (error) {
    if (bring === undefined || !mayLackContent(error, known)) throw error
    await bring()
    await push()
  }
}

function mayLackContent(error: unknown, { isUnseen }: { readonly isUnseen: boolean }): boolean {
  if (!(error instanceof RegistryError)) return false
  if (error.registryCodes.some((code) => MISSING.has(code))) return true
  return isUnseen && error.code !== 'EXISTS' && REFUSED.has(error.status)
}
