/** The grammars of distribution-spec 1.1, "Pulling manifests", written anew so that the client's own are not trusted. */
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const NAME = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`)
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

/** Registries cut here because the name has to fit 255 characters together with the host. */
const NAME_LIMIT = 255

export function isRepositoryName(text: string): boolean {
  return text.length <= NAME_LIMIT && NAME.test(text)
}

export function isTag(text: string): boolean {
  return TAG.test(text)
}

export function isDigest(text: string): boolean {
  return DIGEST.test(text)
}

/** Meant as a digest, well-formed or not: a tag cannot hold a colon. */
export function looksLikeDigest(text: string): boolean {
  return text.includes(':')
}
