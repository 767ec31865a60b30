-- Who else may read an output or write an input: one user, or one unit (its owner acts for it).
create table grants (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  variable_id bigint not null references variables on delete cascade,
  access text not null check (access in ('read', 'write')),
  user_id bigint references users on delete cascade,
  unit_id bigint references units on delete cascade,
  created_at timestamptz not null default now(),
  check (num_nonnulls(user_id, unit_id) = 1),
  unique nulls not distinct (variable_id, user_id, unit_id)
);
create index grants_user on grants (user_id) where user_id is not null;
create index grants_unit on grants (unit_id) where unit_id is not null;

-- What was asked for, by address as it was typed. A request for what is not there has no variable and stays open, so that
-- the asker cannot tell it from one that nobody answered.
create table access_requests (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  asker_id bigint not null references users on delete cascade,
  address text not null,
  -- the username in the address with its case folded, whether there is such a user or not
  target text not null,
  variable_id bigint references variables on delete set null,
  access text not null check (access in ('read', 'write')),
  note text not null,
  status text not null default 'open' check (status in ('open', 'granted', 'declined')),
  answer text not null default '',
  created_at timestamptz not null default now(),
  answered_at timestamptz
);
create index access_requests_asker on access_requests (asker_id, id desc);
create index access_requests_variable on access_requests (variable_id) where variable_id is not null;
create index access_requests_target on access_requests (target) where status = 'open';

-- Who did what to what, and who was kept from it. It refers to nothing, so that it outlives what it tells of.
create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor_id bigint,
  actor text not null,
  means text not null check (means in ('session', 'token', 'anonymous', 'instance')),
  token text,
  address text not null,
  action text not null,
  object_kind text not null,
  object_uuid uuid,
  object_name text not null,
  object_owner_id bigint,
  object_owner text not null,
  -- begun: the act began, and how it ended was never written
  result text not null check (result in ('begun', 'ok', 'denied', 'failed')),
  detail jsonb not null
);
create index audit_owner on audit (object_owner_id, id desc);
create index audit_actor on audit (actor_id, id desc);
create index audit_object on audit (object_uuid, id desc);
create index audit_at on audit (at);
