-- A text without the signs that nobody sees and that come along from mails and files: soft hyphens, spaces of no width,
-- joiners, marks of direction; also where an event has them written out, as it has what would end a line. Almost no text has
-- any, and is not looked through for them.
create function "audit_bare"("said" text) returns text language plpgsql immutable parallel safe as $$
begin
  if octet_length(said) > length(said) then
    said := regexp_replace(said, E'[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+', '', 'g');
  end if;
  if strpos(said, E'\\u') > 0 then
    said := regexp_replace(said, E'(?:\\\\{1,2}u(?:200[ef]|202[a-e]|206[6-9]))+', '', 'g');
    said := regexp_replace(said, E'\\\\{1,2}u(?:00[0189][0-9a-f]|007f|202[89])', ' ', 'g');
  end if;
  return said;
end $$;
--> statement-breakpoint
-- As before, of the bare text. What was written before this keeps its words as they were.
create or replace function "audit_search"("words" text, "actor_name" text, "from_address" text, "fields" jsonb, "customer_id" uuid)
  returns tsvector language plpgsql immutable parallel safe as $$
begin
  return strip(to_tsvector('simple'::regconfig, public.audit_plain(public.audit_bare(words || ' ' || actor_name || ' ' ||
      coalesce(from_address, '') || ' ' || jsonb_path_query_array(fields, '$.*')::text))))
    || array_to_tsvector(array['!' || coalesce(customer_id, public.the_maker())]);
end $$;
--> statement-breakpoint
-- As before, of the bare text or of what was typed: events of before this are found by their signs as well.
create or replace function "audit_query"("said" text) returns tsquery language plpgsql immutable parallel safe as $$
declare
  bare text := public.audit_bare(said);
  wanted tsquery := nullif(plainto_tsquery('simple'::regconfig, public.audit_plain(bare))::text || ':*', ':*')::tsquery;
begin
  -- Of signs alone nothing is found.
  if bare = said or wanted is null then return wanted; end if;
  return wanted || (plainto_tsquery('simple'::regconfig, public.audit_plain(said))::text || ':*')::tsquery;
end $$;
