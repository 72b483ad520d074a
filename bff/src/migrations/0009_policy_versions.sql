CREATE TABLE "policy_version" (
	"customer_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"changed_at" bigint NOT NULL,
	"changed_by" uuid NOT NULL,
	"changed_by_name" text NOT NULL,
	"level" text NOT NULL,
	"level_id" uuid NOT NULL,
	"level_name" text NOT NULL,
	"before" jsonb NOT NULL,
	"after" jsonb NOT NULL,
	CONSTRAINT "policy_version_customer_id_version_pk" PRIMARY KEY("customer_id","version")
);
--> statement-breakpoint
ALTER TABLE "session" ADD COLUMN "ends_for" text DEFAULT 'approval_ended' NOT NULL;--> statement-breakpoint
ALTER TABLE "policy_version" ADD CONSTRAINT "policy_version_customer_id_policy_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."policy"("customer_id") ON DELETE no action ON UPDATE no action;