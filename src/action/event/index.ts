import { context } from '@actions/github'

/** The event of the run, as GitHub describes it to webhooks. */
export const event: unknown = context.payload
