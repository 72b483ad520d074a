insert into "request_move" values ('waiting', 'partly_approved'),
  ('partly_approved', 'approved'), ('partly_approved', 'denied'), ('partly_approved', 'withdrawn'),
  ('partly_approved', 'expired_unanswered');
--> statement-breakpoint
-- Both are a customer's, and behind its wall.
create policy own_customers on "request_consent" for all to gatehouse_app
  using (customer_id = any(my_customers())) with check (customer_id = any(my_customers()));
--> statement-breakpoint
create policy own_customers on "request_step" for all to gatehouse_app
  using (customer_id = any(my_customers())) with check (customer_id = any(my_customers()));
--> statement-breakpoint
create policy the_house on "request_consent" for all to gatehouse_house using (true) with check (true);
--> statement-breakpoint
create policy the_house on "request_step" for all to gatehouse_house using (true) with check (true);
--> statement-breakpoint
alter table "request_consent" enable row level security;
--> statement-breakpoint
alter table "request_step" enable row level security;
--> statement-breakpoint
-- What somebody has said yes to stays as he said it; whoever was told stays told.
revoke update, delete, truncate, references, trigger on "request_consent" from gatehouse_app;
--> statement-breakpoint
revoke delete, truncate, references, trigger on "request_step" from gatehouse_app;
