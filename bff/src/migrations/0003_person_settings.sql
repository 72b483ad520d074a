CREATE TABLE "person_settings" (
	"person_id" uuid PRIMARY KEY NOT NULL,
	"zone" text,
	"mails_off" text[] DEFAULT '{}' NOT NULL,
	"notes_off" text[] DEFAULT '{}' NOT NULL,
	"changed_at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "person_settings" ADD CONSTRAINT "person_settings_person_id_person_id_fk" FOREIGN KEY ("person_id") REFERENCES "public"."person"("id") ON DELETE cascade ON UPDATE no action;