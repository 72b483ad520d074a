-- What somebody looks for: all of the words, the last one perhaps only begun. Nothing where there is no word in it.
create function "audit_query"("said" text) returns tsquery language sql immutable parallel safe
  return nullif(plainto_tsquery('simple'::regconfig, audit_plain(said))::text || ':*', ':*')::tsquery;
--> statement-breakpoint
-- Ids of events that hold these words, the newest first, of these customers (of all for null) and before this id. Whatever
-- is found is looked up in the index of words and nowhere else.
create function "audit_found"("said" text, "whose" uuid[], "before" uuid, "most" integer) returns setof uuid
  language plpgsql stable set search_path = pg_catalog, public set enable_seqscan = off set enable_indexscan = off
  set plan_cache_mode = force_custom_plan as $$
declare
  wanted tsquery := audit_query(said);
begin
  if wanted is null or whose = '{}' then return; end if;
  if cardinality(whose) <= 200 then
    wanted := wanted && (select string_agg('''!' || one || '''', ' | ') from unnest(whose) as one)::tsquery;
  end if;
  return query select t.event_id from audit_text t
    where t.search @@ wanted and (whose is null or coalesce(t.customer_id, the_maker()) = any(whose))
      and (before is null or t.event_id < before)
    order by t.event_id desc limit most;
end $$;
--> statement-breakpoint
-- The same behind a wall, where the planner would not ask an index for what may leak: it looks with the owner's eyes, and
-- takes nothing but what is of the wall's customers.
create function "audit_found_behind_wall"("said" text, "whose" uuid[], "before" uuid, "most" integer) returns setof uuid
  language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
  mine uuid[] := my_customers();
begin
  if mine is null then raise exception 'there is no wall' using errcode = 'insufficient_privilege'; end if;
  if whose is not null then
    mine := array(select one from unnest(mine) as one where one = any(whose));
  end if;
  return query select audit_found(said, mine, before, most);
end $$;
--> statement-breakpoint
revoke execute on function "audit_found"(text, uuid[], uuid, integer), "audit_found_behind_wall"(text, uuid[], uuid, integer) from public;
--> statement-breakpoint
grant execute on function "audit_found"(text, uuid[], uuid, integer) to gatehouse_house;
--> statement-breakpoint
grant execute on function "audit_found_behind_wall"(text, uuid[], uuid, integer) to gatehouse_app;
--> statement-breakpoint
-- Events of before, with the sentences as they are today.
alter table "audit_text" disable trigger "insert_only";
--> statement-breakpoint
update "audit_text" t set "words" = concat_ws(' ', s.words, e.event, nullif(e.outcome, 'done'), nullif(e.actor_company, ''), e.customer_name,
    e.device_name, right(e.request_id::text, 6), right(e.session_id::text, 6), right(e.approval_id::text, 6))
  from "audit_event" e left join (values
    ('sign_in.succeeded', 'Signed in with'),
    ('sign_in.proven', 'Showed once more who it is, by'),
    ('sign_in.proof_refused', 'Did not prove who it is:'),
    ('sign_in.refused', 'Sign-in refused for “ ”:'),
    ('sign_in.ended', 'Signed out:'),
    ('sign_in.attacked', 'failed tries to sign in as “ ” within an hour'),
    ('sign_in.guessed', 'wrong answers for the second factor of “ ”, with the right password'),
    ('password.changed', 'Changed the password'),
    ('password.change_ordered', 'Must choose another password:'),
    ('password.forgotten', 'Asked for a link to choose another password'),
    ('password.link_refused', 'Sent no link to choose another password:'),
    ('password.reset', 'Chose another password by the link that was mailed'),
    ('factor.added', 'Added a way to sign in:'),
    ('factor.removed', 'Removed a way to sign in:'),
    ('factor.renamed', 'Renamed the passkey “ ” to “ ”'),
    ('factor.codes_made', 'Made recovery codes; the earlier ones are void'),
    ('factor.code_used', 'Used a recovery code; are left'),
    ('factor.refused', 'Refused to change the ways to sign in:'),
    ('link.refused', 'A link was refused:'),
    ('address.asked', 'Asked to change the own e-mail address; a link went to the new one'),
    ('address.changed', 'Changed the own e-mail address'),
    ('profile.changed', 'Changed the own settings:'),
    ('access.refused', 'Refused: ( )'),
    ('stream.refused', 'Refused to open a stream:'),
    ('person.added', 'Added'),
    ('person.invited', 'Invited into'),
    ('person.invited_again', 'Invited again; the earlier link is void'),
    ('person.invitation_withdrawn', 'Withdrew the invitation of'),
    ('person.joined', 'Accepted the invitation and chose a password'),
    ('person.reset_started', 'Voided the password of ; a link to choose another was mailed'),
    ('person.factors_removed', 'Removed the second factors of ; a new one is set up at the next sign-in'),
    ('person.disabled', 'Disabled'),
    ('person.enabled', 'Enabled again'),
    ('person.removed', 'Removed'),
    ('person.signed_out', 'Signed out everywhere'),
    ('viewing.started', 'Began to look at Gatehouse as , for minutes: (case )'),
    ('viewing.ended', 'No longer looks at Gatehouse as :'),
    ('group.added', 'Added the group'),
    ('group.removed', 'Removed the group , which had people'),
    ('group.changed', 'Changed the group :'),
    ('networks.changed', 'Changed from where may sign in: →'),
    ('networks.cleared', 'Let sign in from everywhere, by a command on the server; before:'),
    ('customer.added', 'Added the customer'),
    ('customer.changed', 'Changed the customer :'),
    ('site.added', 'Added the site'),
    ('site.changed', 'Changed the site :'),
    ('model.added', 'Declared the model'),
    ('model.changed', 'Changed the model to version'),
    ('policy.changed', 'Changed the policy of :'),
    ('device.added', 'Added'),
    ('device.changed', 'Changed :'),
    ('device.removed', 'Removed'),
    ('device.code_issued', 'Gave out an enrolment code for , good until'),
    ('device.enrolled', 'enrolled with its own key'),
    ('device.enrolment_refused', 'Enrolment refused:'),
    ('device.revoked', 'Revoked the identity of :'),
    ('device.connected', 'connected over'),
    ('device.disconnected', 'disconnected'),
    ('device.refused', 'was refused:'),
    ('device.restarted', 'The agent of started (version )'),
    ('device.undeclared_item', 'sent the undeclared data item “ ”; it was dropped'),
    ('witness.began', 'keeps a checkpoint of this log, of its first events'),
    ('witness.lost', 'no longer has its checkpoint of this log, of the first events'),
    ('witness.refused', 'refused a checkpoint of this log and keeps that of its first events:'),
    ('alarm.raised', 'Alarm ( ):'),
    ('alarm.cleared', 'Alarm cleared'),
    ('alarm.acknowledged', 'Acknowledged alarm : “ ”'),
    ('device.viewed', 'Looked at :'),
    ('chart.viewed', 'Looked at the charts of :'),
    ('actions.viewed', 'Looked at the actions of and at what came of them:'),
    ('log_file.read', 'Read a log file that was fetched from :'),
    ('recording.viewed', 'Played back a recorded session on :'),
    ('audit.viewed', 'Looked at the audit log of :'),
    ('customer.viewed', 'Looked at the page of :'),
    ('people.viewed', 'Looked at the people of :'),
    ('policy.viewed', 'Looked at the policy of :'),
    ('purpose.stated', 'Said what it looks at for:'),
    ('action.queued', 'Queued:'),
    ('action.cancelled', 'Cancelled:'),
    ('action.delivered', 'Handed to :'),
    ('action.succeeded', 'Done:'),
    ('action.failed', 'Failed: ( )'),
    ('action.refused', 'Refused by : ( )'),
    ('action.expired', 'Expired before it was done:'),
    ('request.made', 'Asked for , minutes, because “ ”'),
    ('request.withdrawn', 'Withdrew the request'),
    ('request.expired', 'The request expired:'),
    ('request.told', 'Told of the request (step of )'),
    ('request.partly_approved', 'Approved for , minutes; that is of approvals'),
    ('session.approved', 'Approved for , minutes, to be begun before'),
    ('session.denied', 'Denied for : “ ”'),
    ('approval.revoked', 'Took the approval for back: “ ”'),
    ('session.opened', 'Opened a session for , to end at at the latest'),
    ('session.live', 'The session went live on'),
    ('session.paused', 'The session paused:'),
    ('session.resumed', 'The session went on:'),
    ('session.watched', 'Began to watch the session'),
    ('session.unwatched', 'Stopped watching the session'),
    ('session.ended', 'The session ended:'),
    ('session.refused_by_device', 'refused the session:'),
    ('session.frame_dropped', 'Dropped what the session did not allow:'),
    ('recording.stored', 'Stored part of the recording, SHA-256'),
    ('recording.failed', 'The recording failed:'),
    ('recording.played', 'Played back the recording of the session of'),
    ('log.altered', 'Found in the audit log of , entry : (found by )'),
    ('log.explained', 'Explained what was found at entry of the audit log of : “ ”'),
    ('log.check_asked', 'Asked for a check of the audit log of , from its events'),
    ('log.checked', 'Made the audit log of again from its events:'),
    ('export.asked', 'Asked for the export of the log as : . What for:'),
    ('export.finished', 'The export is ready: events, bytes, SHA-256'),
    ('export.included', 'Took events of this log into the export as : . What for:'),
    ('export.failed', 'The export was not made:'),
    ('export.cancelled', 'Cancelled the export'),
    ('export.downloaded', 'Downloaded the export as : events, SHA-256'),
    ('export.removed', 'Removed the export :'),
    ('limits.reached', 'A limit is reached: .'),
    ('limits.left', 'No longer so, after minutes:'),
    ('report.received', 'Reported a security matter ( ), number ; an answer is due within hours'),
    ('report.key_refused', 'A number and a key that open no security report were refused'),
    ('report.answered', 'Answered the security report'),
    ('report.closed', 'Closed the security report'),
    ('report.overdue', 'The security report had no answer within hours')
  ) as s("event", "words") on s."event" = e."event"
  where e."id" = t."event_id";
--> statement-breakpoint
alter table "audit_text" enable trigger "insert_only";
