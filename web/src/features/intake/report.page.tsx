import type { IntakeView, ReportReceiptView } from '@gatehouse/shared/views/intake'
import { useState } from 'react'
import { PublicPage } from './public-page.tsx'
import { Receipt } from './receipt.tsx'
import { ReportForm } from './report-form.tsx'

/** Where anybody reports a vulnerability or a suspected data breach. */
export default function ReportPage() {
  const [receipt, setReceipt] = useState<ReportReceiptView>()
  return receipt ? (
    <PublicPage title="Thank you, we have it">{() => <Receipt receipt={receipt} />}</PublicPage>
  ) : (
    <PublicPage title="Report a problem" lead="A vulnerability, or a suspected data breach. No account is needed.">
      {(intake: IntakeView) => <ReportForm intake={intake} onSent={setReceipt} />}
    </PublicPage>
  )
}
