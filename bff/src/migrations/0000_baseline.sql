CREATE TABLE "audit_event" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"event" text NOT NULL,
	"outcome" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" uuid,
	"actor_name" text NOT NULL,
	"actor_company" text NOT NULL,
	"customer_id" uuid,
	"customer_name" text,
	"device_id" uuid,
	"device_name" text,
	"request_id" uuid,
	"session_id" uuid,
	"approval_id" uuid,
	"from_address" text,
	"fields" jsonb NOT NULL,
	"canonical" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_pending" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid
);
--> statement-breakpoint
CREATE TABLE "outbox_mail" (
	"id" uuid PRIMARY KEY NOT NULL,
	"to" text NOT NULL,
	"subject" text NOT NULL,
	"text" text NOT NULL,
	"queued_at" bigint NOT NULL,
	"sent_at" bigint,
	"tries" integer DEFAULT 0 NOT NULL,
	"next_try_at" bigint NOT NULL,
	"last_error" text
);
--> statement-breakpoint
CREATE TABLE "action" (
	"id" uuid PRIMARY KEY NOT NULL,
	"device_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"action" text NOT NULL,
	"input" jsonb NOT NULL,
	"state" text NOT NULL,
	"because" text,
	"requested_by" uuid NOT NULL,
	"requested_by_name" text NOT NULL,
	"approval_id" uuid,
	"queued_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"delivered_at" bigint,
	"ended_at" bigint,
	"result" jsonb,
	"proof" text
);
--> statement-breakpoint
CREATE TABLE "alarm" (
	"id" uuid PRIMARY KEY NOT NULL,
	"device_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"code" text NOT NULL,
	"severity" text NOT NULL,
	"message" text NOT NULL,
	"source" text NOT NULL,
	"raised_at" bigint NOT NULL,
	"last_at" bigint NOT NULL,
	"occurrences" integer DEFAULT 1 NOT NULL,
	"cleared_at" bigint,
	"acknowledged_at" bigint,
	"acknowledged_by" text,
	"note" text
);
--> statement-breakpoint
CREATE TABLE "alarm_occurrence" (
	"id" uuid PRIMARY KEY NOT NULL,
	"alarm_id" uuid NOT NULL,
	"at" bigint NOT NULL,
	"message" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "customer" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "customer_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "site" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"name" text NOT NULL,
	"zone" text NOT NULL,
	"address" text DEFAULT '' NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "site_of_customer" UNIQUE("customer_id","id"),
	CONSTRAINT "site_name" UNIQUE("customer_id","name")
);
--> statement-breakpoint
CREATE TABLE "device" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"site_id" uuid NOT NULL,
	"model_id" uuid NOT NULL,
	"name" text NOT NULL,
	"serial" text NOT NULL,
	"tags" text[] DEFAULT '{}'::text[] NOT NULL,
	"state" text NOT NULL,
	"public_key" text,
	"enrolled_at" bigint,
	"created_at" bigint NOT NULL,
	"removed_at" bigint,
	"epoch" integer DEFAULT 0 NOT NULL,
	"orders_version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "device_of_customer" UNIQUE("customer_id","id"),
	CONSTRAINT "device_state" CHECK ("device"."state" in ('awaiting_enrolment', 'active', 'revoked'))
);
--> statement-breakpoint
CREATE TABLE "device_link" (
	"device_id" uuid PRIMARY KEY NOT NULL,
	"connected" boolean DEFAULT false NOT NULL,
	"transport" text,
	"connection_id" uuid,
	"last_heard_at" bigint,
	"last_seq" bigint DEFAULT 0 NOT NULL,
	"agent_version" text,
	"platform" text,
	"boot_id" uuid,
	"orders_held" integer DEFAULT 0 NOT NULL,
	"undeclared_dropped" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "enrolment_code" (
	"id" uuid PRIMARY KEY NOT NULL,
	"device_id" uuid NOT NULL,
	"code_hash" text NOT NULL,
	"issued_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"used_at" bigint,
	CONSTRAINT "enrolment_code_code_hash_unique" UNIQUE("code_hash")
);
--> statement-breakpoint
CREATE TABLE "model" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"maker" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"declaration" jsonb NOT NULL,
	CONSTRAINT "model_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "assertion_used" (
	"device_id" uuid NOT NULL,
	"jti" text NOT NULL,
	"expires_at" bigint NOT NULL,
	CONSTRAINT "assertion_used_device_id_jti_pk" PRIMARY KEY("device_id","jti")
);
--> statement-breakpoint
CREATE TABLE "enrolment_try" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"from_address" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "group" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"name" text NOT NULL,
	CONSTRAINT "group_name" UNIQUE NULLS NOT DISTINCT("customer_id","name")
);
--> statement-breakpoint
CREATE TABLE "group_grant" (
	"id" uuid PRIMARY KEY NOT NULL,
	"group_id" uuid NOT NULL,
	"activities" text[] NOT NULL,
	"scope_kind" text NOT NULL,
	"scope_ids" uuid[] DEFAULT '{}'::uuid[] NOT NULL,
	"scope_tags" text[] DEFAULT '{}'::text[] NOT NULL,
	CONSTRAINT "group_grant_scope" CHECK ("group_grant"."scope_kind" in ('all', 'customers', 'sites', 'models', 'devices', 'tags'))
);
--> statement-breakpoint
CREATE TABLE "group_member" (
	"group_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	CONSTRAINT "group_member_group_id_person_id_pk" PRIMARY KEY("group_id","person_id")
);
--> statement-breakpoint
CREATE TABLE "forgotten_try" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"account_hash" text NOT NULL,
	"source" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"password_hash" text NOT NULL,
	"password_changed_at" bigint NOT NULL,
	"password_due" boolean DEFAULT false NOT NULL,
	"disabled_at" bigint,
	"removed_at" bigint,
	"invited_at" bigint,
	"created_at" bigint NOT NULL,
	"last_sign_in_at" bigint,
	"last_sign_in_from" text,
	"last_sign_in_method" text,
	"previous_sign_in_at" bigint,
	"previous_sign_in_from" text,
	"previous_sign_in_method" text,
	"last_failure_at" bigint,
	"last_failure_from" text,
	"last_failure_method" text
);
--> statement-breakpoint
CREATE TABLE "person_token" (
	"person_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"token_hash" text NOT NULL,
	"email" text NOT NULL,
	"made_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"used_at" bigint,
	CONSTRAINT "person_token_person_id_purpose_pk" PRIMARY KEY("person_id","purpose"),
	CONSTRAINT "person_token_purpose" CHECK ("person_token"."purpose" in ('invite', 'reset', 'forgotten', 'address'))
);
--> statement-breakpoint
CREATE TABLE "policy" (
	"customer_id" uuid PRIMARY KEY NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"changed_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policy_level" (
	"customer_id" uuid NOT NULL,
	"level" text NOT NULL,
	"level_id" uuid NOT NULL,
	"rules" jsonb NOT NULL,
	CONSTRAINT "policy_level_customer_id_level_level_id_pk" PRIMARY KEY("customer_id","level","level_id")
);
--> statement-breakpoint
CREATE TABLE "recording" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"started_at" bigint NOT NULL,
	"columns" integer NOT NULL,
	"rows" integer NOT NULL,
	"failed" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recording_part" (
	"session_id" uuid NOT NULL,
	"part" integer NOT NULL,
	"bytes" integer NOT NULL,
	"up_to" bigint NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "recording_part_session_id_part_pk" PRIMARY KEY("session_id","part")
);
--> statement-breakpoint
CREATE TABLE "approval" (
	"id" uuid PRIMARY KEY NOT NULL,
	"request_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"technician_id" uuid NOT NULL,
	"activities" text[] NOT NULL,
	"not_before" bigint NOT NULL,
	"use_before" bigint NOT NULL,
	"minutes" integer NOT NULL,
	"started_at" bigint,
	"ends_at" bigint,
	"revoked_at" bigint,
	"revoked_by_name" text,
	"revoked_comment" text,
	"session_id" uuid,
	CONSTRAINT "approval_request_id_unique" UNIQUE("request_id"),
	CONSTRAINT "approval_session_id_unique" UNIQUE("session_id"),
	CONSTRAINT "approval_of_customer" UNIQUE("customer_id","id")
);
--> statement-breakpoint
CREATE TABLE "request" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"technician_id" uuid NOT NULL,
	"technician_name" text NOT NULL,
	"activities" text[] NOT NULL,
	"reason" text NOT NULL,
	"case_number" text NOT NULL,
	"wanted_start" bigint NOT NULL,
	"minutes" integer NOT NULL,
	"made_at" bigint NOT NULL,
	"answer_before" bigint NOT NULL,
	"hash" text NOT NULL,
	"state" text NOT NULL,
	"decided_by" uuid,
	"decided_by_name" text,
	"decided_at" bigint,
	"comment" text,
	CONSTRAINT "request_of_customer" UNIQUE("customer_id","id"),
	CONSTRAINT "request_not_own" CHECK ("request"."decided_by" is null or "request"."decided_by" <> "request"."technician_id")
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"approval_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"technician_id" uuid NOT NULL,
	"technician_name" text NOT NULL,
	"sign_in_id" text NOT NULL,
	"activities" text[] NOT NULL,
	"epoch" integer NOT NULL,
	"state" text NOT NULL,
	"cause" text,
	"ended_by_name" text,
	"opened_at" bigint NOT NULL,
	"live_at" bigint,
	"ends_at" bigint NOT NULL,
	"ended_at" bigint,
	"lease_until" bigint NOT NULL,
	CONSTRAINT "session_approval_id_unique" UNIQUE("approval_id"),
	CONSTRAINT "session_cause" CHECK (("session"."state" = 'ended') = ("session"."cause" is not null))
);
--> statement-breakpoint
CREATE TABLE "stream_ticket" (
	"hash" text PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"sign_in_id" text NOT NULL,
	"channel" text NOT NULL,
	"direction" text NOT NULL,
	"expires_at" bigint NOT NULL,
	"used_at" bigint
);
--> statement-breakpoint
CREATE TABLE "failure_notice" (
	"person_id" uuid PRIMARY KEY NOT NULL,
	"told_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "password_history" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"password_hash" text NOT NULL,
	"retired_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "password_reminder" (
	"person_id" uuid NOT NULL,
	"password_changed_at" bigint NOT NULL,
	"days" integer NOT NULL,
	"sent_at" bigint NOT NULL,
	CONSTRAINT "password_reminder_person_id_password_changed_at_days_pk" PRIMARY KEY("person_id","password_changed_at","days")
);
--> statement-breakpoint
CREATE TABLE "sign_in" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"started_at" bigint NOT NULL,
	"last_gesture_at" bigint NOT NULL,
	"from_address" text NOT NULL,
	"user_agent" text NOT NULL,
	"method" text DEFAULT 'password' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sign_in_try" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"account_hash" text NOT NULL,
	"from_address" text NOT NULL,
	"outcome" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "current_value" (
	"device_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"key" text NOT NULL,
	"value" jsonb NOT NULL,
	"at" bigint NOT NULL,
	"received_at" bigint NOT NULL,
	"seq" bigint NOT NULL,
	CONSTRAINT "current_value_device_id_key_pk" PRIMARY KEY("device_id","key")
);
--> statement-breakpoint
CREATE TABLE "sample" (
	"device_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"key" text NOT NULL,
	"at" bigint NOT NULL,
	"value" double precision NOT NULL,
	"received_at" bigint NOT NULL,
	"seq" bigint NOT NULL,
	CONSTRAINT "sample_device_id_key_at_pk" PRIMARY KEY("device_id","key","at")
);
--> statement-breakpoint
CREATE TABLE "undeclared_item" (
	"device_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"key" text NOT NULL,
	"first_at" bigint NOT NULL,
	CONSTRAINT "undeclared_item_device_id_key_pk" PRIMARY KEY("device_id","key")
);
--> statement-breakpoint
ALTER TABLE "action" ADD CONSTRAINT "action_requested_by_person_id_fk" FOREIGN KEY ("requested_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "action" ADD CONSTRAINT "action_customer_id_device_id_device_customer_id_id_fk" FOREIGN KEY ("customer_id","device_id") REFERENCES "public"."device"("customer_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alarm" ADD CONSTRAINT "alarm_customer_id_device_id_device_customer_id_id_fk" FOREIGN KEY ("customer_id","device_id") REFERENCES "public"."device"("customer_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alarm_occurrence" ADD CONSTRAINT "alarm_occurrence_alarm_id_alarm_id_fk" FOREIGN KEY ("alarm_id") REFERENCES "public"."alarm"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "site" ADD CONSTRAINT "site_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device" ADD CONSTRAINT "device_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device" ADD CONSTRAINT "device_model_id_model_id_fk" FOREIGN KEY ("model_id") REFERENCES "public"."model"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device" ADD CONSTRAINT "device_customer_id_site_id_site_customer_id_id_fk" FOREIGN KEY ("customer_id","site_id") REFERENCES "public"."site"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device_link" ADD CONSTRAINT "device_link_device_id_device_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."device"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrolment_code" ADD CONSTRAINT "enrolment_code_device_id_device_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."device"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group" ADD CONSTRAINT "group_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_grant" ADD CONSTRAINT "group_grant_group_id_group_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."group"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_group_id_group_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."group"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_member" ADD CONSTRAINT "group_member_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person" ADD CONSTRAINT "person_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "person_token" ADD CONSTRAINT "person_token_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy" ADD CONSTRAINT "policy_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_level" ADD CONSTRAINT "policy_level_customer_id_policy_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."policy"("customer_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording" ADD CONSTRAINT "recording_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_part" ADD CONSTRAINT "recording_part_session_id_recording_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."recording"("session_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval" ADD CONSTRAINT "approval_technician_id_person_id_fk" FOREIGN KEY ("technician_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval" ADD CONSTRAINT "approval_customer_id_request_id_request_customer_id_id_fk" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."request"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "approval" ADD CONSTRAINT "approval_customer_id_device_id_device_customer_id_id_fk" FOREIGN KEY ("customer_id","device_id") REFERENCES "public"."device"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request" ADD CONSTRAINT "request_technician_id_person_id_fk" FOREIGN KEY ("technician_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request" ADD CONSTRAINT "request_decided_by_person_id_fk" FOREIGN KEY ("decided_by") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request" ADD CONSTRAINT "request_customer_id_device_id_device_customer_id_id_fk" FOREIGN KEY ("customer_id","device_id") REFERENCES "public"."device"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_technician_id_person_id_fk" FOREIGN KEY ("technician_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_customer_id_device_id_device_customer_id_id_fk" FOREIGN KEY ("customer_id","device_id") REFERENCES "public"."device"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_customer_id_approval_id_approval_customer_id_id_fk" FOREIGN KEY ("customer_id","approval_id") REFERENCES "public"."approval"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stream_ticket" ADD CONSTRAINT "stream_ticket_session_id_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."session"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "failure_notice" ADD CONSTRAINT "failure_notice_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "password_history" ADD CONSTRAINT "password_history_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "password_reminder" ADD CONSTRAINT "password_reminder_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_in" ADD CONSTRAINT "sign_in_user_id_person_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "current_value" ADD CONSTRAINT "current_value_customer_id_device_id_device_customer_id_id_fk" FOREIGN KEY ("customer_id","device_id") REFERENCES "public"."device"("customer_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "undeclared_item" ADD CONSTRAINT "undeclared_item_customer_id_device_id_device_customer_id_id_fk" FOREIGN KEY ("customer_id","device_id") REFERENCES "public"."device"("customer_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_event_device" ON "audit_event" USING btree ("device_id","id");--> statement-breakpoint
CREATE INDEX "audit_event_customer" ON "audit_event" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "audit_event_session" ON "audit_event" USING btree ("session_id","id");--> statement-breakpoint
CREATE INDEX "audit_event_request" ON "audit_event" USING btree ("request_id","id");--> statement-breakpoint
CREATE INDEX "outbox_mail_due" ON "outbox_mail" USING btree ("sent_at","next_try_at");--> statement-breakpoint
CREATE INDEX "action_device" ON "action" USING btree ("device_id","id");--> statement-breakpoint
CREATE INDEX "action_state" ON "action" USING btree ("state","expires_at");--> statement-breakpoint
CREATE INDEX "action_open" ON "action" USING btree ("device_id") WHERE "action"."state" in ('queued', 'delivered');--> statement-breakpoint
CREATE UNIQUE INDEX "alarm_one_open" ON "alarm" USING btree ("device_id","code") WHERE "alarm"."cleared_at" is null;--> statement-breakpoint
CREATE INDEX "alarm_device" ON "alarm" USING btree ("device_id","id");--> statement-breakpoint
CREATE INDEX "alarm_customer" ON "alarm" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "alarm_occurrence_alarm" ON "alarm_occurrence" USING btree ("alarm_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "device_serial" ON "device" USING btree ("customer_id","model_id","serial") WHERE "device"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "device_by_name" ON "device" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "device_by_customer" ON "device" USING btree ("customer_id","name","id");--> statement-breakpoint
CREATE INDEX "device_by_site" ON "device" USING btree ("site_id","name","id");--> statement-breakpoint
CREATE INDEX "device_by_model" ON "device" USING btree ("model_id","name","id");--> statement-breakpoint
CREATE INDEX "enrolment_code_device" ON "enrolment_code" USING btree ("device_id");--> statement-breakpoint
CREATE INDEX "assertion_used_expiry" ON "assertion_used" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "enrolment_try_from" ON "enrolment_try" USING btree ("from_address","at");--> statement-breakpoint
CREATE INDEX "group_grant_group" ON "group_grant" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "group_member_person" ON "group_member" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "forgotten_try_account" ON "forgotten_try" USING btree ("account_hash","at");--> statement-breakpoint
CREATE INDEX "forgotten_try_source" ON "forgotten_try" USING btree ("source","at");--> statement-breakpoint
CREATE UNIQUE INDEX "person_email" ON "person" USING btree (lower("email")) WHERE "person"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "person_customer" ON "person" USING btree ("customer_id","name","id");--> statement-breakpoint
CREATE UNIQUE INDEX "person_token_hash" ON "person_token" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "approval_device" ON "approval" USING btree ("device_id","technician_id");--> statement-breakpoint
CREATE INDEX "request_device" ON "request" USING btree ("device_id","id");--> statement-breakpoint
CREATE INDEX "request_customer" ON "request" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "request_technician" ON "request" USING btree ("technician_id","id");--> statement-breakpoint
CREATE INDEX "request_state" ON "request" USING btree ("state","answer_before");--> statement-breakpoint
CREATE UNIQUE INDEX "session_one_per_device" ON "session" USING btree ("device_id") WHERE "session"."state" <> 'ended';--> statement-breakpoint
CREATE INDEX "session_device" ON "session" USING btree ("device_id","id");--> statement-breakpoint
CREATE INDEX "session_customer" ON "session" USING btree ("customer_id","id");--> statement-breakpoint
CREATE INDEX "password_history_person" ON "password_history" USING btree ("person_id","retired_at");--> statement-breakpoint
CREATE INDEX "sign_in_user" ON "sign_in" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sign_in_try_account" ON "sign_in_try" USING btree ("account_hash","at");--> statement-breakpoint
CREATE INDEX "sign_in_try_from" ON "sign_in_try" USING btree ("from_address","at");