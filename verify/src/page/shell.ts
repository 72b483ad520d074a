/** The parts of the page; each must be able to stand where it is put. */
interface Parts {
  policy: string
  style: string
  script: string
  licences: string
}

/** The page as one file. */
export const pageHtml = ({ policy, style, script, licences }: Parts): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Gatehouse: verify a bundle offline</title>
<style>${style}</style>
</head>
<body>
<header>
<svg viewBox="0 0 32 32" width="24" height="24" fill="currentColor" aria-hidden="true" focusable="false"><path d="M3 3h6v4h4V3h6v4h4V3h6v26h-6V18a7 7 0 0 0-14 0v11H3Z"/><path d="M11 11h2v11l-1 1.5-1-1.5ZM15 10h2v12l-1 1.5-1-1.5ZM19 11h2v11l-1 1.5-1-1.5ZM9 16.5h14v2H9Z"/></svg>
<span>Gatehouse</span><span class="sub">Verify a bundle offline</span>
</header>
<main id="main"><noscript>This page checks a bundle with JavaScript, which is turned off in this browser.</noscript></main>
<footer>This page is one file. It is not allowed to connect to anything: what you choose here stays on this machine. Save it, and use it without a network.</footer>
<div id="live" class="unseen" role="status" aria-live="polite"></div>
<script>${script}</script>
</body>
</html>
<!--
${licences}
-->
`
