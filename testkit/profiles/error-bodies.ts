import { jsonReply, reply, type Reply, type ReplyHeaders } from '../registry/exchange.ts'

/** An error in the specification's JSON, with codes that the specification does not know too. */
export function jsonError(
  status: number,
  code: string,
  message: string,
  headers: ReplyHeaders = {},
  detail?: unknown,
): Reply {
  return jsonReply(status, { errors: [{ code, message, detail }] }, headers)
}

export function plainText(status: number, text: string, headers: ReplyHeaders = {}): Reply {
  return reply(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }, text)
}

/** What a proxy in front of a registry says in its own name. */
export function htmlPage(status: number, title: string, headers: ReplyHeaders = {}): Reply {
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body><h1>${title}</h1></body>\r\n</html>`
  return reply(status, { 'content-type': 'text/html', ...headers }, page)
}

/** What an object store says. */
export function xmlError(status: number, code: string, message: string): Reply {
  return reply(
    status,
    { 'content-type': 'application/xml' },
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  )
}
