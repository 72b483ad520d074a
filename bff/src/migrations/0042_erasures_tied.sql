-- What an erasure is about never changes, its state moves one way, and its words are written when it begins, not before.
create function "keep_erasure"() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.words <> '{}' or new.state not in ('asked', 'stopped') then
      raise exception 'an erasure begins by being asked for' using errcode = 'check_violation', constraint = 'erasure_move';
    end if;
    return new;
  end if;
  if (new.id, new.person_id, new.asked_by, new.asked_at) <> (old.id, old.person_id, old.asked_by, old.asked_at)
    or new.customer_id is distinct from old.customer_id
    or old.confirmed_by is not null and (new.confirmed_by, new.confirmed_at, new.begins_at) is distinct from (old.confirmed_by, old.confirmed_at, old.begins_at)
    or new.state <> old.state and (old.state, new.state) not in (('asked', 'confirmed'), ('asked', 'stopped'), ('asked', 'lapsed'),
      ('confirmed', 'stopped'), ('confirmed', 'lapsed'), ('confirmed', 'running'), ('running', 'done'))
    or new.words <> old.words and not (old.state = 'confirmed' and new.state = 'running') and new.words <> '{}'
  then
    raise exception 'an erasure does not move so' using errcode = 'check_violation', constraint = 'erasure_move';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger "keep_erasure" before insert or update on "erasure" for each row execute function keep_erasure();
--> statement-breakpoint
-- Whoever serves requests asks, confirms and stops; what is looked for, and how far it is, only the house writes.
revoke update on "erasure" from gatehouse_app;
--> statement-breakpoint
grant update ("state", "confirmed_by", "confirmed_at", "begins_at", "stopped_by", "ended_at") on "erasure" to gatehouse_app;
--> statement-breakpoint
grant update on "erasure" to gatehouse_house;
--> statement-breakpoint
-- What may be looked for in what is of one company (the maker: null): the name and the addresses that nobody else of it, of
-- the person's company or of the maker bears, removed people as well. `pattern` finds them as words of their own in what
-- people wrote: the addresses, and the name where it is of two words or more.
create function "erasure_terms"("of_erasure" uuid, "of_customer" uuid)
  returns table (name text, addresses text[], pattern text)
  language sql stable set search_path = pg_catalog, public as $$
  with one as (
    select words, person_id, customer_id from public.erasure where id = of_erasure
  ), alone as (
    select word, at from one cross join unnest(one.words) with ordinality as of(word, at)
    where length(btrim(word)) > 0 and not exists (select 1 from public.person other
      where other.id <> one.person_id and (other.customer_id is null or other.customer_id in (of_customer, one.customer_id))
        and lower(btrim(word)) in (lower(btrim(other.name)), lower(other.email)))
  )
  select
    (select word from alone where at = 1),
    coalesce((select array_agg(word) from alone where at > 1), '{}'),
    (select string_agg('(?<![[:alnum:]])' || regexp_replace(btrim(word), '([^[:alnum:][:space:]])', '\\\1', 'g') || '(?![[:alnum:]])', '|')
      from alone where at > 1 or btrim(word) ~ '\S\s+\S')
