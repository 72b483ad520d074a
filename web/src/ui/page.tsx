import { Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import classes from './page.module.css'

/** How wide a page's content grows: a form, a text to be read, a table, or everything there is. */
export type PageWidth = 'form' | 'reading' | 'wide' | 'full'

interface PageProps {
  /** The page's one `h1`, and the document's title. */
  title: string
  /** Further words for the document's title: the device's name, say. */
  about?: string
  /** Where the page belongs: `<Breadcrumbs>` of the caller's router links. */
  breadcrumbs?: ReactNode
  /** State badges that stand beside the title. */
  badges?: ReactNode
  /** One line below the title. */
  lead?: ReactNode
  actions?: ReactNode
  width?: PageWidth
  children: ReactNode
}

/** A page: header with title, breadcrumbs and actions, and its content at one of the house's widths. */
export const Page = ({ title, about, breadcrumbs, badges, lead, actions, width = 'wide', children }: PageProps) => {
  useEffect(() => {
    document.title = `${about ? `${title} · ${about}` : title} · Gatehouse`
  }, [title, about])
  return (
    <div className={classes.page} data-width={width}>
      <header className={classes.header}>
        {breadcrumbs}
        <Group justify="space-between" align="flex-start" gap="sm">
          <Stack gap={2} className={classes.titles}>
            <Group gap="sm" align="center">
              <Title order={1} className={classes.title} data-long={title.length > 120 || undefined}>
                {title}
              </Title>
              {badges}
            </Group>
            {lead && (
              <Text c="dimmed" component="div">
                {lead}
              </Text>
            )}
          </Stack>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      </header>
      {children}
    </div>
  )
}

/** A part of a page under its own heading, on a card. */
export const Section = ({
  title,
  actions,
  flush = false,
  children,
}: {
  title?: ReactNode
  actions?: ReactNode
  /** Without inner padding: for tables that reach the card's edge. */
  flush?: boolean
  children: ReactNode
}) => (
  <section className={classes.section}>
    {(title || actions) && (
      <Group justify="space-between" className={classes.sectionHead} wrap="nowrap">
        {title && (
          <Title order={2} size="h3">
            {title}
          </Title>
        )}
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
    )}
    <div className={flush ? undefined : classes.sectionBody}>{children}</div>
  </section>
)

/** Where a page belongs: links in order, the last is the nearest. */
export const Breadcrumbs = ({ children }: { children: ReactNode[] | ReactNode }) => (
  <nav aria-label="Breadcrumbs">
    <ol className={classes.crumbs}>
      {(Array.isArray(children) ? children : [children]).map((crumb, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place in the trail is what a crumb is.
        <li key={at}>{crumb}</li>
      ))}
    </ol>
  </nav>
)
