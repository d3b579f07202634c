import type { Mutation } from './mutation.ts'

/** Ways in which a rule could ask for less than it says, of workflows, images, and what is fetched. */
export const ruleMutations: readonly Mutation[] = [
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
