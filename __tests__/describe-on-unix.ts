import { describe } from '@jest/globals'

/**
 * For what Windows does not have: it ends a process at once that is sent a signal, and has neither
 * pipes nor devices among its files.
 */
export const describeOnUnix = process.platform === 'win32' ? describe.skip : describe
