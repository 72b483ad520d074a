-- A list once begun keeps counting its versions: it is emptied, never deleted.
revoke delete on "network_list" from gatehouse_app;
--> statement-breakpoint
-- A list is replaced as a whole: entries come and go, none is changed in place.
revoke update on "network_entry" from gatehouse_app;
