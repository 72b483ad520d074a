-- A procedure is called; a function had to be selected, by a query that each connection planned anew for each event.
drop function "audit_append"(jsonb);
--> statement-breakpoint
-- Events, their words and their places in the queue in one statement, with a plan that is made once for a connection: the
-- planner took longer over it than the writing. It writes with the rights, and behind the wall, of whoever calls it.
create procedure "audit_append"("entries" jsonb) language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  with given as materialized (select * from jsonb_to_recordset(entries) as one("id" uuid, "at" bigint, "event" text, "outcome" text,
    "actorKind" text, "actorId" uuid, "actorCompany" text, "customerId" uuid, "customerName" text, "deviceId" uuid, "deviceName" text,
    "requestId" uuid, "sessionId" uuid, "approvalId" uuid, "siteId" uuid, "personId" uuid, "claimedAt" bigint, "canonical" text,
    "actorName" text, "fromAddress" text, "fields" jsonb, "openings" jsonb, "words" text)),
  events as (insert into public.audit_event (id, at, event, outcome, actor_kind, actor_id, actor_company, customer_id, customer_name,
      device_id, device_name, request_id, session_id, approval_id, site_id, person_id, claimed_at, canonical)
    select "id", "at", "event", "outcome", "actorKind", "actorId", "actorCompany", "customerId", "customerName", "deviceId", "deviceName",
      "requestId", "sessionId", "approvalId", "siteId", "personId", "claimedAt", convert_to("canonical", 'UTF8') from given),
  texts as (insert into public.audit_text (event_id, customer_id, actor_name, from_address, fields, openings, words)
    select "id", "customerId", "actorName", "fromAddress", "fields", "openings", "words" from given)
  insert into public.audit_pending (event_id, customer_id) select "id", "customerId" from given;
end $$;
--> statement-breakpoint
revoke all on procedure "audit_append"(jsonb) from public;
--> statement-breakpoint
grant execute on procedure "audit_append"(jsonb) to gatehouse_app;