$$;
--> statement-breakpoint
revoke all on function "erasure_terms"(uuid, uuid) from public;
--> statement-breakpoint
grant execute on function "erasure_terms"(uuid, uuid) to gatehouse_house;
--> statement-breakpoint
-- A document with a pattern replaced in its values; its keys, numbers and shape stay.
create function "erased_json"("doc" jsonb, "pattern" text, "word" text) returns jsonb
  language sql immutable set search_path = pg_catalog, public as $$
  select case jsonb_typeof(doc)
    when 'string' then to_jsonb(regexp_replace(doc #>> '{}', pattern, word, 'gi'))
    when 'array' then coalesce((select jsonb_agg(public.erased_json(one, pattern, word) order by at) from jsonb_array_elements(doc) with ordinality as of(one, at)), '[]')
    when 'object' then coalesce((select jsonb_object_agg(key, public.erased_json(value, pattern, word)) from jsonb_each(doc)), '{}')
    else doc end
$$;
--> statement-breakpoint
-- The erasure that two people confirmed, whose time has come and that runs; otherwise nothing opens.
create function "erasure_begun"("of_erasure" uuid) returns public.audit_erasure
  language plpgsql stable set search_path = pg_catalog, public as $$
declare
  wanted public.audit_erasure;
begin
  select two.* into wanted from public.audit_erasure two join public.erasure one on one.id = two.erasure_id
    where two.erasure_id = of_erasure and two.begins_at <= extract(epoch from now()) * 1000
      and one.state = 'running' and one.words <> '{}' and one.begins_at = two.begins_at
      and (one.person_id, one.asked_by, one.confirmed_by) = (two.person_id, two.asked_by, two.confirmed_by)
      and one.customer_id is not distinct from two.customer_id;
  if wanted.erasure_id is null then
    raise exception 'nobody has confirmed this erasure, or its time has not come' using errcode = 'insufficient_privilege', constraint = 'erasure_confirmed';
  end if;
  return wanted;
end $$;
--> statement-breakpoint
revoke all on function "erasure_begun"(uuid) from public;
--> statement-breakpoint
-- Takes the next events of one tree and erases of each what names the person of one confirmed and running erasure: what
-- is his by id; what is his name or address and nobody else's; in his company's log also what has them within.
create or replace function "erase_words"("of_erasure" uuid, "of_customer" uuid, "after_event" uuid, "page_number" integer, "most" integer)
  returns table ("last_event" uuid, "looked_at" integer, "erased" integer)
  language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  wanted public.audit_erasure := public.erasure_begun(of_erasure);
  called text := (select lower(btrim(one.words[1])) from public.erasure one where one.id = of_erasure);
  own boolean := coalesce(of_customer = wanted.customer_id, false);
  terms record;
begin
  select * into terms from public.erasure_terms(of_erasure, of_customer);
  perform set_config('gatehouse.erasing', of_erasure::text, true);
  return query
  with page as materialized (
    select event.id, coalesce(event.actor_id = wanted.person_id, false) as by_him, coalesce(event.person_id = wanted.person_id, false) as about_him,
      event.person_id is null as about_nobody,
      exists (select 1 from public.request where request.id = event.request_id and request.technician_id = wanted.person_id) as for_him
    from public.audit_event event
    where event.customer_id is not distinct from of_customer and (after_event is null or event.id > after_event)
    order by event.id limit most
  ), found as materialized (
    select page.id, array_agg(opening.path order by opening.path) as paths
    from page join public.audit_text words on words.event_id = page.id
      and not exists (select 1 from public.audit_erased before where before.event_id = page.id and before.erasure_id = of_erasure)
    cross join lateral (select key as path, value ->> 'value' as word from jsonb_each(words.openings)) as opening
    cross join lateral (select lower(btrim(opening.word)) = any(select lower(one) from unnest(terms.addresses) as one) as address,
      coalesce(lower(btrim(opening.word)) = lower(btrim(terms.name)), false) as name) as is_his
    where case
      when opening.path in ('actorName', 'fromAddress') then page.by_him
      when opening.path = 'fields.factor' then page.by_him or page.about_him
      when opening.path in ('fields.name', 'fields.email') then page.about_him or page.about_nobody and (is_his.address or is_his.name and own)
      when opening.path in ('fields.technician', 'fields.by') then
        (page.about_him or page.for_him) and lower(btrim(opening.word)) = called or is_his.address or is_his.name and (own or page.by_him)
      else is_his.address or (own or page.by_him or page.about_him or page.for_him) and coalesce(opening.word ~* terms.pattern, false) end
    group by page.id
  ), done as (
    update public.audit_text words set
      openings = words.openings - found.paths,
      actor_name = case when 'actorName' = any(found.paths) then '(erased)' else words.actor_name end,
      from_address = case when 'fromAddress' = any(found.paths) then '(erased)' else words.from_address end,
      fields = words.fields || coalesce((select jsonb_object_agg(substr(one, 8), '(erased)') from unnest(found.paths) as one where one like 'fields.%'), '{}')
    from found where words.event_id = found.id
    returning words.event_id, words.customer_id, found.paths
  ), noted as (
    insert into public.audit_erased (event_id, erasure_id, page, customer_id, paths)
    select done.event_id, of_erasure, page_number, done.customer_id, done.paths from done
    on conflict (event_id, erasure_id) do nothing
    returning 1
  )
  select (select page.id from page order by page.id desc limit 1), (select count(*)::integer from page), (select count(*)::integer from noted);
  perform set_config('gatehouse.erasing', '', true);
end $$;
--> statement-breakpoint
drop trigger "insert_only" on "audit_explanation";
--> statement-breakpoint
create trigger "no_removal" before delete or truncate on "audit_explanation" for each statement execute function refuse_change();
--> statement-breakpoint
create trigger "insert_only" before update on "audit_explanation" for each statement execute function refuse_unless_erasing();
--> statement-breakpoint
-- The columns with people's words that nobody may update: these and no others, for one confirmed and running erasure.
create function "erase_kept"("of_erasure" uuid) returns integer
  language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  wanted public.audit_erasure := public.erasure_begun(of_erasure);
  him uuid := wanted.person_id;
  company uuid := wanted.customer_id;
  terms record;
  word constant text := 'Erased person';
  -- Finds nothing where there is nothing to look for.
  pattern text;
  colleagues uuid[] := array(select id from public.person where customer_id is not distinct from wanted.customer_id);
  done integer := 0;
  more integer;
begin
  select * into terms from public.erasure_terms(of_erasure, company);
  pattern := coalesce(terms.pattern, '(?=a)b');
  perform set_config('gatehouse.erasing', of_erasure::text, true);
  update public.audit_explanation set reason = regexp_replace(reason, pattern, word, 'gi')
    where reason ~* pattern and (tree = company or person_id = any(colleagues));
  get diagnostics more = row_count; done := done + more;
  perform set_config('gatehouse.erasing', '', true);
  update public.audit_export set words = regexp_replace(words, pattern, word, 'gi'), reason = regexp_replace(reason, pattern, word, 'gi'),
      filter = public.erased_json(filter, pattern, word)
    where person_id = any(colleagues) and (words ~* pattern or reason ~* pattern or filter::text ~* pattern);
  get diagnostics more = row_count; done := done + more;
  update public.policy_version set changed_by_name = word where changed_by = him and changed_by_name <> word;
  get diagnostics more = row_count; done := done + more;
  update public.policy_version set level_name = regexp_replace(level_name, pattern, word, 'gi')
    where level_name ~* pattern and (customer_id = company or changed_by = him);
  get diagnostics more = row_count; done := done + more;
  update public.request_consent set person_name = word where person_id = him and person_name <> word;
  get diagnostics more = row_count; done := done + more;
  update public.request_consent set comment = regexp_replace(comment, pattern, word, 'gi')
    where comment ~* pattern and (customer_id = company or him in (person_id, technician_id));
  get diagnostics more = row_count; done := done + more;
  update public.network_entry set note = regexp_replace(note, pattern, word, 'gi'),
      added_by_name = case when lower(btrim(added_by_name)) = lower(btrim(terms.name)) then word else added_by_name end
    where list_id in (select id from public.network_list where customer_id is not distinct from company)
      and (note ~* pattern or lower(btrim(added_by_name)) = lower(btrim(terms.name)));
  get diagnostics more = row_count; done := done + more;
  update public.security_report_answer set by_name = word where by_id = him and by_name <> word;
  get diagnostics more = row_count; done := done + more;
  update public.security_report_answer set text = regexp_replace(text, pattern, word, 'gi')
    where text ~* pattern and (by_id = any(colleagues) or report_id in (select id from public.security_report where reporter_id = any(colleagues)));
  get diagnostics more = row_count; done := done + more;
  return done;
end $$;
--> statement-breakpoint
revoke all on function "erase_kept"(uuid) from public;
--> statement-breakpoint
grant execute on function "erase_kept"(uuid) to gatehouse_house;
