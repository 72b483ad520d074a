/** The mark: a gatehouse whose portcullis is half raised; one colour, legible at 16 px. */
export const Mark = ({ size = 24 }: { size?: number }) => (
  <svg viewBox="0 0 32 32" width={size} height={size} fill="currentColor" aria-hidden="true" focusable="false">
    <path d="M3 3h6v4h4V3h6v4h4V3h6v26h-6V18a7 7 0 0 0-14 0v11H3Z" />
    <path d="M11 11h2v11l-1 1.5-1-1.5ZM15 10h2v12l-1 1.5-1-1.5ZM19 11h2v11l-1 1.5-1-1.5ZM9 16.5h14v2H9Z" />
  </svg>
)
