export { hear, saysNothing, signLogOrder, type Testimony } from './listen.ts'
export { type WitnessCount, witnessesOf } from './store.ts'
