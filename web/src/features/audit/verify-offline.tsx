import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconExternalLink, IconFileDownload, IconTerminal2 } from '@tabler/icons-react'

/** The way to what checks a bundle without this server: the page, and both files to be kept. */
export const VerifyOffline = () => (
  <Menu position="bottom-end">
    <Menu.Target>
      <Button variant="default" rightSection={<IconChevronDown size={15} aria-hidden />}>
        Verify a bundle offline
      </Button>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item
        component="a"
        href="/verify.html"
        target="_blank"
        rel="noopener"
        leftSection={<IconExternalLink size={16} aria-hidden />}
      >
        Open the page
      </Menu.Item>
      <Menu.Label>Keep it: it needs no server and no network</Menu.Label>
      <Menu.Item component="a" href="/verify.html" download leftSection={<IconFileDownload size={16} aria-hidden />}>
        Download the page
      </Menu.Item>
      <Menu.Item
        component="a"
        href="/gatehouse-verify.mjs"
        download
        leftSection={<IconTerminal2 size={16} aria-hidden />}
      >
        Download the command
      </Menu.Item>
    </Menu.Dropdown>
  </Menu>
)
