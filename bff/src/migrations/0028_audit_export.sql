CREATE TABLE "audit_export" (
	"id" uuid PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"format" text NOT NULL,
	"filter" jsonb NOT NULL,
	"words" text NOT NULL,
	"zone" text NOT NULL,
	"reason" text NOT NULL,
	"about" jsonb NOT NULL,
	"tree" uuid,
	"since" jsonb,
	"state" text NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"total" integer,
	"tries" integer DEFAULT 0 NOT NULL,
	"error" text,
	"bytes" bigint,
	"sha256" text,
	"file_name" text,
	"asked_at" bigint NOT NULL,
	"finished_at" bigint,
	"expires_at" bigint,
	"devices" uuid[],
	"customers" uuid[],
	CONSTRAINT "audit_export_state" CHECK ("audit_export"."state" in ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')),
	CONSTRAINT "audit_export_format" CHECK ("audit_export"."format" in ('csv', 'jsonl', 'bundle'))
);
--> statement-breakpoint
ALTER TABLE "audit_export" ADD CONSTRAINT "audit_export_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_export_person" ON "audit_export" USING btree ("person_id","id");--> statement-breakpoint
CREATE INDEX "audit_export_waiting" ON "audit_export" USING btree ("id") WHERE "audit_export"."state" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "audit_export_end" ON "audit_export" USING btree ("expires_at") WHERE "audit_export"."state" = 'done';