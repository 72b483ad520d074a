-- An export is its person's, and seen behind the wall of his customer; that of the maker's people behind the maker's.
create policy own_customers on "audit_export" for all to gatehouse_app
  using (exists (select 1 from person as parent where parent.id = person_id and parent.tenant = any((select my_customers())::uuid[])))
  with check (exists (select 1 from person as parent where parent.id = person_id and parent.tenant = any((select my_customers())::uuid[])));
--> statement-breakpoint
create policy the_house on "audit_export" for all to gatehouse_house using (true) with check (true);
--> statement-breakpoint
alter table "audit_export" enable row level security;
--> statement-breakpoint
-- What was asked for, by whom and why stays as it was asked.
revoke update, truncate, references, trigger on "audit_export" from gatehouse_app;
--> statement-breakpoint
grant update ("state", "finished_at") on "audit_export" to gatehouse_app;
--> statement-breakpoint
grant update ("state", "done", "total", "tries", "error", "bytes", "sha256", "file_name", "finished_at", "expires_at",
  "devices", "customers") on "audit_export" to gatehouse_house;
