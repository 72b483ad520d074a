-- A fault that was found stays; nothing of it changes but when it was seen and told of last.
create function "keep_fault"() returns trigger language plpgsql as $$
begin
  if (old.id, old.tree, old.seq, old.kind, old.says, old.found_by, old.device_id, old.first_at)
    is distinct from (new.id, new.tree, new.seq, new.kind, new.says, new.found_by, new.device_id, new.first_at) then
    raise exception 'what was found stays as it was found' using errcode = 'insufficient_privilege', constraint = 'audit_fault_kept';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger "kept" before update on "audit_fault" for each row execute function keep_fault();
--> statement-breakpoint
create trigger "no_removal" before delete or truncate on "audit_fault" for each statement execute function refuse_change();
--> statement-breakpoint
create trigger "insert_only" before update or delete or truncate on "audit_explanation" for each statement execute function refuse_change();
--> statement-breakpoint
create trigger "no_removal" before delete or truncate on "audit_check" for each statement execute function refuse_change();
--> statement-breakpoint
-- What a check came to is not written over.
create trigger "ended" before update on "audit_check" for each row when (old.ended_at is not null) execute function refuse_change();
--> statement-breakpoint
revoke update, delete, truncate, references, trigger on "audit_fault", "audit_explanation", "audit_check" from gatehouse_app;
--> statement-breakpoint
-- An agent's word comes through the wall of its customer; a check is asked for there, and done by the house.
grant update ("last_at", "told_at") on "audit_fault" to gatehouse_app;
--> statement-breakpoint
grant update ("begun_at", "heard_at", "ended_at", "done", "size", "root", "compared_size", "faults", "failed") on "audit_check" to gatehouse_house;
--> statement-breakpoint
do $$
declare
  one text;
begin
  foreach one in array array['audit_fault', 'audit_explanation', 'audit_check'] loop
    execute format('create policy own_customers on %I for all to gatehouse_app
      using (tree = any((select my_customers())::uuid[])) with check (tree = any((select my_customers())::uuid[]))', one);
    execute format('create policy the_house on %I for all to gatehouse_house using (true) with check (true)', one);
    execute format('alter table %I enable row level security', one);
  end loop;
end $$;
--> statement-breakpoint
-- Whoever administers a side hears of faults and explains them; whoever sees the whole of a log may have it checked.
update "group_grant" set "activities" = "activities" || '{audit.explain}'
  where "scope_kind" in ('all', 'customers') and "activities" && '{person.edit,staff.edit}' and not "activities" @> '{audit.explain}';
--> statement-breakpoint
update "group_grant" set "activities" = "activities" || '{audit.verify}'
  where "scope_kind" in ('all', 'customers') and ("activities" @> '{audit.view}' or "activities" @> '{audit.explain}')
    and not "activities" @> '{audit.verify}';
