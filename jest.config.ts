import type { Config } from 'jest'

/** Jest strips the types itself (since 30.5), so that no transformer stands between a test and the source. */
const config: Config = {
  testEnvironment: 'node',
  // For tests that hang, and not a measure of how long one may take: a busy machine is ten times slower.
  testTimeout: 600_000,
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  reporters: ['default', '<rootDir>/testkit/left-out-reporter.ts'],
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts'],
  modulePathIgnorePatterns: ['<rootDir>/lib/', '<rootDir>/dist/'],
}

export default config
