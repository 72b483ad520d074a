-- What the time is, in ms since the epoch, for what has to wait: the database's own clock. Nobody moves it but whoever owns
-- the database, by writing this function anew; whoever serves requests, however taken over, cannot.
create function "database_clock"() returns bigint
  language sql stable set search_path = pg_catalog as $$
  select (extract(epoch from now()) * 1000)::bigint
$$;
--> statement-breakpoint
-- As before, and: nobody has confirmed what is only asked for, and from the second yes it takes a day by this clock.
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
    or new.words <> old.words and not (old.state = 'confirmed' and new.state = 'running') and new.words <> '{}'
  then
    raise exception 'an erasure does not move so' using errcode = 'check_violation', constraint = 'erasure_move';
  end if;
  if (old.state, new.state) = ('asked', 'confirmed') then
    new.begins_at := greatest(new.begins_at, public.database_clock() + 24 * 3600000);
  end if;
  return new;
end $$;
--> statement-breakpoint
-- What two people wanted is written with their second yes, as it stands in the erasure, by people who are there, and a day
-- before it may begin: not for later, not of an earlier time, not for anybody else.
create function "guard_audit_erasure"() returns trigger
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
  return new;
end $$;
--> statement-breakpoint
revoke all on function "guard_audit_erasure"() from public;
--> statement-breakpoint
create trigger "guard_audit_erasure" before insert on "audit_erasure" for each row execute function guard_audit_erasure();
--> statement-breakpoint
create or replace function "erasure_begun"("of_erasure" uuid) returns public.audit_erasure
  language plpgsql stable set search_path = pg_catalog, public as $$
declare
  wanted public.audit_erasure;
begin
  select two.* into wanted from public.audit_erasure two join public.erasure one on one.id = two.erasure_id
    where two.erasure_id = of_erasure and two.begins_at <= public.database_clock()
      and one.state = 'running' and one.words <> '{}' and one.begins_at = two.begins_at
      and (one.person_id, one.asked_by, one.confirmed_by) = (two.person_id, two.asked_by, two.confirmed_by)
      and one.customer_id is not distinct from two.customer_id;
  if wanted.erasure_id is null then
    raise exception 'nobody has confirmed this erasure, or its time has not come' using errcode = 'insufficient_privilege', constraint = 'erasure_confirmed';
  end if;
  return wanted;
end $$;
