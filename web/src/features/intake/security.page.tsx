import type { IntakeView } from '@gatehouse/shared/views/intake'
import { Button } from '@mantine/core'
import { Link } from 'react-router'
import { paths } from '../../kernel/paths.ts'
import { Passwords } from './passwords.tsx'
import { Protection } from './protection.tsx'
import classes from './public-page.module.css'
import { PublicPage } from './public-page.tsx'

/** How Gatehouse protects, where it deviates from what is advised, and what happens to a report. Open to everybody. */
export default function SecurityPage() {
  return (
    <PublicPage
      title="Security"
      lead="How remote service stays in the customer’s hands, and how to tell us when something is wrong."
    >
      {(intake) => (
        <>
          <div className={classes.ways}>
            <Button component={Link} to={paths.reportProblem()} size="sm">
              Report a problem
            </Button>
            <Button component={Link} to={paths.lookUpReport()} size="sm" variant="default">
              Look up a report
            </Button>
          </div>
          <div className={classes.text}>
            <Reporting intake={intake} />
            <Protection />
            <Passwords />
          </div>
        </>
      )}
    </PublicPage>
  )
}

const Reporting = ({ intake: { maker, contact, firstAnswerHours } }: { intake: IntakeView }) => (
  <>
    <h2>When you have found something</h2>
    <p>
      Anybody may report a vulnerability or a suspected data breach to {maker}, with an account or without. You get a
      number at once, and a key with which you can read our answers. The first answer comes within{' '}
      {firstAnswerHours.breach} hours for a data breach, and within {firstAnswerHours.vulnerability} hours for a
      vulnerability.
      {contact && (
        <>
          {' '}
          By mail you reach us at <a href={`mailto:${contact}`}>{contact}</a>.
        </>
      )}
    </p>
    <p>
      Try only with accounts and devices that are yours. Devices stand in production and in laboratories: do nothing
      that could disturb one. If you come upon data of others, stop there and tell us. Give us time to mend it before
      you speak of it in public.
    </p>
  </>
)
