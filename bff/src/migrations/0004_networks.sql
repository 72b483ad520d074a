CREATE TABLE "network_entry" (
	"list_id" uuid NOT NULL,
	"cidr" "cidr" NOT NULL,
	"note" text NOT NULL,
	"added_by_name" text NOT NULL,
	"added_at" bigint NOT NULL,
	CONSTRAINT "network_entry_list_id_cidr_pk" PRIMARY KEY("list_id","cidr")
);
--> statement-breakpoint
CREATE TABLE "network_list" (
	"id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid,
	"version" integer NOT NULL,
	CONSTRAINT "network_list_customer" UNIQUE NULLS NOT DISTINCT("customer_id")
);
--> statement-breakpoint
ALTER TABLE "sign_in" ADD COLUMN "last_from_address" text;--> statement-breakpoint
ALTER TABLE "network_entry" ADD CONSTRAINT "network_entry_list_id_network_list_id_fk" FOREIGN KEY ("list_id") REFERENCES "public"."network_list"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "network_list" ADD CONSTRAINT "network_list_customer_id_customer_id_fk" FOREIGN KEY ("customer_id") REFERENCES "public"."customer"("id") ON DELETE no action ON UPDATE no action;