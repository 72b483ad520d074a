-- One event, as most deeds have: each value is a parameter of its own, where `audit_append` reads many events out of a JSON.
-- It writes with the rights, and behind the wall, of whoever calls it, with plans that each connection makes once.
create procedure "audit_append_one"("id" uuid, "at" bigint, "event" text, "outcome" text, "actorKind" text, "actorId" uuid,
  "actorCompany" text, "customerId" uuid, "customerName" text, "deviceId" uuid, "deviceName" text, "requestId" uuid, "sessionId" uuid,
  "approvalId" uuid, "siteId" uuid, "personId" uuid, "claimedAt" bigint, "canonical" text, "actorName" text, "fromAddress" text,
  "fields" text, "openings" text, "words" text) language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
  insert into public.audit_event (id, at, event, outcome, actor_kind, actor_id, actor_company, customer_id, customer_name,
      device_id, device_name, request_id, session_id, approval_id, site_id, person_id, claimed_at, canonical)
    values ("id", "at", "event", "outcome", "actorKind", "actorId", "actorCompany", "customerId", "customerName", "deviceId", "deviceName",
      "requestId", "sessionId", "approvalId", "siteId", "personId", "claimedAt", convert_to("canonical", 'UTF8'));
  insert into public.audit_text (event_id, customer_id, actor_name, from_address, fields, openings, words)
    values ("id", "customerId", "actorName", "fromAddress", "fields"::jsonb, "openings"::jsonb, "words");
  insert into public.audit_pending (event_id, customer_id) values ("id", "customerId");
end $$;
--> statement-breakpoint
revoke all on procedure "audit_append_one" from public;
--> statement-breakpoint
grant execute on procedure "audit_append_one" to gatehouse_app;
