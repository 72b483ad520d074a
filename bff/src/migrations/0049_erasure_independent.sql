-- Who invited a person or let him in again, who invited those, and so on to the first; `newest` is when the latest of the
-- invitations between the two was. By whom accounts were made is known from the log alone, which nobody rewrites.
create function "invitation_chain"("of_person" uuid) returns table ("inviter" uuid, "newest" bigint)
  language sql stable security definer set search_path = pg_catalog, public as $$
  with recursive chain(inviter, newest) as (
    select event.actor_id, event.at from public.audit_event event
    where event.person_id = of_person and event.event in ('person.invited', 'person.invited_again') and event.actor_id is not null
    union
    select event.actor_id, greatest(chain.newest, event.at) from chain
    join public.audit_event event on event.person_id = chain.inviter and event.event in ('person.invited', 'person.invited_again')
    where event.actor_id is not null
  )
  select inviter, max(newest) from chain group by inviter
$$;
--> statement-breakpoint
revoke all on function "invitation_chain"(uuid) from public;
--> statement-breakpoint
-- Whether two accounts may be one human's, as far as invitations tell: one stands in the chain of the other, however long
-- ago; or somebody of the first one's company stands in both, by invitations of the last 90 days before it was asked. Whom the
-- maker invited at a customer's are no fewer for that.
create function "share_invitations"("one" uuid, "other" uuid, "asked_at" bigint) returns boolean
  language sql stable security definer set search_path = pg_catalog, public as $$
  with ones as (select * from public.invitation_chain(one) union all select one, 0),
  others as (select * from public.invitation_chain(other) union all select other, 0)
  select exists (select 1 from ones join others using (inviter)
    where inviter in (one, other)
      or greatest(ones.newest, others.newest) > least(asked_at, public.database_clock()) - 90 * 86400000::bigint
        and exists (select 1 from public.person his join public.person own on own.customer_id is not distinct from his.customer_id
          where his.id = inviter and own.id = one))
$$;
--> statement-breakpoint
revoke all on function "share_invitations"(uuid, uuid, bigint) from public;
--> statement-breakpoint
grant execute on function "share_invitations"(uuid, uuid, bigint) to gatehouse_app, gatehouse_house;
--> statement-breakpoint
-- As before, and: whoever asked and whoever confirmed are two by their invitations as well.
create or replace function "guard_audit_erasure"() returns trigger
  language plpgsql security definer set search_path = pg_catalog, public as $$
begin
  if new.begins_at < public.database_clock() + 24 * 3600000 then
    raise exception 'an erasure begins a day after the second yes' using errcode = 'check_violation', constraint = 'audit_erasure_day';
  end if;
  if not exists (select 1 from public.erasure one
    where one.id = new.erasure_id and one.state = 'confirmed' and one.begins_at = new.begins_at
      and (one.person_id, one.asked_by, one.confirmed_by) = (new.person_id, new.asked_by, new.confirmed_by)
      and one.customer_id is not distinct from new.customer_id)
  then
    raise exception 'nobody has asked for this erasure' using errcode = 'check_violation', constraint = 'audit_erasure_asked';
  end if;
  if 2 <> (select count(*) from public.person one
    where one.id in (new.asked_by, new.confirmed_by) and one.id <> new.person_id and one.removed_at is null and one.disabled_at is null
      and (one.customer_id is null or one.customer_id is not distinct from new.customer_id))
  then
    raise exception 'an erasure is wanted by two others' using errcode = 'check_violation', constraint = 'audit_erasure_people';
  end if;
  if public.share_invitations(new.asked_by, new.confirmed_by, (select one.asked_at from public.erasure one where one.id = new.erasure_id))
  then
    raise exception 'an erasure is wanted by two who did not invite each other' using errcode = 'check_violation', constraint = 'audit_erasure_independent';
  end if;
  return new;
end $$;
--> statement-breakpoint
-- As before, and: it does not run before its time, nor without what it looks for; as long as it waits it can be stopped.
create or replace function "keep_erasure"() returns trigger
  language plpgsql set search_path = pg_catalog, public as $$
begin
  if tg_op = 'INSERT' then
    if new.words <> '{}' or new.state not in ('asked', 'stopped') or coalesce(new.confirmed_at, new.begins_at) is not null or new.confirmed_by is not null then
      raise exception 'an erasure begins by being asked for' using errcode = 'check_violation', constraint = 'erasure_move';
    end if;
    return new;
  end if;
  if (new.id, new.person_id, new.asked_by, new.asked_at) <> (old.id, old.person_id, old.asked_by, old.asked_at)
    or new.customer_id is distinct from old.customer_id
    or (new.confirmed_by, new.confirmed_at, new.begins_at) is distinct from (old.confirmed_by, old.confirmed_at, old.begins_at)
      and (old.state, new.state) <> ('asked', 'confirmed')
    or new.state = 'confirmed' and (new.confirmed_by is null or new.confirmed_at is null)
    or new.state <> old.state and (old.state, new.state) not in (('asked', 'confirmed'), ('asked', 'stopped'), ('asked', 'lapsed'),
      ('confirmed', 'stopped'), ('confirmed', 'lapsed'), ('confirmed', 'running'), ('running', 'done'))
    or (old.state, new.state) = ('confirmed', 'running') and (old.begins_at > public.database_clock() or new.words = '{}')
    or new.words <> old.words and not (old.state = 'confirmed' and new.state = 'running') and new.words <> '{}'
  then
    raise exception 'an erasure does not move so' using errcode = 'check_violation', constraint = 'erasure_move';
  end if;
  if (old.state, new.state) = ('asked', 'confirmed') then
    new.begins_at := greatest(new.begins_at, public.database_clock() + 24 * 3600000);
  end if;
  return new;
end $$;
