/**
 * Headers that belong to the client: logins, the message itself, conditions and content
 * negotiation. Another value would change which bytes are meant or whose login is sent.
 */
const REFUSED =
  /^(?:authorization|host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|range|user-agent|cookie2?|via|x-http-method.*|(?:accept|content|if|proxy)(?:-.*)?)$/

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

/** ASCII alone: what else there is in a header means something else to each server. */
const VALUE = /^[\t\x20-\x7e]*$/

/**
 * The headers of `HttpHeaders` that may go along with every request, names in lower case; undefined
 * where there are none. All that may not are told to `warn` at once, by name and without value.
 */
export function readHttpHeaders(
  entries: readonly (readonly [name: string, value: unknown])[],
  warn: (message: string) => void,
): Readonly<Record<string, string>> | undefined {
  const headers = new Map<string, string>()
  const refused = new Set<string>()
  for (const [name, value] of entries) {
    const lower = name.toLowerCase()
    // Docker itself wrote that one for years; nobody means anything by it.
    if (lower === 'user-agent' && String(value).startsWith('Docker-Client/')) continue
    const isName = TOKEN.test(lower)
    const isAllowed = isName && !REFUSED.test(lower)
    if (isAllowed && typeof value === 'string' && VALUE.test(value)) headers.set(lower, value)
    // What is no name may be anything, a secret too.
    else refused.add(isName ? lower : 'one without a valid name')
  }
  if (refused.size > 0) {
    warn(`HttpHeaders that cannot be sent are left out: ${[...refused].join(', ')}`)
  }
  return headers.size === 0 ? undefined : Object.fromEntries(headers)
}
