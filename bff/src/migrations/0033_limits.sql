CREATE TABLE "limit_reached" (
	"key" text PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"since" bigint NOT NULL
);
--> statement-breakpoint
revoke insert, update, delete, truncate, references, trigger on "limit_reached" from gatehouse_app;
--> statement-breakpoint
grant insert, delete on "limit_reached" to gatehouse_house;
--> statement-breakpoint
create policy own_customers on "limit_reached" for select to gatehouse_app using (customer_id = any((select my_customers())::uuid[]));
--> statement-breakpoint
create policy the_house on "limit_reached" for all to gatehouse_house using (true) with check (true);
--> statement-breakpoint
alter table "limit_reached" enable row level security;
