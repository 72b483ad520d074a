/** How Gatehouse protects, in plain words. It says what is so, and nothing that is only planned. */
export const Protection = () => (
  <>
    <h2>Who may do what</h2>
    <p>
      Rights are given to groups: certain activities, on certain devices. Whatever no single grant allows is refused,
      and to hand out rights is a right itself. Data belongs to one customer each; what you may not see is answered like
      what does not exist.
    </p>
    <h2>The customer decides</h2>
    <p>
      For every activity that reaches a device its customer’s policy says always, ask, or never. Where it says ask, a
      person of the customer answers: signed in, seeing who asks, for what, why and for how long. He may allow less, and
      take it back at any moment. Silence is never consent.
    </p>
    <p>
      Devices only dial out. Each keeps a copy of its customer’s policy and refuses what that forbids, even if this
      server asks for it.
    </p>
    <h2>What happens is recorded</h2>
    <p>
      A remote session is recorded from its first character to its last, and the customer can watch it and end it while
      it runs. A session that cannot be recorded ends.
    </p>
    <p>
      Everything that is done, and everything that is refused, stands in the audit log. It is written in the same step
      as the deed, no part of the program can change or remove a line, and names stay in it after people have left.
    </p>
    <h2>Signing in</h2>
    <p>
      Passwords are kept as Argon2id hashes, with a secret that is not in the database. Whoever does nothing for 20
      minutes is signed out, and everybody after 12 hours. Tries to guess a password are held back without locking its
      owner out, and the owner is told. The profile shows the last sign-in and the last failure.
    </p>
    <h2>Links in mails</h2>
    <p>
      Opening a link in one of our mails decides nothing and signs nobody in. A link by which a password is chosen works
      once and not for long, and the secret part of a link reaches no log.
    </p>
  </>
)
