/** Reads the one argument of a program of ours. */
export const argument = <T>(): T => JSON.parse(process.argv[2] ?? 'null') as T

/** Tells the parent that the program is ready; when the parent lets go of it, or is no more, `close` is called. */
export const serveParent = (ready: unknown, close: () => Promise<void>): void => {
  process.once('disconnect', () => {
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
  // A Ctrl-C at the console reaches the parent as well; it is the parent that ends us.
  process.on('SIGINT', () => undefined)
  process.send?.(ready)
}
