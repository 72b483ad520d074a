create or replace view "audit_line" with (security_invoker = true) as
  select e.id, e.at, e.event, e.outcome, e.actor_kind, e.actor_id, t.actor_name, e.actor_company, e.customer_id,
    e.customer_name, e.device_id, e.device_name, e.request_id, e.session_id, e.approval_id, t.from_address, t.fields,
    e.canonical, e.site_id, e.person_id, e.claimed_at
  from audit_event e join audit_text t on t.event_id = e.id;
