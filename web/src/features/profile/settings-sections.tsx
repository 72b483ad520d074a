import type { NewsChoice } from '@gatehouse/shared/profile/news'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Answered } from '../../kernel/answered.tsx'
import { UnsavedGuard } from '../../kernel/unsaved-guard.tsx'
import { Section } from '../../ui/page.tsx'
import { NewsSection } from './news-section.tsx'
import { settings } from './settings.ts'
import { ZoneSection } from './zone-section.tsx'

/** What one chooses for oneself: the time zone, and of what one is told. */
export const SettingsSections = () => {
  const query = useQuery(settings)
  const [zone, setZone] = useState<string>()
  const [news, setNews] = useState<NewsChoice>()
  if (query.data === undefined)
    return (
      <Section title="Time zone, and what you are told of">
        <Answered query={query}>{() => null}</Answered>
      </Section>
    )
  return (
    <>
      <UnsavedGuard unsaved={zone !== undefined || news !== undefined} />
      <ZoneSection settings={query.data} draft={zone} onDraft={setZone} />
      <NewsSection settings={query.data} draft={news} onDraft={setNews} />
    </>
  )
}
