/** The unit in which tar counts. */
const BLOCK = 512

/** Path to content. */
export type Files = Readonly<Record<string, string | Uint8Array>>

/**
 * A tar archive (POSIX ustar) of regular files, the same bytes for the same files: no owner, mode
 * 0644, modification time zero. Paths hold at most 100 bytes.
 */
export function tar(files: Files): Buffer {
  const members = Object.entries(files).flatMap(([path, content]) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)
    return [header(path, bytes.length), bytes, padding]
  })
  return Buffer.concat([...members, Buffer.alloc(2 * BLOCK)])
}

function header(path: string, size: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new Error(`too long for a tar header: ${path}`)
  const block = Buffer.alloc(BLOCK)
  block.write(path, 0)
  writeOctal(block, 0o644, 100, 8)
  writeOctal(block, 0, 108, 8)
  writeOctal(block, 0, 116, 8)
  writeOctal(block, size, 124, 12)
  writeOctal(block, 0, 136, 12)
  block.write('        ', 148)
  block.write('0', 156)
  block.write('ustar', 257)
  block.write('00', 263)
  const checksum = block.reduce((sum, byte) => sum + byte, 0)
  block.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function writeOctal(block: Buffer, value: number, offset: number, length: number) {
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset)
}
