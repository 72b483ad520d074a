create or replace view "audit_line" with (security_invoker = true) as
  select e.id, e.at, e.event, e.outcome, e.actor_kind, e.actor_id, t.actor_name, e.actor_company, e.customer_id,
    e.customer_name, e.device_id, e.device_name, e.request_id, e.session_id, e.approval_id, t.from_address, t.fields,
    e.canonical, e.site_id, e.person_id
  from audit_event e join audit_text t on t.event_id = e.id;
--> statement-breakpoint
-- Whose rows there are is asked once for a query, and not for each event that is looked at.
do $$
declare
  one text;
begin
  foreach one in array array['audit_event', 'audit_text'] loop
    execute format('alter policy own_customers on %I using
      (customer_id = any((select my_customers())::uuid[])
        or customer_id is null and the_maker() = any((select my_customers())::uuid[]))', one);
  end loop;
  foreach one in array array['audit_leaf', 'audit_node', 'audit_tree', 'audit_checkpoint'] loop
    execute format('alter policy own_customers on %I using (tree = any((select my_customers())::uuid[]))', one);
  end loop;
end $$;
