CREATE TABLE "security_report" (
	"id" uuid PRIMARY KEY NOT NULL,
	"number" text NOT NULL,
	"key_hash" text NOT NULL,
	"kind" text NOT NULL,
	"severity" text NOT NULL,
	"title" text NOT NULL,
	"place" text NOT NULL,
	"details" text NOT NULL,
	"reporter_id" uuid,
	"reporter_name" text,
	"reporter_company" text,
	"reporter_email" text,
	"received_at" bigint NOT NULL,
	"answer_before" bigint NOT NULL,
	"state" text NOT NULL,
	"overdue_told_at" bigint,
	"closed_at" bigint,
	"closed_by_name" text,
	"close_reason" text,
	CONSTRAINT "security_report_number_unique" UNIQUE("number"),
	CONSTRAINT "security_report_kind" CHECK ("security_report"."kind" in ('vulnerability', 'breach')),
	CONSTRAINT "security_report_severity" CHECK ("security_report"."severity" in ('unknown', 'low', 'medium', 'high', 'critical')),
	CONSTRAINT "security_report_closed" CHECK (("security_report"."state" = 'closed') = ("security_report"."closed_at" is not null and "security_report"."closed_by_name" is not null and "security_report"."close_reason" is not null))
);
--> statement-breakpoint
CREATE TABLE "security_report_answer" (
	"id" uuid PRIMARY KEY NOT NULL,
	"report_id" uuid NOT NULL,
	"at" bigint NOT NULL,
	"by_id" uuid NOT NULL,
	"by_name" text NOT NULL,
	"text" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "security_report_try" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"source" text NOT NULL,
	"what" text NOT NULL,
	CONSTRAINT "security_report_try_what" CHECK ("security_report_try"."what" in ('report', 'lookup'))
);
--> statement-breakpoint
CREATE TABLE "security_report_year" (
	"year" integer PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "security_report" ADD CONSTRAINT "security_report_reporter_id_person_id_fk" FOREIGN KEY ("reporter_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "security_report_answer" ADD CONSTRAINT "security_report_answer_report_id_security_report_id_fk" FOREIGN KEY ("report_id") REFERENCES "public"."security_report"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "security_report_answer" ADD CONSTRAINT "security_report_answer_by_id_person_id_fk" FOREIGN KEY ("by_id") REFERENCES "public"."person"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "security_report_state" ON "security_report" USING btree ("state","answer_before");--> statement-breakpoint
CREATE INDEX "security_report_email" ON "security_report" USING btree (lower("reporter_email"),"received_at");--> statement-breakpoint
CREATE INDEX "security_report_answer_report" ON "security_report_answer" USING btree ("report_id","id");--> statement-breakpoint
CREATE INDEX "security_report_try_source" ON "security_report_try" USING btree ("source","what","at");