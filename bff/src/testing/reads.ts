/** For doors that read: the query without which there is no answer, or another one each time. */
export const reads: Readonly<Record<string, string>> = {
  'GET /api/customers/:customerId/policy/comparison': '?from=1',
  'GET /api/devices/:deviceId/explain': '?activity=session.terminal',
  'GET /api/looks': '?from=0&to=4102444800000',
}
