DROP INDEX "audit_event_device";--> statement-breakpoint
DROP INDEX "audit_event_session";--> statement-breakpoint
DROP INDEX "audit_event_request";--> statement-breakpoint
ALTER TABLE "audit_event" ADD COLUMN "site_id" uuid;--> statement-breakpoint
ALTER TABLE "audit_event" ADD COLUMN "person_id" uuid;--> statement-breakpoint
CREATE INDEX "audit_event_site" ON "audit_event" USING btree ("site_id","id") WHERE site_id is not null;--> statement-breakpoint
CREATE INDEX "audit_event_person" ON "audit_event" USING btree ("person_id","id") WHERE person_id is not null;--> statement-breakpoint
CREATE INDEX "audit_event_approval" ON "audit_event" USING btree ("approval_id","id") WHERE approval_id is not null;--> statement-breakpoint
CREATE INDEX "audit_event_device" ON "audit_event" USING btree ("device_id","id","customer_id") WHERE device_id is not null;--> statement-breakpoint
CREATE INDEX "audit_event_session" ON "audit_event" USING btree ("session_id","id") WHERE session_id is not null;--> statement-breakpoint
CREATE INDEX "audit_event_request" ON "audit_event" USING btree ("request_id","id") WHERE request_id is not null;