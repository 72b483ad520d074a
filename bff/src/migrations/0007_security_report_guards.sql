-- The legal moves of a security report stand in shared/src; a test compares.

create table "security_report_move" ("from_state" text, "to_state" text not null, unique nulls not distinct ("from_state", "to_state"));
--> statement-breakpoint
insert into "security_report_move" values (null, 'received'),
  ('received', 'answered'), ('received', 'closed'), ('answered', 'closed');
--> statement-breakpoint
create trigger "legal_move" before insert or update of "state" on "security_report" for each row execute function refuse_illegal_move('security_report_move');
--> statement-breakpoint
revoke insert, update, delete on "security_report_move" from gatehouse_app;
--> statement-breakpoint
-- What was reported and answered stays; an answer is never written anew.
revoke delete on "security_report", "security_report_year" from gatehouse_app;
--> statement-breakpoint
revoke update, delete on "security_report_answer" from gatehouse_app;
--> statement-breakpoint
-- Nobody could hand out what nobody holds: whoever administers the maker's people gets to answer, and whoever reads the
-- maker's own log gets to read. Without it reports of a Gatehouse that was there before would reach nobody.
update "group_grant" set "activities" = "activities" || '{intake.view,intake.answer}'
  from "group" where "group"."id" = "group_id" and "customer_id" is null and "scope_kind" = 'all'
  and 'staff.edit' = any("activities") and not 'intake.answer' = any("activities");
--> statement-breakpoint
update "group_grant" set "activities" = "activities" || '{intake.view}'
  from "group" where "group"."id" = "group_id" and "customer_id" is null and "scope_kind" = 'all'
  and 'audit.view_maker' = any("activities") and not 'intake.view' = any("activities");
