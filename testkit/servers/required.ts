/** Whether a missing program of Debian's fails the tests that need it, rather than leaving them out. */
export function realRegistryRequired(): boolean {
  return isSet('REQUIRE_REAL_REGISTRY')
}

/** The same of the programs that .ci/install-go-tools builds. */
export function goToolsRequired(): boolean {
  return isSet('REQUIRE_GO_TOOLS')
}

function isSet(name: string): boolean {
  return (process.env[name] ?? '') !== ''
}
