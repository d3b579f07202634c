declare module 'snappyjs' {
  /** Unpacks a block; throws where it is none, or would be longer than that many bytes. */
  export function uncompress(compressed: Uint8Array, maxLength?: number): Uint8Array

  /** Packs a block. */
  export function compress(bytes: Uint8Array): Uint8Array
}
