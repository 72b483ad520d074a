-- What the application may do, and what nobody may do. The legal moves stand in shared/src; a test compares.

create table "action_move" ("from_state" text, "to_state" text not null, unique nulls not distinct ("from_state", "to_state"));
--> statement-breakpoint
insert into "action_move" values (null, 'queued'),
  ('queued', 'delivered'), ('queued', 'cancelled'), ('queued', 'expired'), ('queued', 'refused'),
  ('delivered', 'succeeded'), ('delivered', 'failed'), ('delivered', 'refused'), ('delivered', 'expired');
--> statement-breakpoint
create table "request_move" ("from_state" text, "to_state" text not null, unique nulls not distinct ("from_state", "to_state"));
--> statement-breakpoint
insert into "request_move" values (null, 'waiting'),
  ('waiting', 'approved'), ('waiting', 'denied'), ('waiting', 'withdrawn'), ('waiting', 'expired_unanswered'),
  ('approved', 'used'), ('approved', 'expired_unused'), ('approved', 'revoked'), ('approved', 'withdrawn'),
  ('used', 'revoked');
--> statement-breakpoint
create table "session_move" ("from_state" text, "to_state" text not null, unique nulls not distinct ("from_state", "to_state"));
--> statement-breakpoint
insert into "session_move" values (null, 'opening'),
  ('opening', 'live'), ('opening', 'ended'),
  ('live', 'paused'), ('live', 'ended'),
  ('paused', 'live'), ('paused', 'ended');
--> statement-breakpoint
-- One trigger for the three tables of states: its argument names the table of moves.
create function "refuse_illegal_move"() returns trigger language plpgsql as $$
declare
  before text := case when tg_op = 'UPDATE' then old.state end;
  legal boolean;
begin
  if tg_op = 'UPDATE' and old.state = new.state then return new; end if;
  execute format('select exists (select 1 from %I where from_state is not distinct from $1 and to_state = $2)', tg_argv[0])
    into legal using before, new.state;
  if not legal then
    raise exception 'illegal move of % from % to %', tg_table_name, coalesce(before, 'nothing'), new.state
      using errcode = 'check_violation', constraint = tg_argv[0];
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger "legal_move" before insert or update of "state" on "action" for each row execute function refuse_illegal_move('action_move');
--> statement-breakpoint
create trigger "legal_move" before insert or update of "state" on "request" for each row execute function refuse_illegal_move('request_move');
--> statement-breakpoint
create trigger "legal_move" before insert or update of "state" on "session" for each row execute function refuse_illegal_move('session_move');
--> statement-breakpoint
-- The audit log can be added to and read, by anybody; the second line behind the missing grants.
create function "refuse_change"() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is insert-only' using errcode = 'insufficient_privilege', constraint = 'audit_insert_only';
end $$;
--> statement-breakpoint
create trigger "insert_only" before update or delete or truncate on "audit_event" for each statement execute function refuse_change();
--> statement-breakpoint
-- Room on every page for the next version of a row: check-ins then touch no index (HOT).
alter table "device_link" set (fillfactor = 50);
--> statement-breakpoint
alter table "current_value" set (fillfactor = 50);
--> statement-breakpoint
grant usage on schema public to gatehouse_app;
--> statement-breakpoint
grant select, insert, update, delete on all tables in schema public to gatehouse_app;
--> statement-breakpoint
revoke update on "password_history", "password_reminder" from gatehouse_app;
--> statement-breakpoint
revoke update, delete, truncate, references, trigger on "audit_event", "audit_pending", "recording_part" from gatehouse_app;
--> statement-breakpoint
revoke insert, update, delete on "action_move", "request_move", "session_move" from gatehouse_app;
--> statement-breakpoint
-- Rows with a story end in a state; they are never deleted.
revoke delete on "person", "device", "customer", "site", "request", "approval", "session", "recording", "action", "alarm", "alarm_occurrence" from gatehouse_app;
