import { Text } from '@mantine/core'
import { ChoosePassword } from './choose-password.tsx'
import { acceptInvitation } from './queries.ts'

/** Where the link of an invitation leads. */
export default function InvitationPage() {
  return (
    <ChoosePassword
      title="Welcome to Gatehouse"
      lead="An account was made for you. Choose the password that only you know; then sign in with it."
      choose={acceptInvitation}
      ifUnusable={<Text>Ask whoever invited you for another invitation, or sign in if you have a password.</Text>}
    />
  )
}
