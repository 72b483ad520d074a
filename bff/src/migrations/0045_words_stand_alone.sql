ALTER TABLE "audit_leaf" DROP CONSTRAINT "audit_leaf_event_id_audit_event_id_fk";
--> statement-breakpoint
ALTER TABLE "audit_text" DROP CONSTRAINT "audit_text_event_id_audit_event_id_fk";
