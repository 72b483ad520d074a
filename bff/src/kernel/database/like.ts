/** The `like` pattern for texts that contain `text` as it stands. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`
