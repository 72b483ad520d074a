export { commandsFor } from './delivery.ts'
export { checkProof, type ProofState, type SentReceipt, takeReceipts } from './receipts.ts'
export { refuseActionsOf } from './requester-gone.ts'
export { devicesWithActions } from './store.ts'
