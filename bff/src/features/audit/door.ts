export { signerOf } from './checkpoints.ts'
export { frontierOf, nodesIn, treeName, treeOfCustomer } from './trees.ts'
