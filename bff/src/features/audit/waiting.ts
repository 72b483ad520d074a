/**
 * What waits for its place (`pending`), each with its `event`, which is null where it is gone; for a `from`. One by one by
 * its id (`offset 0`): joined, the planner may walk along the whole log to the events that are new.
 */
export const whatWaits = `audit_pending pending
  left join lateral (select * from audit_event where id = pending.event_id offset 0) as event on true`
