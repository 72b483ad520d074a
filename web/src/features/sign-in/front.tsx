import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { paths } from '../../kernel/paths.ts'
import { Mark } from '../../ui/mark.tsx'
import classes from './front.module.css'

/** The front of the house: the mark, one card, and what Gatehouse is in a sentence. */
export const Front = ({ title, children }: { title: string; children: ReactNode }) => (
  <main className={classes.front}>
    <div className={classes.brand}>
      <Mark size={34} />
      <span>Gatehouse</span>
    </div>
    <section className={classes.card}>
      <h1>{title}</h1>
      {children}
    </section>
    <p className={classes.foot}>
      Remote service in which the customer decides, watches, and keeps the log.
      <br />
      <Link to={paths.security()} className={classes.footLink}>
        Security, and how to report a problem
      </Link>
    </p>
  </main>
)
