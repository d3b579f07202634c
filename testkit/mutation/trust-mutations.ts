/** A change to the source that no test should let pass. */
export interface Mutation {
  /** What the program would do then. */
  readonly what: string
  /** In src/trust/. */
  readonly file: string
  /** Is there once in the file. */
  readonly from: string
  readonly to: string
}

/** Ways in which the policy of `verify` could have a hole. */
export const trustMutations: readonly Mutation[] = [
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
  // Workflows
  {
    what: 'anybody may vouch for a workflow',
    file: 'claims.ts',
    from: 'if (identity.issuer !== issuer) {',
    to: 'if (identity.issuer === undefined) {',
  },
  {
    what: 'the owner need only be in the name of the repository',
    file: 'claims.ts',
    from: 'const isOwned = sameName(sourceOwner, `${serverUrl}/${owner}`) &&',
    to: "const isOwned = sourceOwner !== '' &&",
  },
  {
    what: 'any repository of the owner counts',
    file: 'claims.ts',
    from: 'const isNamed = repository === undefined || sameName(source?.repository, repository)',
    to: 'const isNamed = repository === undefined || source?.repository !== repository.concat("x")',
  },
  {
    what: 'what stands below a repository counts',
    file: 'claims.ts',
    from: "if (!isOwned || !isNamed || source?.rest !== '') {",
    to: 'if (!isOwned || !isNamed) {',
  },
  {
    what: 'a workflow elsewhere may sign for the repository',
    file: 'claims.ts',
    from: 'if (!isThere || (path',
    to: 'if ((path',
  },
  {
    what: 'a workflow of that name may sign in any repository of the owner',
    file: 'claims.ts',
    from: 'const repository = requirement.repository ?? built',
    to: 'const repository = requirement.repository ?? (built && undefined)',
  },
  {
    what: 'a file may sign whose name goes on behind that of the workflow',
    file: 'claims.ts',
    from: 'return readPattern(`${wanted}@refs/**`)(signer)',
    to: 'return readPattern(`${wanted}@**`)(signer)',
  },
  {
    what: 'any workflow of the repository may sign',
    file: 'claims.ts',
    from: "!isWorkflow(path, signer?.rest ?? '')",
    to: 'signer === undefined',
  },
  {
    what: 'any ref counts',
    file: 'claims.ts',
    from: "if (ref !== undefined && !ref(identity.sourceRef ?? '')) {",
    to: 'if (ref !== undefined && identity.sourceRef === undefined) {',
  },
  {
    what: 'any runner counts',
    file: 'claims.ts',
    from: 'if (runner !== undefined && identity.runner !== runner) {',
    to: 'if (runner !== undefined && identity.runner === undefined) {',
  },
  {
    what: 'any builder counts',
    file: 'claims.ts',
    from: 'if (id === undefined || !builder(id))',
    to: 'if (id === undefined)',
  },
  // Rules and verdicts
  {
    what: 'the last rule that matches counts',
    file: 'rule.ts',
    from: 'return rules.find(',
    to: 'return rules.findLast(',
  },
  {
    what: 'an image that no rule is for passes',
    file: 'verify-image.ts',
    from: 'if (rule === undefined) return { isTrusted: false, reason: `no rule is for ${repository}` }',
    to: 'if (rule === undefined) return { isTrusted: true, verified: undefined }',
  },
  {
    what: 'a look-up that failed is a verdict',
    file: 'verify-image.ts',
    from: 'if (this.#failure !== undefined) throw this.#failure.error',
    to: 'if (this.#seen < 0) throw this.#failure?.error',
  },
  {
    what: 'one signed platform is enough',
    file: 'verify-image.ts',
    from: 'this.#unsigned = subject.digest\n        return undefined',
    to: 'continue',
  },
  {
    what: 'the platforms of every rule may be signed in place of the index',
    file: 'verify-image.ts',
    from: 'if (rule.platforms) {',
    to: 'if (rule.number > 0) {',
  },
  {
    what: 'signatures are looked at without end',
    file: 'verify-image.ts',
    from: 'if (this.#seen > MAX_CANDIDATES) {',
    to: 'if (this.#seen > 10 * MAX_CANDIDATES) {',
  },
  {
    what: 'what is thrown over a signature is a look-up that failed',
    file: 'candidates.ts',
    from: 'const reason = error instanceof Refusal ? error.message : `cannot be read: ${String(error)}`',
    to: 'const reason = (error as Error).message\n    if (!(error instanceof Refusal)) throw error',
  },
  // What is fetched
  {
    what: 'a manifest that cannot be fetched is no signature',
    file: 'candidates.ts',
    from: '    yield { failed: error }\n    return',
    to: '    return',
  },
  {
    what: 'pages of GitHub lead anywhere, and the token with them',
    file: 'github-store.ts',
    from: 'const isSame = there?.origin === here.origin && listOf(there) === listOf(here)',
    to: 'const isSame = there !== null && listOf(there) === listOf(here)',
  },
  {
    what: 'the token goes to stores of bundles',
    file: 'github-store.ts',
    from: '      givenBy: page,',
    to: "      headers: { authorization: 'Bearer token-of-the-job' },\n      givenBy: page,",
  },
  {
    what: 'a store may lead to private addresses',
    file: 'github-store.ts',
    from: '      givenBy: page,',
    to: '      givenBy: address,',
  },
  {
    what: 'a root counts that somebody has put where metadata is kept',
    file: 'tuf.ts',
    from: "await writeFile(join(directory, 'root.json'), root)",
    to: "await writeFile(join(directory, 'root.json'), root, { flag: 'wx' }).catch(() => undefined)",
  },
  // Inputs
  {
    what: 'an identity without an issuer is taken',
    file: 'read-requirement.ts',
    from: "const issuer = optionalText(members, 'issuer')",
    to: "const issuer = optionalText(members, 'issuer') ?? 'https://token.actions.githubusercontent.com'",
  },
  {
    what: 'an identity that everybody has is taken',
    file: 'read-requirement.ts',
    from: 'if (isForAnybody(identity)) {',
    to: "if (identity === '') {",
  },
  {
    what: 'a private key is taken for its public one',
    file: 'public-key.ts',
    from: "if (labels.some((label) => label.includes('PRIVATE'))) {",
    to: 'if (labels.length > 9) {',
  },
  {
    what: 'a rule for images that none could match is passed by',
    file: 'image-glob.ts',
    from: 'if (!PATH.test(path)) {',
    to: 'if (path === lower.concat("x")) {',
  },
  {
    what: 'a rule with a dot where no name has one is passed by',
    file: 'image-glob.ts',
    from: 'if (isName) return path',
    to: 'if (path.length > 0 || isName) return path',
  },
]
