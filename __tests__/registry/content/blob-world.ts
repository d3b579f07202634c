import type { SizedDigest, Digest } from '../../../src/oci/digest.ts'
import { copyBlob } from '../../../src/registry/copy/copy-blob.ts'
import { digestOf } from '../../../testkit/registry/content.ts'
import { RegistryWorld, type WorldOptions } from '../registry-world.ts'

/** What tests do that copy one blob, unless they name another. */
export function blobWorld(bytes: Buffer) {
  const blob: SizedDigest = { digest: digestOf(bytes) as Digest, size: bytes.length }
  return {
    blob,
    worldWithBlob: async (options: WorldOptions = {}) => {
      const world = await RegistryWorld.start(options)
      world.source.store.putBlob('acme/app', bytes)
      return world
    },
    copy: async (world: RegistryWorld, content: SizedDigest = blob) =>
      copyBlob(world.sourceRepository(), world.destinationRepository(), content),
    /** Whether the destination has a blob under that digest, and with the right bytes. */
    isStored: (world: RegistryWorld, content: SizedDigest = blob, right: Buffer = bytes) => {
      const stored = world.destination.store.blob('mirror/app', content.digest)
      return stored !== undefined && Buffer.concat([...stored.read()]).equals(right)
    },
  }
}
