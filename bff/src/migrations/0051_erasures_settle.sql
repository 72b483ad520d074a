ALTER TABLE "erasure" ADD COLUMN "emptied" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "erasure" ADD COLUMN "goes_on_at" bigint;