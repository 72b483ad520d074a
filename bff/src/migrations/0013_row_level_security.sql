-- A link between rows of two customers cannot be written, whoever writes it.

-- A group's member has the group's tenant; the foreign keys want it of the person as well.
create function "fill_tenant_of_group"() returns trigger language plpgsql as $$
begin
  select tenant into strict new.tenant from "group" where id = new.group_id;
  return new;
exception when no_data_found then
  raise exception 'no such group' using errcode = 'foreign_key_violation';
end $$;
--> statement-breakpoint
create trigger "fill_tenant" before insert or update on "group_member" for each row execute function fill_tenant_of_group();
--> statement-breakpoint
-- Whoever works on a customer's device is of that customer, or of the maker. The argument names the column.
create function "refuse_foreign_person"() returns trigger language plpgsql as $$
begin
  if exists (
    select 1 from person
    where id = (to_jsonb(new) ->> tg_argv[0])::uuid and customer_id is not null and customer_id <> new.customer_id
  ) then
    raise exception '% of % is of another customer', tg_argv[0], tg_table_name
      using errcode = 'foreign_key_violation', constraint = 'person_of_another_customer';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger "own_person" before insert or update of "technician_id", "customer_id" on "request" for each row execute function refuse_foreign_person('technician_id');
--> statement-breakpoint
create trigger "own_person" before insert or update of "technician_id", "customer_id" on "approval" for each row execute function refuse_foreign_person('technician_id');
--> statement-breakpoint
create trigger "own_person" before insert or update of "technician_id", "customer_id" on "session" for each row execute function refuse_foreign_person('technician_id');
--> statement-breakpoint
create trigger "own_person" before insert or update of "requested_by", "customer_id" on "action" for each row execute function refuse_foreign_person('requested_by');
--> statement-breakpoint
-- What a customer's group reaches is the customer's own.
create function "refuse_foreign_scope"() returns trigger language plpgsql as $$
declare
  own uuid := (select customer_id from "group" where id = new.group_id);
begin
  if own is null then return new; end if;
  if (case new.scope_kind
    when 'customers' then exists (select 1 from unnest(new.scope_ids) as one where one <> own)
    when 'sites' then exists (select 1 from site where id = any(new.scope_ids) and customer_id <> own)
    when 'devices' then exists (select 1 from device where id = any(new.scope_ids) and customer_id <> own)
    else false
  end) then
    raise exception 'a grant of a customer reaches another'
      using errcode = 'foreign_key_violation', constraint = 'grant_of_another_customer';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger "own_scope" before insert or update on "group_grant" for each row execute function refuse_foreign_scope();
--> statement-breakpoint
-- The approval is written first and the session it opens second: looked at when both are there.
alter table "approval" add constraint "approval_session_of_customer" foreign key ("customer_id", "session_id")
  references "session" ("customer_id", "id") deferrable initially deferred;
--> statement-breakpoint
-- Row-level security. The application role sees the rows of the customers that a transaction names, and none where it
-- names none; the house role, for what is no single customer's, sees all. Neither may bypass it, neither owns a table.
create function "my_customers"() returns uuid[] language sql stable parallel safe
  return nullif(current_setting('gatehouse.customers', true), '')::uuid[];
--> statement-breakpoint
create function "the_maker"() returns uuid language sql immutable parallel safe
  return '00000000-0000-0000-0000-000000000000'::uuid;
--> statement-breakpoint
do $$
declare
  one record;
  parent record;
