import type { IncomingHttpHeaders } from 'node:http'
import type { Random } from './random.ts'

/** What a log, an annotation or a summary must not take for anything but text. */
const HOSTILE = [
  '::error::no error of ours',
  '\n::set-output name=digest::sha256:0\n',
  '\r\n::add-mask::latest\r\n',
  '##[error]old syntax',
  '\n::stop-commands::quiet\n',
  '\u001B[31mred\u001B[0m \u001B]8;;http://stranger.localhost/\u0007link\u001B]8;;\u0007',
  '\u202Eetah\u202C \u2066\u200B',
  '</td></tr></table><img src="http://stranger.localhost/x"> [a](http://stranger.localhost/) | `',
  '%0A::warning::escaped%0D',
  '\u0000\u0007\u009B2J',
  'x'.repeat(100_000),
  '',
]

export function hostileText(random: Random): string {
  return random.pick(HOSTILE)
}

/** What we were sent to log in with, in one of the spellings in which a registry could give it back. */
export function echoOf({ authorization = 'nothing' }: IncomingHttpHeaders, random: Random): string {
  const encoded = /^basic +(.*)$/i.exec(authorization)?.[1] ?? ''
  const plain = encoded === '' ? authorization : Buffer.from(encoded, 'base64').toString()
  const token = authorization.replace(/^\S+ +/, '')
  const password = plain.slice(plain.indexOf(':') + 1)
  return random.pick([authorization, token, plain, password, encodeURIComponent(plain)])
}
