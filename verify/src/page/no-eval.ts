// Before zod is loaded: it would try whether it may make functions out of text, and the page's own rules would have to stop it.
;(globalThis as { __zod_globalConfig?: { jitless: boolean } }).__zod_globalConfig = { jitless: true }
