// Plain CommonJS without new syntax: this file must run, and explain itself, on the Node that is wrong.
const major = Number(process.versions.node.split('.')[0])
if (major !== 24) {
  console.error(
    'The tests need Node 24, the runtime of the action; this is Node ' +
      process.versions.node +
      '.\nRun `npm ci` without --ignore-scripts (it brings Node 24 for the npm scripts), or put Node 24 first in PATH.',
  )
  process.exit(1)
}
