CREATE TABLE "viewing" (
	"sign_in_id" uuid PRIMARY KEY NOT NULL,
	"customer_id" uuid NOT NULL,
	"person_id" uuid NOT NULL,
	"reason" text NOT NULL,
	"case_number" text NOT NULL,
	"started_at" bigint NOT NULL,
	"until" bigint NOT NULL,
	CONSTRAINT "viewing_hour" CHECK ("viewing"."until" > "viewing"."started_at" and "viewing"."until" <= "viewing"."started_at" + 3600000)
);
--> statement-breakpoint
ALTER TABLE "viewing" ADD CONSTRAINT "viewing_sign_in_id_sign_in_handle_fk" FOREIGN KEY ("sign_in_id") REFERENCES "public"."sign_in"("handle") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "viewing" ADD CONSTRAINT "viewing_person" FOREIGN KEY ("customer_id","person_id") REFERENCES "public"."person"("customer_id","id") ON DELETE cascade ON UPDATE no action;