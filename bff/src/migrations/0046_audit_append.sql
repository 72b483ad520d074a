-- The same words as before, in a fifth of the time: what is no word is found by a pattern, not sign by sign.
create or replace function "audit_plain"("said" text) returns text language sql immutable parallel safe
  return regexp_replace(lower(normalize(left(said, 20000), nfkc) collate "pg_c_utf8"),
    E'[-!"#$%&''()*+,./:;<=>?@[\\\\\\]^_`{|}~…“”‘’„«»→–—·×]+', ' ', 'g');
--> statement-breakpoint
-- In PL/pgSQL, which keeps its plan: the body of an SQL function was read and planned anew for each event. The values of
-- the fields are read as they stand in JSON: what it escapes is no part of a word, and fields hold no control characters.
create or replace function "audit_search"("words" text, "actor_name" text, "from_address" text, "fields" jsonb, "customer_id" uuid)
  returns tsvector language plpgsql immutable parallel safe as $$
begin
  return strip(to_tsvector('simple'::regconfig, public.audit_plain(words || ' ' || actor_name || ' ' || coalesce(from_address, '') || ' ' ||
      jsonb_path_query_array(fields, '$.*')::text)))
    || array_to_tsvector(array['!' || coalesce(customer_id, public.the_maker())]);
end $$;
--> statement-breakpoint
-- Events, their words and their places in the queue in one statement, with a plan that is made once for a connection: the
-- planner took longer over it than the writing. It writes with the rights, and behind the wall, of whoever calls it.
create function "audit_append"("entries" jsonb) returns void language plpgsql set plan_cache_mode = force_generic_plan as $$
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
revoke all on function "audit_append"(jsonb) from public;
--> statement-breakpoint
grant execute on function "audit_append"(jsonb) to gatehouse_app;
