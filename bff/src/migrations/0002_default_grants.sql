-- Tables of later migrations are the application's to use from the start; what it may not do with one is taken away there.
alter default privileges in schema public grant select, insert, update, delete on tables to gatehouse_app;
