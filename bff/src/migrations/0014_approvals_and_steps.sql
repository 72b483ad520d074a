CREATE TABLE "request_consent" (
	"request_id" uuid NOT NULL,
	"customer_id" uuid NOT NULL,
	"technician_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"person_name" text NOT NULL,
	"at" bigint NOT NULL,
	"question" text NOT NULL,
	"shown" text NOT NULL,
	"activities" text[] NOT NULL,
	"minutes" integer NOT NULL,
	"not_before" bigint,
	"use_before" bigint,
	"comment" text NOT NULL,
	CONSTRAINT "request_consent_request_id_person_id_question_pk" PRIMARY KEY("request_id","person_id","question"),
	CONSTRAINT "request_consent_not_own" CHECK ("request_consent"."person_id" <> "request_consent"."technician_id")
);
--> statement-breakpoint
CREATE TABLE "request_step" (
	"request_id" uuid NOT NULL,
	"step" integer NOT NULL,
	"customer_id" uuid NOT NULL,
	"who" uuid[] NOT NULL,
	"names" text[] NOT NULL,
	"due_at" bigint NOT NULL,
	"told_at" bigint,
	"told_ids" uuid[],
	"told_names" text[],
	"left_out" text[],
	CONSTRAINT "request_step_request_id_step_pk" PRIMARY KEY("request_id","step")
);
--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "watcher_due" bigint;--> statement-breakpoint
ALTER TABLE "request_consent" ADD CONSTRAINT "request_consent_customer_id_request_id_request_customer_id_id_fk" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."request"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_consent" ADD CONSTRAINT "request_consent_customer_id_person_id_person_customer_id_id_fk" FOREIGN KEY ("customer_id","person_id") REFERENCES "public"."person"("customer_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "request_step" ADD CONSTRAINT "request_step_customer_id_request_id_request_customer_id_id_fk" FOREIGN KEY ("customer_id","request_id") REFERENCES "public"."request"("customer_id","id") ON DELETE no action ON UPDATE no action;