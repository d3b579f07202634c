import { testGroup } from './cells.ts'

testGroup('Redirects and addresses')
testGroup('Texts')
