-- An event with its words, as pages show it, through the walls of both tables.
create view "audit_line" with (security_invoker = true) as
  select e.id, e.at, e.event, e.outcome, e.actor_kind, e.actor_id, t.actor_name, e.actor_company, e.customer_id,
    e.customer_name, e.device_id, e.device_name, e.request_id, e.session_id, e.approval_id, t.from_address, t.fields,
    e.canonical
  from audit_event e join audit_text t on t.event_id = e.id;
--> statement-breakpoint
revoke insert, update, delete, truncate, references, trigger on "audit_line" from gatehouse_app;
--> statement-breakpoint
-- Leaves, nodes and checkpoints are written once, by the house, and read through the walls of their tree's customer.
create trigger "insert_only" before update or delete or truncate on "audit_leaf" for each statement execute function refuse_change();
--> statement-breakpoint
create trigger "insert_only" before update or delete or truncate on "audit_node" for each statement execute function refuse_change();
--> statement-breakpoint
create trigger "insert_only" before update or delete or truncate on "audit_checkpoint" for each statement execute function refuse_change();
--> statement-breakpoint
create trigger "no_removal" before delete or truncate on "audit_text" for each statement execute function refuse_change();
--> statement-breakpoint
revoke update, delete, truncate, references, trigger on "audit_text" from gatehouse_app;
--> statement-breakpoint
revoke insert, update, delete, truncate, references, trigger on "audit_leaf", "audit_node", "audit_tree", "audit_checkpoint" from gatehouse_app;
--> statement-breakpoint
-- Only the sequencer takes events out of the queue and writes trees; only erasing a person changes a text.
grant delete on "audit_pending" to gatehouse_house;
--> statement-breakpoint
grant insert on "audit_leaf", "audit_node", "audit_checkpoint" to gatehouse_house;
--> statement-breakpoint
grant insert, update on "audit_tree" to gatehouse_house;
--> statement-breakpoint
grant update ("actor_name", "from_address", "fields", "openings") on "audit_text" to gatehouse_house;
--> statement-breakpoint
create policy own_customers on "audit_text" for select to gatehouse_app using
  (customer_id = any(my_customers()) or customer_id is null and the_maker() = any(my_customers()));
--> statement-breakpoint
create policy add on "audit_text" for insert to gatehouse_app with check (customer_id is null or customer_id = any(my_customers()));
--> statement-breakpoint
do $$
declare
  one text;
begin
  foreach one in array array['audit_leaf', 'audit_node', 'audit_tree', 'audit_checkpoint'] loop
    execute format('create policy own_customers on %I for select to gatehouse_app using (tree = any(my_customers()))', one);
  end loop;
  foreach one in array array['audit_text', 'audit_leaf', 'audit_node', 'audit_tree', 'audit_checkpoint'] loop
    execute format('create policy the_house on %I for all to gatehouse_house using (true) with check (true)', one);
    execute format('alter table %I enable row level security', one);
  end loop;
end $$;
