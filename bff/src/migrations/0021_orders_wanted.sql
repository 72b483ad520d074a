-- The version of the orders a device ought to hold: counts that only rise, its own and those of what contains it.
create function "orders_wanted"(d "device") returns integer language sql stable parallel safe
  return d.orders_version
    + (select p.orders from policy p where p.customer_id = d.customer_id)
    + (select s.orders from site s where s.id = d.site_id)
    + (select m.orders from model m where m.id = d.model_id);
