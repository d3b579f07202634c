// What is used of the Actions toolkit, file by file: its front doors load HTTP clients and GitHub's API
// as well, and every run would pay for that before its first request.

export { issueCommand } from '../../node_modules/@actions/core/lib/command.js'
export {
  issueFileCommand,
  prepareKeyValueMessage,
} from '../../node_modules/@actions/core/lib/file-command.js'
export { Context } from '../../node_modules/@actions/github/lib/context.js'
