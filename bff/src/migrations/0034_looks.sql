CREATE TABLE "look_purpose" (
	"id" uuid PRIMARY KEY NOT NULL,
	"sign_in_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"device_id" uuid,
	"purpose" text NOT NULL,
	"stated_at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "alarm_occurrence" ADD COLUMN "seq" bigint;--> statement-breakpoint
ALTER TABLE "look_purpose" ADD CONSTRAINT "look_purpose_sign_in_id_sign_in_handle_fk" FOREIGN KEY ("sign_in_id") REFERENCES "public"."sign_in"("handle") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "look_purpose" ADD CONSTRAINT "look_purpose_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "look_purpose" ADD CONSTRAINT "look_purpose_device" FOREIGN KEY ("customer_id","device_id") REFERENCES "public"."device"("customer_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "look_purpose_of" ON "look_purpose" USING btree ("sign_in_id","customer_id","id");--> statement-breakpoint
create policy own_customers on "look_purpose" for all to gatehouse_app
  using (customer_id = any((select my_customers())::uuid[])) with check (customer_id = any((select my_customers())::uuid[]));
--> statement-breakpoint
create policy the_house on "look_purpose" for all to gatehouse_house using (true) with check (true);
--> statement-breakpoint
alter table "look_purpose" enable row level security;
