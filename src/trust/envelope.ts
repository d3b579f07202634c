import type { Envelope } from './signature.ts'

/** The bytes that the signature of an envelope is over (DSSE, protocol: PAE). */
export function dssePreAuthEncoding({ payloadType, payload }: Envelope): Buffer {
  const type = Buffer.from(payloadType, 'utf8')
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `, 'utf8'),
    type,
    Buffer.from(` ${payload.length} `, 'utf8'),
    payload,
  ])
}
