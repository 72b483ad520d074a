-- Tags are looked at on the way through a customer's devices.
drop index "device_by_customer";
--> statement-breakpoint
create index "device_by_customer" on "device" ("customer_id", "name", "id") include ("serial", "site_id", "model_id", "removed_at", "open_alarms", "heard", "tags");
