-- What was once said stays as it was said.
revoke update, delete, truncate, references, trigger on "policy_version" from gatehouse_app;
