/** What cosign states where it only signs. */
export const COSIGN_SIGN = 'https://sigstore.dev/cosign/sign/v1'
/** What GitHub's attestations state unless told otherwise. */
export const SLSA_PROVENANCE = 'https://slsa.dev/provenance/v1'

/** Names that cosign has for types of statements, which are none themselves (cosign, `--type`). */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['slsaprovenance', 'https://slsa.dev/provenance/v0.2'],
  ['slsaprovenance02', 'https://slsa.dev/provenance/v0.2'],
  ['slsaprovenance1', SLSA_PROVENANCE],
  ['spdx', 'https://spdx.dev/Document'],
  ['spdxjson', 'https://spdx.dev/Document'],
  ['cyclonedx', 'https://cyclonedx.org/bom'],
  ['link', 'https://in-toto.io/Link/v1'],
  ['vuln', 'https://cosign.sigstore.dev/attestation/vuln/v1'],
  ['openvex', 'https://openvex.dev/ns'],
  ['custom', 'https://cosign.sigstore.dev/attestation/v1'],
])

/** The type that one of cosign's names stands for; undefined for what is no such name. */
export function predicateOfName(name: string): string | undefined {
  return NAMES.get(name.toLowerCase())
}
