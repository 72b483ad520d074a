/**
 * Runs `work` at once, and again at most once per `everyMs` while it is wished for more often; the last wish is
 * never lost. `stop` forgets what was still due.
 */
export const throttled = (work: () => void, everyMs: number) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let wished = false
  const due = () => {
    timer = undefined
    if (!wished) return
    wished = false
    start()
  }
  const start = () => {
    timer = setTimeout(due, everyMs)
    work()
  }
  return {
    wish() {
      if (timer === undefined) start()
      else wished = true
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
      wished = false
    },
  }
}
