ALTER TABLE "audit_fault" DROP CONSTRAINT "audit_fault_once";--> statement-breakpoint
ALTER TABLE "device_link" ADD COLUMN "log_began_at" bigint;--> statement-breakpoint
ALTER TABLE "device_link" ADD COLUMN "log_lost_at" bigint;--> statement-breakpoint
ALTER TABLE "audit_fault" ADD COLUMN "occurrence" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_fault" ADD CONSTRAINT "audit_fault_once" UNIQUE NULLS NOT DISTINCT("tree","seq","kind","occurrence");--> statement-breakpoint
-- Devices that hold a checkpoint were told of when they began.
update "device_link" set "log_began_at" = "log_at" where "log_size" is not null;
--> statement-breakpoint
create or replace function "keep_fault"() returns trigger language plpgsql as $$
begin
  if (old.id, old.tree, old.seq, old.kind, old.occurrence, old.says, old.found_by, old.device_id, old.first_at)
    is distinct from
    (new.id, new.tree, new.seq, new.kind, new.occurrence, new.says, new.found_by, new.device_id, new.first_at) then
    raise exception 'what was found stays as it was found' using errcode = 'insufficient_privilege', constraint = 'audit_fault_kept';
  end if;
  return new;
end $$;
