CREATE TABLE "audit_erased" (
	"event_id" uuid NOT NULL,
	"erasure_id" uuid NOT NULL,
	"page" integer NOT NULL,
	"customer_id" uuid,
	"paths" text[] NOT NULL,
	CONSTRAINT "audit_erased_event_id_erasure_id_pk" PRIMARY KEY("event_id","erasure_id")
);
--> statement-breakpoint
CREATE TABLE "audit_erasure" (
	"erasure_id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"person_id" uuid NOT NULL,
	"asked_by" uuid NOT NULL,
	"confirmed_by" uuid NOT NULL,
	"begins_at" bigint NOT NULL,
	CONSTRAINT "audit_erasure_two" CHECK ("audit_erasure"."asked_by" <> "audit_erasure"."confirmed_by" and "audit_erasure"."person_id" not in ("audit_erasure"."asked_by", "audit_erasure"."confirmed_by"))
);
--> statement-breakpoint
CREATE TABLE "erasure" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"tenant" uuid GENERATED ALWAYS AS (coalesce(customer_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED NOT NULL,
	"person_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"state" text NOT NULL,
	"asked_by" uuid NOT NULL,
	"asked_at" bigint NOT NULL,
	"confirmed_by" uuid,
	"confirmed_at" bigint,
	"begins_at" bigint,
	"stopped_by" uuid,
	"ended_at" bigint,
	"words" text[] DEFAULT '{}' NOT NULL,
	"trees" integer DEFAULT 0 NOT NULL,
	"cursor" uuid,
	"pages" integer DEFAULT 0 NOT NULL,
	"events" integer DEFAULT 0 NOT NULL,
	"rows" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "erasure_state" CHECK ("erasure"."state" in ('asked', 'confirmed', 'running', 'done', 'stopped')),
	CONSTRAINT "erasure_two" CHECK ("erasure"."asked_by" <> "erasure"."person_id" and "erasure"."confirmed_by" is distinct from "erasure"."asked_by" and "erasure"."confirmed_by" is distinct from "erasure"."person_id")
);
--> statement-breakpoint
ALTER TABLE "erasure" ADD CONSTRAINT "erasure_person" FOREIGN KEY ("tenant","person_id") REFERENCES "public"."person"("tenant","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_erased_page" ON "audit_erased" USING btree ("erasure_id","page","event_id");--> statement-breakpoint
CREATE UNIQUE INDEX "erasure_open" ON "erasure" USING btree ("person_id") WHERE "erasure"."state" in ('asked', 'confirmed', 'running');--> statement-breakpoint
CREATE INDEX "erasure_customer" ON "erasure" USING btree ("customer_id","id");
--> statement-breakpoint
-- What two people wanted, and what was erased because of it: written once.
create trigger "insert_only" before update or delete or truncate on "audit_erasure" for each statement execute function refuse_change();
--> statement-breakpoint
create trigger "insert_only" before update or delete or truncate on "audit_erased" for each statement execute function refuse_change();
--> statement-breakpoint
-- Words go by one door, erase_words, and as an erasure only: a value becomes "(erased)", its opening goes, all else stays.
create function "refuse_unless_erasing"() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('gatehouse.erasing', true), '') = '' then
    raise exception 'the audit log is insert-only' using errcode = 'insufficient_privilege', constraint = 'audit_insert_only';
  end if;
  return null;
end $$;
--> statement-breakpoint
create function "refuse_all_but_erasing"() returns trigger language plpgsql as $$
declare
  paths text[] := array(select jsonb_object_keys(old.openings) except select jsonb_object_keys(new.openings));
begin
  if new.event_id <> old.event_id or new.customer_id is distinct from old.customer_id
    or new.openings <> old.openings - paths
    or new.actor_name <> (case when 'actorName' = any(paths) then '(erased)' else old.actor_name end)
    or new.from_address is distinct from (case when 'fromAddress' = any(paths) then '(erased)' else old.from_address end)
    or new.fields <> old.fields || coalesce((select jsonb_object_agg(substr(one, 8), '(erased)') from unnest(paths) as one where one like 'fields.%'), '{}')
  then
    raise exception 'words of the audit log are erased, never changed' using errcode = 'insufficient_privilege', constraint = 'audit_insert_only';
  end if;
  return new;
end $$;
--> statement-breakpoint
drop trigger "insert_only" on "audit_text";
--> statement-breakpoint
create trigger "insert_only" before update on "audit_text" for each statement execute function refuse_unless_erasing();
--> statement-breakpoint
create trigger "erased_only" before update on "audit_text" for each row execute function refuse_all_but_erasing();
--> statement-breakpoint
-- Takes the next events of one tree and erases of each what names the person of one confirmed and running erasure.
create function "erase_words"(of_erasure uuid, of_customer uuid, after_event uuid, page_number integer, most integer)
  returns table (last_event uuid, looked_at integer, erased integer)
  language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  wanted public.audit_erasure;
  patterns text[];
begin
  select * into wanted from public.audit_erasure where erasure_id = of_erasure;
  select array_agg('(^|[^[:alnum:]])' || regexp_replace(word, '([^[:alnum:][:space:]])', '\\\1', 'g') || '([^[:alnum:]]|$)')
    into patterns from public.erasure, unnest(words) as word
    where id = of_erasure and state = 'running' and person_id = wanted.person_id and length(btrim(word)) > 1;
  if wanted.erasure_id is null or patterns is null then
    raise exception 'nobody has confirmed this erasure' using errcode = 'insufficient_privilege', constraint = 'erasure_confirmed';
  end if;
  perform set_config('gatehouse.erasing', of_erasure::text, true);
  return query
  with page as materialized (
    select event.id, event.actor_id, event.person_id from public.audit_event event
    where event.customer_id is not distinct from of_customer and (after_event is null or event.id > after_event)
    order by event.id limit most
  ), found as materialized (
    select page.id, array_agg(opening.path order by opening.path) as paths
    from page join public.audit_text words on words.event_id = page.id
    cross join lateral (select key as path, value ->> 'value' as word from jsonb_each(words.openings)) as opening
    where case
      when opening.path in ('actorName', 'fromAddress') and page.actor_id = wanted.person_id then true
      when opening.path in ('fields.name', 'fields.email') and page.person_id is not null then page.person_id = wanted.person_id
      when opening.path = 'fields.factor' and wanted.person_id in (page.actor_id, page.person_id) then true
      else opening.word ~* any(patterns) end
    group by page.id
  ), done as (
    update public.audit_text words set
      openings = words.openings - found.paths,
      actor_name = case when 'actorName' = any(found.paths) then '(erased)' else words.actor_name end,
      from_address = case when 'fromAddress' = any(found.paths) then '(erased)' else words.from_address end,
      fields = words.fields || coalesce((select jsonb_object_agg(substr(one, 8), '(erased)') from unnest(found.paths) as one where one like 'fields.%'), '{}')
    from found where words.event_id = found.id
    returning words.event_id, words.customer_id, found.paths
  ), noted as (
    insert into public.audit_erased (event_id, erasure_id, page, customer_id, paths)
    select done.event_id, of_erasure, page_number, done.customer_id, done.paths from done
    on conflict (event_id, erasure_id) do nothing
    returning 1
  )
  select (select page.id from page order by page.id desc limit 1), (select count(*)::integer from page), (select count(*)::integer from noted);
  perform set_config('gatehouse.erasing', '', true);
end $$;
--> statement-breakpoint
revoke all on function "erase_words"(uuid, uuid, uuid, integer, integer) from public;
--> statement-breakpoint
grant execute on function "erase_words"(uuid, uuid, uuid, integer, integer) to gatehouse_house;
--> statement-breakpoint
revoke delete, truncate, references, trigger on "erasure" from gatehouse_app;
--> statement-breakpoint
revoke update, delete, truncate, references, trigger on "audit_erasure" from gatehouse_app;
--> statement-breakpoint
revoke insert, update, delete, truncate, references, trigger on "audit_erased" from gatehouse_app;
--> statement-breakpoint
do $$
declare
  one text;
begin
  foreach one in array array['erasure', 'audit_erasure', 'audit_erased'] loop
    execute format('create policy own_customers on %I for all to gatehouse_app
      using (customer_id = any((select my_customers())::uuid[])
        or customer_id is null and the_maker() = any((select my_customers())::uuid[]))
      with check (customer_id = any((select my_customers())::uuid[])
        or customer_id is null and the_maker() = any((select my_customers())::uuid[]))', one);
    execute format('create policy the_house on %I for all to gatehouse_house using (true) with check (true)', one);
    execute format('alter table %I enable row level security', one);
  end loop;
end $$;
