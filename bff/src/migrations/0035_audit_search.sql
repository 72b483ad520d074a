-- The words of a text, whatever stands between them; for what is kept and for what is looked for alike.
create function "audit_plain"("said" text) returns text language sql immutable parallel safe
  return translate(lower(normalize(left(said, 20000), nfkc) collate "pg_c_utf8"), E'!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~…“”‘’„«»→–—·×',
    rpad('', length(E'!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~…“”‘’„«»→–—·×'), ' '));
--> statement-breakpoint
-- What an event is found by, with whose it is as a word of its own (no word of a text begins with “!”).
create function "audit_search"("words" text, "actor_name" text, "from_address" text, "fields" jsonb, "customer_id" uuid)
  returns tsvector language sql immutable parallel safe
  return strip(to_tsvector('simple'::regconfig, audit_plain(words || ' ' || actor_name || ' ' || coalesce(from_address, '') || ' ' ||
      coalesce((select string_agg(value, ' ') from jsonb_each_text(fields)), ''))))
    || array_to_tsvector(array['!' || coalesce(customer_id, the_maker())]);
--> statement-breakpoint
ALTER TABLE "audit_text" ADD COLUMN "words" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_text" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (audit_search(words, actor_name, from_address, fields, customer_id)) STORED;--> statement-breakpoint
CREATE INDEX "audit_text_search" ON "audit_text" USING gin ("search");