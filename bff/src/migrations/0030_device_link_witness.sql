ALTER TABLE "device_link" ADD COLUMN "log_size" bigint;--> statement-breakpoint
ALTER TABLE "device_link" ADD COLUMN "log_at" bigint;--> statement-breakpoint
ALTER TABLE "device_link" ADD COLUMN "log_refusals" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "device_link" ADD COLUMN "log_refused_at" bigint;--> statement-breakpoint
ALTER TABLE "device_link" ADD COLUMN "clock_ahead" bigint;