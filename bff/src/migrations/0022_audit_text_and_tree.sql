CREATE TABLE "audit_checkpoint" (
	"tree" uuid NOT NULL,
	"size" bigint NOT NULL,
	"note" text NOT NULL,
	"at" bigint NOT NULL,
	CONSTRAINT "audit_checkpoint_tree_size_pk" PRIMARY KEY("tree","size")
);
--> statement-breakpoint
CREATE TABLE "audit_leaf" (
	"tree" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"device_id" uuid,
	"device_seq" bigint,
	CONSTRAINT "audit_leaf_tree_seq_pk" PRIMARY KEY("tree","seq"),
	CONSTRAINT "audit_leaf_event" UNIQUE("event_id"),
	CONSTRAINT "audit_leaf_device" UNIQUE("tree","device_id","device_seq")
);
--> statement-breakpoint
CREATE TABLE "audit_node" (
	"tree" uuid NOT NULL,
	"level" integer NOT NULL,
	"index" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_node_tree_level_index_pk" PRIMARY KEY("tree","level","index")
);
--> statement-breakpoint
CREATE TABLE "audit_text" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"actor_name" text NOT NULL,
	"from_address" text,
	"fields" jsonb NOT NULL,
	"openings" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_tree" (
	"tree" uuid PRIMARY KEY NOT NULL,
	"size" bigint NOT NULL,
	"changed_at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_leaf" ADD CONSTRAINT "audit_leaf_event_id_audit_event_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."audit_event"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_text" ADD CONSTRAINT "audit_text_event_id_audit_event_id_fk" FOREIGN KEY ("event_id") REFERENCES "public"."audit_event"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_event_actor" ON "audit_event" USING btree ("actor_id","id");--> statement-breakpoint
INSERT INTO "audit_text" ("event_id", "customer_id", "actor_name", "from_address", "fields", "openings")
  SELECT "id", "customer_id", "actor_name", "from_address", "fields", '{}' FROM "audit_event";--> statement-breakpoint
ALTER TABLE "audit_event" DROP COLUMN "actor_name";--> statement-breakpoint
ALTER TABLE "audit_event" DROP COLUMN "from_address";--> statement-breakpoint
ALTER TABLE "audit_event" DROP COLUMN "fields";