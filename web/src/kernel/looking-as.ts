/** As whom this page was loaded, where somebody looks at Gatehouse as another person. */
let as: string | undefined

/** Says it once, before anything is asked for. */
export const lookAs = (personId: string | undefined) => {
  as = personId
}

/** The header by which the server refuses what a page of somebody else sends too late; none for everybody else. */
export const asHeader = (): Record<string, string> => (as === undefined ? {} : { 'x-gatehouse-as': as })
