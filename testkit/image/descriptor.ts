export type Format = 'oci' | 'docker'
export type Annotations = Readonly<Record<string, string>>

export interface PlatformSpec {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly 'os.version'?: string
}

export interface DescriptorSpec {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: PlatformSpec
  readonly annotations?: Annotations
  readonly artifactType?: string
  readonly urls?: readonly string[]
}
