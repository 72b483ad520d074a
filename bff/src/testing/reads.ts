/** For doors that read: the query without which there is no answer. */
export const reads: Readonly<Record<string, string>> = {
  'GET /api/customers/:customerId/policy/comparison': '?from=1',
  'GET /api/devices/:deviceId/explain': '?activity=session.terminal',
}
