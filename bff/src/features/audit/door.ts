export { signerOf } from './checkpoints.ts'
export { brokenTrees } from './sequencer.ts'
export { UnreadableMemory } from './signer.ts'
export { frontierOf, nodesIn, treeName, treeOfCustomer } from './trees.ts'
