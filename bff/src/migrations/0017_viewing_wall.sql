-- Who looks at Gatehouse as whom is seen, where walls stand, by the customer whose person it is.
create policy own_customers on "viewing" for all to gatehouse_app
  using (customer_id = any(my_customers())) with check (customer_id = any(my_customers()));
--> statement-breakpoint
create policy the_house on "viewing" for all to gatehouse_house using (true) with check (true);
--> statement-breakpoint
alter table "viewing" enable row level security;
