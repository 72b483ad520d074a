import type { NewsChoice, NewsKind } from '@gatehouse/shared/profile/news'

/** Which of those whom it concerns are mailed: who wants to be; all of them where nobody does, for a request must reach somebody. */
export const mailedOf = <T extends { news: NewsChoice }>(concerned: readonly T[], kind: NewsKind): readonly T[] => {
  const wanting = concerned.filter(({ news }) => news[kind].mail)
  return wanting.length > 0 ? wanting : concerned
}
