import type { May } from '@gatehouse/shared/views/basics'
import type { DeviceView } from '@gatehouse/shared/views/devices'
import { IconKey, IconTerminal2 } from '@tabler/icons-react'
import { useNavigate } from 'react-router'
import { useMe } from '../../kernel/me.ts'
import { paths } from '../../kernel/paths.ts'
import { ShutButton } from '../../ui/shut-button.tsx'
import { whyShut } from './shut-words.ts'

/** The two doors of a technician: ask, and where the customer has said yes, go in. Shut ones say why. */
export const DeviceDoors = ({ device }: { device: DeviceView }) => {
  const navigate = useNavigate()
  const me = useMe()
  const { usableApproval } = device
  // A colleague's session is his: it opens no door here.
  const session = device.session?.technician.id === me.id ? device.session : null
  const mayAsk = device.may['session.request']
  const mayType = whyShut(device.may['session.terminal'], device)
  // Whoever can neither ask nor type by his groups is shown no doors at all.
  if (!mayAsk.ok && !mayType.ok && mayAsk.because === 'not_granted' && mayType.because === 'not_granted') return null
  const open: May = usableApproval || session ? { ok: true } : mayType.ok ? { ok: true } : mayType
  return (
    <>
      <ShutButton
        may={mayAsk}
        variant={usableApproval ? 'default' : 'filled'}
        leftSection={<IconKey size={15} aria-hidden />}
        onClick={() => void navigate(paths.ask(device.id))}
      >
        Ask for access
      </ShutButton>
      {(usableApproval || !mayType.ok) && (
        <ShutButton
          may={open}
          variant={usableApproval ? 'filled' : 'default'}
          leftSection={<IconTerminal2 size={15} aria-hidden />}
          onClick={() =>
            void navigate(usableApproval ? paths.request(usableApproval.requestId) : paths.session(session?.id ?? ''))
          }
        >
          Open the terminal
        </ShutButton>
      )}
    </>
  )
}
