import { tellZodNotToCompile } from './no-eval.ts'
import { giveStylesTheNonce } from './style-nonce.ts'
import { refuseMarkup } from './trusted-types.ts'

// Imported first, for what it does: libraries that are loaded after it find the page as the CSP needs it.
tellZodNotToCompile()
refuseMarkup()
giveStylesTheNonce()
