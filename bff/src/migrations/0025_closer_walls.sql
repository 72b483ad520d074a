-- A link to another customer is refused behind a wall as well, where the other's row cannot be seen: these two look with
-- the owner's eyes, and want the right row to be there instead of the wrong one not.
create or replace function "refuse_foreign_person"() returns trigger language plpgsql
  security definer set search_path = pg_catalog, public as $$
begin
  if not exists (
    select 1 from public.person
    where id = (to_jsonb(new) ->> tg_argv[0])::uuid and (customer_id is null or customer_id = new.customer_id)
  ) then
    raise exception '% of % is of another customer', tg_argv[0], tg_table_name
      using errcode = 'foreign_key_violation', constraint = 'person_of_another_customer';
  end if;
  return new;
end $$;
--> statement-breakpoint
create or replace function "refuse_foreign_scope"() returns trigger language plpgsql
  security definer set search_path = pg_catalog, public as $$
declare
  own uuid := (select customer_id from public."group" where id = new.group_id);
begin
  if own is null then return new; end if;
  if (case new.scope_kind
    when 'customers' then exists (select 1 from unnest(new.scope_ids) as one where one <> own)
    when 'sites' then exists (select 1 from unnest(new.scope_ids) as one
      where not exists (select 1 from public.site where id = one and customer_id = own))
    when 'devices' then exists (select 1 from unnest(new.scope_ids) as one
      where not exists (select 1 from public.device where id = one and customer_id = own))
    else false
  end) then
    raise exception 'a grant of a customer reaches another'
      using errcode = 'foreign_key_violation', constraint = 'grant_of_another_customer';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- Without a setting there are no rows at all, the maker's included.
do $$
declare
  one record;
begin
  for one in select tablename as name, qual from pg_policies where schemaname = 'public' and policyname = 'the_maker' loop
    execute format('alter policy the_maker on %I using (my_customers() is not null and (%s))', one.name, one.qual);
  end loop;
end $$;
--> statement-breakpoint
-- Nobody changes the words of an event, until erasing a person is there to do it.
revoke update ("actor_name", "from_address", "fields", "openings") on "audit_text" from gatehouse_house;
--> statement-breakpoint
create trigger "insert_only" before update on "audit_text" for each statement execute function refuse_change();
