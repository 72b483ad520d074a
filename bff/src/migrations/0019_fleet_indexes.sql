-- What there is already; its indexes come afterwards.
update "device" set "open_alarms" = o.bits from (
  select "device_id", bit_or(case "severity" when 'info' then 1 when 'warning' then 2 else 4 end) as bits
  from "alarm" where "cleared_at" is null group by "device_id") o where o."device_id" = "device"."id";
--> statement-breakpoint
update "device" set "heard" = case when l."mark" = 1 and "state" <> 'active' then 4 else l."mark" end from "device_link" l
  where l."device_id" = "device"."id" and l."mark" <> 0;
--> statement-breakpoint
-- What the list of the fleet is read from. The columns behind `include` let a list look at what somebody may see without
-- fetching the row; whatever is filtered by has an index in the order of names.
create extension if not exists pg_trgm;
--> statement-breakpoint
create index "device_by_name" on "device" ("name", "id") include ("serial", "customer_id", "site_id", "model_id", "removed_at", "open_alarms", "heard");
--> statement-breakpoint
create index "device_by_customer" on "device" ("customer_id", "name", "id") include ("serial", "site_id", "model_id", "removed_at", "open_alarms", "heard");
--> statement-breakpoint
create index "device_by_site" on "device" ("site_id", "name", "id") include ("customer_id", "model_id", "removed_at");
--> statement-breakpoint
create index "device_by_model" on "device" ("model_id", "name", "id") include ("customer_id", "site_id", "removed_at", "open_alarms", "heard");
--> statement-breakpoint
create index "device_by_serial" on "device" ("serial", "id") include ("customer_id", "site_id", "model_id") where "removed_at" is null;
--> statement-breakpoint
create index "device_by_alarm" on "device" ("alarm_rank", "id") include ("customer_id", "site_id", "model_id") where "removed_at" is null;
--> statement-breakpoint
create index "device_alarmed" on "device" ("name", "id") include ("customer_id", "site_id", "model_id", "open_alarms", "heard") where "removed_at" is null and "open_alarms" > 0;
--> statement-breakpoint
create index "device_unheard" on "device" ("heard", "name", "id") include ("customer_id", "site_id", "model_id", "open_alarms") where "removed_at" is null and "heard" <> 1;
--> statement-breakpoint
create index "device_inactive" on "device" ("state", "name", "id") include ("customer_id", "site_id", "model_id", "open_alarms", "heard") where "removed_at" is null and "state" <> 'active';
--> statement-breakpoint
-- The same within a customer, for whoever sees some of them.
create index "device_of_customer_by_serial" on "device" ("customer_id", "serial", "id") where "removed_at" is null;
--> statement-breakpoint
create index "device_of_customer_by_alarm" on "device" ("customer_id", "alarm_rank", "id") where "removed_at" is null;
--> statement-breakpoint
create index "device_of_customer_alarmed" on "device" ("customer_id", "name", "id") include ("open_alarms", "heard") where "removed_at" is null and "open_alarms" > 0;
--> statement-breakpoint
create index "device_of_customer_unheard" on "device" ("customer_id", "heard", "name", "id") include ("open_alarms") where "removed_at" is null and "heard" <> 1;
--> statement-breakpoint
create index "device_of_customer_inactive" on "device" ("customer_id", "state", "name", "id") include ("open_alarms", "heard") where "removed_at" is null and "state" <> 'active';
--> statement-breakpoint
create index "device_tags" on "device" using gin ("tags");
--> statement-breakpoint
create index "device_words" on "device" using gin (("name" || E'\n' || "serial") gin_trgm_ops);
--> statement-breakpoint
create index "site_words" on "site" using gin ("name" gin_trgm_ops);
--> statement-breakpoint
create index "customer_words" on "customer" using gin ("name" gin_trgm_ops);
--> statement-breakpoint
-- Open alarms of a device, kept with it. Its row is locked first, so that of two at once the second counts the first.
create function "keep_open_alarms"() returns trigger language plpgsql as $$
declare
  whose uuid := coalesce(new.device_id, old.device_id);
  open smallint;
begin
  perform 1 from device where id = whose for no key update;
  select coalesce(bit_or(case severity when 'info' then 1 when 'warning' then 2 else 4 end), 0) into open
    from alarm where device_id = whose and cleared_at is null;
  update device set open_alarms = open where id = whose and open_alarms <> open;
  return null;
end $$;
--> statement-breakpoint
create trigger "keep_open_alarms_new" after insert on "alarm" for each row when (new.cleared_at is null) execute function keep_open_alarms();
--> statement-breakpoint
create trigger "keep_open_alarms" after update of "cleared_at", "severity" on "alarm" for each row
  when (old.cleared_at is distinct from new.cleared_at or old.severity <> new.severity) execute function keep_open_alarms();
--> statement-breakpoint
-- The mark of a link, kept with its device. A device that is not active is never believed to talk. Whoever is written
-- down as heard long before the last sweep was not in it, so that it proves nothing any more.
create function "keep_heard"() returns trigger language plpgsql as $$
begin
  update device set heard = case when new.mark in (1, 2, 3) and state <> 'active' then 4 else new.mark end where id = new.device_id;
  if new.mark = 1 then
    delete from link_sweep where at > new.last_heard_at + 20000;
  end if;
  return null;
end $$;
--> statement-breakpoint
create function "forget_sweep"() returns trigger language plpgsql as $$
begin
  delete from link_sweep where at > new.last_heard_at + 20000;
  return null;
end $$;
--> statement-breakpoint
create trigger "heard_before" after update on "device_link" for each row when (new.last_heard_at < old.last_heard_at) execute function forget_sweep();
--> statement-breakpoint
create trigger "keep_heard_new" after insert on "device_link" for each row when (new.mark <> 0) execute function keep_heard();
--> statement-breakpoint
create trigger "keep_heard" after update on "device_link" for each row when (old.mark <> new.mark) execute function keep_heard();
--> statement-breakpoint
create function "hear_no_more"() returns trigger language plpgsql as $$
begin
  new.heard := 4;
  return new;
end $$;
--> statement-breakpoint
create trigger "hear_no_more" before update of "state" on "device" for each row when (new.state <> 'active' and new.heard in (1, 2, 3)) execute function hear_no_more();
--> statement-breakpoint
-- Whose rows there are is asked once for a query, and not for each row that is looked at.
do $$
declare
  one record;
begin
  for one in select tablename as name from pg_policies
    where schemaname = 'public' and policyname = 'own_customers' and qual = '(customer_id = ANY (my_customers()))' and cmd = 'ALL' loop
    execute format('alter policy own_customers on %I using (customer_id = any((select my_customers())::uuid[]))
      with check (customer_id = any((select my_customers())::uuid[]))', one.name);
  end loop;
end $$;
--> statement-breakpoint
alter policy own_customers on "customer" using ("id" = any((select my_customers())::uuid[]))
  with check ("id" = any((select my_customers())::uuid[]));
