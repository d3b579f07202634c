import { main } from './main.ts'

// Awaited, so that the step fails, and does not look like a success, should the process run out of work before the end.
await main()
