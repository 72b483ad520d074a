import type { CustomerView } from '@gatehouse/shared/views/customers'
import { Alert, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { key } from '../../kernel/keys.ts'
import { wordsFor } from '../../kernel/words.ts'
import { Section } from '../../ui/page.tsx'
import { customerQuery } from '../customers/queries.ts'
import { demandFactor } from './queries.ts'

/** Whether everybody of a customer signs in with a second factor, for whoever may change its people. */
export const FactorDemand = ({ customerId }: { customerId: string }) => {
  const customer = useQuery(customerQuery(customerId)).data
  if (!customer) return null
  return (
    <Section title="Second factor">
      <Demand customer={customer} />
    </Section>
  )
}

const Demand = ({ customer }: { customer: CustomerView }) => {
  const cache = useQueryClient()
  const change = useMutation({
    mutationFn: (wanted: boolean) => demandFactor(customer.id, wanted),
    onSettled: () => cache.invalidateQueries({ queryKey: key('customer', customer.id) }),
  })
  return (
    <>
      <Switch
        label={`Everybody of ${customer.name} signs in with a second factor`}
        description="Otherwise only those who answer requests for remote access have to. It holds at once."
        checked={change.isPending ? change.variables : customer.demandsFactor}
        disabled={!customer.may.editPeople.ok || change.isPending}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
      {change.error && (
        <Alert color="brick" role="alert" mt="sm">
          {wordsFor(change.error)}
        </Alert>
      )}
    </>
  )
}
