import { keepMemorySmall } from './action/memory.ts'
import { main } from './main.ts'

keepMemorySmall()
void main()
