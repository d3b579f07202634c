// What is used of the Actions toolkit, file by file: its front door loads an HTTP client as well, and
// every run would pay for that before its first request.

export { issueCommand } from '../../node_modules/@actions/core/lib/command.js'
export {
  issueFileCommand,
  prepareKeyValueMessage,
} from '../../node_modules/@actions/core/lib/file-command.js'
