// Prints `N passed, N failed` from the file that jest's --outputFile wrote. Ends with status 1 where
// the file shows a failure, or shows that nothing was tested. Runs on any Node.
const { readFileSync } = require('node:fs')

const result = JSON.parse(readFileSync(process.argv[2], 'utf8'))
// A suite that could not even be loaded has no tests to count; it stands for one that failed.
const failed = result.numFailedTests + result.numRuntimeErrorTestSuites
if (result.numPendingTests + result.numTodoTests > 0) {
  console.log(`${result.numPendingTests} skipped, ${result.numTodoTests} to do`)
}
console.log(`${result.numPassedTests} passed, ${failed} failed`)
if (failed > 0 || result.numPassedTests === 0) process.exitCode = 1
