CREATE TABLE "link_sweep" (
	"id" integer PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL
);
--> statement-breakpoint
DROP INDEX "device_by_name";--> statement-breakpoint
DROP INDEX "device_by_customer";--> statement-breakpoint
DROP INDEX "device_by_site";--> statement-breakpoint
DROP INDEX "device_by_model";--> statement-breakpoint
ALTER TABLE "device" ADD COLUMN "open_alarms" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "device" ADD COLUMN "alarm_rank" smallint GENERATED ALWAYS AS (case when open_alarms >= 4 then 3 when open_alarms >= 2 then 2 else open_alarms end) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "device" ADD COLUMN "heard" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "device_link" ADD COLUMN "quiet_at" bigint;--> statement-breakpoint
ALTER TABLE "device_link" ADD COLUMN "quiet" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "device_link" ADD COLUMN "mark" smallint GENERATED ALWAYS AS (case when last_heard_at is null then 0 when (connected or transport = 'https') is not true then 4 when quiet_at >= last_heard_at then quiet else 1 end) STORED NOT NULL;