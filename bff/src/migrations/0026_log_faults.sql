CREATE TABLE "audit_check" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tree" uuid NOT NULL,
	"asked_at" bigint NOT NULL,
	"asked_by" uuid,
	"begun_at" bigint,
	"heard_at" bigint,
	"ended_at" bigint,
	"done" bigint DEFAULT 0 NOT NULL,
	"size" bigint,
	"root" text,
	"compared_size" bigint,
	"faults" bigint,
	"failed" text
);
--> statement-breakpoint
CREATE TABLE "audit_explanation" (
	"fault_id" uuid NOT NULL,
	"tree" uuid NOT NULL,
	"side" text NOT NULL,
	"at" bigint NOT NULL,
	"person_id" uuid NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "audit_explanation_fault_id_side_pk" PRIMARY KEY("fault_id","side")
);
--> statement-breakpoint
CREATE TABLE "audit_fault" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tree" uuid NOT NULL,
	"seq" bigint,
	"kind" text NOT NULL,
	"says" text NOT NULL,
	"found_by" text NOT NULL,
	"device_id" uuid,
	"first_at" bigint NOT NULL,
	"last_at" bigint NOT NULL,
	"told_at" bigint,
	CONSTRAINT "audit_fault_once" UNIQUE NULLS NOT DISTINCT("tree","seq","kind"),
	CONSTRAINT "audit_fault_of_tree" UNIQUE("tree","id")
);
--> statement-breakpoint
ALTER TABLE "audit_explanation" ADD CONSTRAINT "audit_explanation_tree_fault_id_audit_fault_tree_id_fk" FOREIGN KEY ("tree","fault_id") REFERENCES "public"."audit_fault"("tree","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "audit_check_one" ON "audit_check" USING btree ("tree") WHERE "audit_check"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "audit_check_newest" ON "audit_check" USING btree ("tree","asked_at");