ALTER TABLE "recording" ADD COLUMN "whole" boolean DEFAULT false NOT NULL;--> statement-breakpoint
-- Of what was recorded before nobody noted whether it is whole: it is taken for what it was taken for.
update "recording" set "whole" = true where not "failed" and "session_id" in (select id from "session" where state = 'ended');
--> statement-breakpoint
CREATE INDEX "recording_open" ON "recording" USING btree ("session_id") WHERE not "recording"."whole" and not "recording"."failed";
--> statement-breakpoint
-- What was handed over and not answered has not expired: nobody knows whether it was done.
update "action_move" set "to_state" = 'unanswered' where "from_state" = 'delivered' and "to_state" = 'expired';
