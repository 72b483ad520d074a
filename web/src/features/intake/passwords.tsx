/** Where Gatehouse knowingly does otherwise than it is advised to, and what it does against the harm of that (AU10). */
export const Passwords = () => (
  <>
    <h2 id="passwords">Why passwords are changed every 90 days</h2>
    <p>
      A password lasts 90 days; after that only the page that changes it opens. This deviates from the advice of NIST SP
      800-63B-4 and of OWASP ASVS 6.2.10: both say that a password should be changed when there is a sign that somebody
      else knows it, and not by the calendar, because people who have to change it choose weaker ones.
    </p>
    <p>
      We do it all the same. The makers of equipment for regulated industries, and their customers, have it in their
      contracts and are audited for it: IEC 62443-3-3 SR 1.7 RE 1 asks for a longest lifetime of the passwords of
      people, and 21 CFR Part 11 (§ 11.300 b) for passwords that are periodically checked, recalled or revised. Against
      the harm that the advice warns of we do this:
    </p>
    <ul>
      <li>
        There are no rules about digits and special characters. Length counts: 12 characters at least, up to 128, a
        sentence if you like.
      </li>
      <li>
        Common passwords, and those made of your name, your company or the product, are refused, when they are chosen
        and again at every sign-in.
      </li>
      <li>
        The last ten do not come back, nor does the present one with another digit at its end, and a new one stays a day
        at least.
      </li>
      <li>Reminders come 14, 7 and 1 day before, so that nobody has to think of one in a hurry.</li>
      <li>
        A second factor stands beside the password: a passkey, or a one-time code. The maker’s people and everybody who
        approves access must have one, so that a password alone opens nothing that matters.
      </li>
      <li>An administrator voids a password at once where somebody else may know it, whatever its age.</li>
    </ul>
  </>
)
