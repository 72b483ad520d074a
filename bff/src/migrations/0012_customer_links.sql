ALTER TABLE "group_member" DROP CONSTRAINT "group_member_group_id_group_id_fk";
--> statement-breakpoint
ALTER TABLE "group_member" DROP CONSTRAINT "group_member_person_id_person_id_fk";
--> statement-breakpoint
ALTER TABLE "recording" DROP CONSTRAINT "recording_session_id_session_id_fk";
--> statement-breakpoint
ALTER TABLE "request" DROP CONSTRAINT "request_decided_by_person_id_fk";
--> statement-breakpoint
DROP INDEX "request_customer";
--> statement-breakpoint
DROP INDEX "session_customer";
--> statement-breakpoint
ALTER TABLE "group" ADD COLUMN "tenant" uuid GENERATED ALWAYS AS (coalesce(customer_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED NOT NULL;
--> statement-breakpoint
ALTER TABLE "group_member" ADD COLUMN "tenant" uuid DEFAULT '00000000-0000-0000-0000-000000000000' NOT NULL;
--> statement-breakpoint
ALTER TABLE "network_list" ADD COLUMN "tenant" uuid GENERATED ALWAYS AS (coalesce(customer_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED NOT NULL;
--> statement-breakpoint
ALTER TABLE "person" ADD COLUMN "tenant" uuid GENERATED ALWAYS AS (coalesce(customer_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED NOT NULL;
--> statement-breakpoint
ALTER TABLE "policy_level" ADD COLUMN "site_id" uuid GENERATED ALWAYS AS (case when level = 'site' then level_id end) STORED;
--> statement-breakpoint
ALTER TABLE "policy_level" ADD COLUMN "device_id" uuid GENERATED ALWAYS AS (case when level = 'device' then level_id end) STORED;
--> statement-breakpoint
UPDATE "group_member" SET "tenant" = "group"."tenant" FROM "group" WHERE "group"."id" = "group_member"."group_id";
--> statement-breakpoint
ALTER TABLE "group" ADD CONSTRAINT "group_of_tenant" UNIQUE("tenant","id");
--> statement-breakpoint
ALTER TABLE "person" ADD CONSTRAINT "person_of_customer" UNIQUE("customer_id","id");
--> statement-breakpoint
ALTER TABLE "person" ADD CONSTRAINT "person_of_tenant" UNIQUE("tenant","id");
--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_of_customer" UNIQUE("customer_id","id");
--> statement-breakpoint
ALTER TABLE "action" ADD CONSTRAINT "action_customer_id_approval_id_approval_customer_id_id_fk" FOREIGN KEY ("customer_id","approval_id") REFERENCES "public"."approval"("customer_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_tenant_group_id_group_tenant_id_fk" FOREIGN KEY ("tenant","group_id") REFERENCES "public"."group"("tenant","id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_tenant_person_id_person_tenant_id_fk" FOREIGN KEY ("tenant","person_id") REFERENCES "public"."person"("tenant","id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "policy_level" ADD CONSTRAINT "policy_level_customer_id_site_id_site_customer_id_id_fk" FOREIGN KEY ("customer_id","site_id") REFERENCES "public"."site"("customer_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "policy_level" ADD CONSTRAINT "policy_level_customer_id_device_id_device_customer_id_id_fk" FOREIGN KEY ("customer_id","device_id") REFERENCES "public"."device"("customer_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "recording" ADD CONSTRAINT "recording_customer_id_session_id_session_customer_id_id_fk" FOREIGN KEY ("customer_id","session_id") REFERENCES "public"."session"("customer_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "request" ADD CONSTRAINT "request_customer_id_decided_by_person_customer_id_id_fk" FOREIGN KEY ("customer_id","decided_by") REFERENCES "public"."person"("customer_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_customer_id_request_id_request_customer_id_id_fk" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."request"("customer_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "policy_level" ADD CONSTRAINT "policy_level_own" CHECK ("policy_level"."level" <> 'customer' or "policy_level"."level_id" = "policy_level"."customer_id");
