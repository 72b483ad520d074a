CREATE INDEX "audit_event_kind" ON "audit_event" USING btree ("event","id");--> statement-breakpoint
CREATE INDEX "audit_event_unusual" ON "audit_event" USING btree ("id") WHERE outcome <> 'done';