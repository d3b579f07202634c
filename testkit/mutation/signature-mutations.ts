import type { Mutation } from './mutation.ts'

/** Ways in which a signature could count that should not. */
export const signatureMutations: readonly Mutation[] = [
  // Names
  {
    what: 'a name counts that begins like the right one',
    file: 'pattern.ts',
    from: 'return (text) => text === glob',
    to: 'return (text) => text.startsWith(glob)',
  },
  {
    what: 'a glob need not match to the end',
    file: 'pattern.ts',
    from: 'return places.has(tokens.length)',
    to: 'return places.size > 0',
  },
  {
    what: 'one star crosses slashes',
    file: 'pattern.ts',
    from: "(token === WITHIN && character !== '/')",
    to: 'token === WITHIN',
  },
  {
    what: 'names are the same in upper and lower case',
    file: 'pattern.ts',
    from: 'else if (token === character)',
    to: 'else if (token?.toLowerCase() === character.toLowerCase())',
  },
  {
    what: 'the issuer need only begin like the right one',
    file: 'requirement.ts',
    from: 'if (issuer !== requirement.issuer) {',
    to: 'if (issuer?.startsWith(requirement.issuer) !== true) {',
  },
  {
    what: 'anybody of the issuer counts',
    file: 'requirement.ts',
    from: 'if (!requirement.identity(identity))',
    to: 'if (identity.length === 0)',
  },
  {
    what: 'letters that fold into others make a name of GitHub',
    file: 'claims.ts',
    from: 'return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())',
    to: 'return name.toLowerCase()',
  },
  // Certificates
  {
    what: 'a certificate may name several',
    file: 'certificate.ts',
    from: 'if (only === undefined || others.length > 0) {',
    to: 'if (only === undefined) {',
  },
  {
    what: 'the highest bits of a name are masked',
    file: 'certificate.ts',
    from: "return bytes.every((byte) => byte > 0x1f && byte < 0x7f)\n    ? Buffer.from(bytes).toString('latin1')\n    : undefined",
    to: "return Buffer.from(bytes).toString('ascii')",
  },
  {
    what: 'a name may hold other bytes than ASCII',
    file: 'certificate.ts',
    from: 'return bytes.every((byte) => byte > 0x1f && byte < 0x7f)',
    to: 'return bytes.length > 0',
  },
  {
    what: 'a certificate may hold a member twice',
    file: 'certificate.ts',
    from: 'if (new Set(oids).size < oids.length) {',
    to: 'if (oids.length === 0) {',
  },
  // What is signed
  {
    what: 'an envelope may hold anything',
    file: 'statement.ts',
    from: 'if (payloadType !== PAYLOAD_TYPE)',
    to: "if (payloadType === 'x')",
  },
  {
    what: 'a statement may be of any type',
    file: 'statement.ts',
    from: 'if (!STATEMENT_TYPES.includes(type))',
    to: "if (type === '')",
  },
  {
    what: 'a statement about any image counts',
    file: 'statement.ts',
    from: 'if (!isAbout)',
    to: 'if (subject.length === 0)',
  },
  {
    what: 'a digest counts under any algorithm',
    file: 'statement.ts',
    from: '(one) => Object.hasOwn(one.digest, algorithm) && one.digest[algorithm] === hex,',
    to: "(one) => algorithm !== '' && Object.values(one.digest).includes(hex),",
  },
  {
    what: 'only the first subject counts',
    file: 'statement.ts',
    from: 'const isAbout = subject.some(',
    to: 'const isAbout = subject.slice(0, 1).some(',
  },
  {
    what: 'a statement of any kind counts as a signature',
    file: 'requirement.ts',
    from: 'if (statement.predicateType === wanted) return statement',
    to: "if (wanted !== '') return statement",
  },
  {
    what: 'a signature alone counts as a statement',
    file: 'requirement.ts',
    from: 'if (predicate !== undefined) throw',
    to: "if (predicate === '') throw",
  },
  {
    what: 'a document of cosign about any image counts',
    file: 'requirement.ts',
    from: "if (signed.kind === 'document') checkDocument(signed.bytes, subject.digest)",
    to: "if (signed.kind === 'statement') checkDocument(new Uint8Array(), subject.digest)",
  },
  {
    what: 'a document of any type counts',
    file: 'cosign-layer.ts',
    from: "type: v.literal('cosign container image signature'),",
    to: 'type: v.string(),',
  },
  {
    what: 'what was signed may be read in two ways',
    file: 'signed-json.ts',
    from: 'return parseStrictJson(bytes, { freeMaps: FREE_MAPS })',
    to: "return FREE_MAPS.length > 0 && JSON.parse(Buffer.from(bytes).toString('utf8'))",
  },
  {
    what: 'an envelope of cosign may have several signatures',
    file: 'cosign-layer.ts',
    from: 'if (only === undefined || others.length > 0) {',
    to: 'if (only === undefined) {',
  },
  // Who has signed
  {
    what: 'any key counts',
    file: 'requirement.ts',
    from: 'if (!isSignedBy(requirement.keys, signedBytes(signature, subject), bytes)) {',
    to: 'if (!isSignedBy(requirement.keys, signedBytes(signature, subject), bytes) && bytes.length === 0) {',
  },
  {
    what: 'a certificate counts for its key',
    file: 'requirement.ts',
    from: "if (signature.signer !== 'key') {",
    to: 'if (requirement.keys.length === 0) {',
  },
  {
    what: 'a certificate counts that nobody believed vouches for',
    file: 'requirement.ts',
    from: 'if (!reasons.includes(undefined)) throw new Refusal(`cannot be verified',
    to: 'if (reasons.length === 0) throw new Refusal(`cannot be verified',
  },
  {
    what: 'the log is not looked at for keys',
    file: 'requirement.ts',
    from: 'if (!requirement.transparencyLog) return undefined',
    to: 'if (requirement.keys.length > 0) return undefined',
  },
  {
    what: "GitHub's own authority vouches for everybody",
    file: 'requirement.ts',
    from: "const isGitHub = kind === 'github' && authority === GITHUB_AUTHORITY",
    to: "const isGitHub = kind !== 'github' || authority === GITHUB_AUTHORITY",
  },
  {
    what: 'what a bundle shows decides how much it has to show: no log entry',
    file: 'trust-root.ts',
    from: 'tlogThreshold: hasLog ? 1 : 0,\n    ctlogThreshold',
    to: 'tlogThreshold: 0,\n    ctlogThreshold',
  },
  {
    what: 'a certificate need be in no log of certificates',
    file: 'trust-root.ts',
    from: 'ctlogThreshold: hasLog ? 1 : 0,',
    to: 'ctlogThreshold: 0,',
  },
  {
    what: 'a stamp is enough where there is a log',
    file: 'trust-root.ts',
    from: 'const hasLog = root.tlogs.length > 0',
    to: 'const hasLog = root.tlogs.length > 0 && root.timestampAuthorities.length === 0',
  },
]
