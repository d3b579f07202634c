import { testGroup } from './cells.ts'

testGroup('Many images')