begin
  -- Rows that are a customer's.
  for one in select unnest(array['site', 'device', 'alarm', 'current_value', 'sample', 'undeclared_item', 'action',
    'request', 'approval', 'session', 'recording', 'policy', 'policy_version', 'policy_level']) as name loop
    execute format('create policy own_customers on %I for all to gatehouse_app
      using (customer_id = any(my_customers())) with check (customer_id = any(my_customers()))', one.name);
  end loop;
  create policy own_customers on customer for all to gatehouse_app
    using (id = any(my_customers())) with check (id = any(my_customers()));
  -- Rows that are a customer's or the maker's. Who works for all customers is nobody's secret: all may read the maker's.
  for one in select unnest(array['person', 'group', 'network_list']) as name loop
    execute format('create policy own_customers on %I for all to gatehouse_app
      using (tenant = any(my_customers())) with check (tenant = any(my_customers()))', one.name);
    execute format('create policy the_maker on %I for select to gatehouse_app using (customer_id is null)', one.name);
  end loop;
  -- Rows that belong to a row of another table: of what is seen there, or only of what is one's own there. Whether one
  -- of the maker's people wants to be mailed is asked when a customer answers him.
  for one in select * from (values
      ('device_link', 'device_id', 'device', 'id', 'seen'),
      ('enrolment_code', 'device_id', 'device', 'id', 'seen'),
      ('alarm_occurrence', 'alarm_id', 'alarm', 'id', 'seen'),
      ('stream_ticket', 'session_id', 'session', 'id', 'seen'),
      ('recording_part', 'session_id', 'recording', 'session_id', 'seen'),
      ('group_member', 'group_id', 'group', 'id', 'own or the maker''s'),
      ('group_grant', 'group_id', 'group', 'id', 'own or the maker''s'),
      ('network_entry', 'list_id', 'network_list', 'id', 'own or the maker''s'),
      ('sign_in', 'user_id', 'person', 'id', 'own'),
      ('password_history', 'person_id', 'person', 'id', 'own'),
      ('password_reminder', 'person_id', 'person', 'id', 'own'),
      ('failure_notice', 'person_id', 'person', 'id', 'own'),
      ('person_settings', 'person_id', 'person', 'id', 'own or the maker''s'),
      ('person_token', 'person_id', 'person', 'id', 'own'),
      ('passkey', 'person_id', 'person', 'id', 'own'),
      ('code_app', 'person_id', 'person', 'id', 'own'),
      ('code_app_offer', 'person_id', 'person', 'id', 'own'),
      ('recovery_code', 'person_id', 'person', 'id', 'own')
    ) as child(name, refers, parent, key, whose) loop
    if one.whose <> 'seen' then
      execute format('create policy own_customers on %1$I for all to gatehouse_app
        using (exists (select 1 from %3$I as parent where parent.%4$I = %1$I.%2$I and parent.tenant = any(my_customers())))
        with check (exists (select 1 from %3$I as parent where parent.%4$I = %1$I.%2$I and parent.tenant = any(my_customers())))',
        one.name, one.refers, one.parent, one.key);
    end if;
    if one.whose = 'own or the maker''s' then
      execute format('create policy the_maker on %1$I for select to gatehouse_app
        using (exists (select 1 from %3$I as parent where parent.%4$I = %1$I.%2$I and parent.customer_id is null))',
        one.name, one.refers, one.parent, one.key);
    end if;
    if one.whose = 'seen' then
      execute format('create policy own_customers on %1$I for all to gatehouse_app
        using (exists (select 1 from %3$I as parent where parent.%4$I = %1$I.%2$I))
        with check (exists (select 1 from %3$I as parent where parent.%4$I = %1$I.%2$I))',
        one.name, one.refers, one.parent, one.key);
    end if;
  end loop;
  -- The log: everybody may add to the maker's own, which has no customer; only the maker reads it.
  for one in select unnest(array['audit_event', 'audit_pending']) as name loop
    execute format('create policy own_customers on %I for select to gatehouse_app using
      (customer_id = any(my_customers()) or customer_id is null and the_maker() = any(my_customers()))', one.name);
    execute format('create policy add on %I for insert to gatehouse_app with check
      (customer_id is null or customer_id = any(my_customers()))', one.name);
  end loop;
  -- The house, and the switch itself.
  for one in select distinct tablename as name from pg_policies where schemaname = 'public' loop
    execute format('create policy the_house on %I for all to gatehouse_house using (true) with check (true)', one.name);
    execute format('alter table %I enable row level security', one.name);
  end loop;
end $$;
