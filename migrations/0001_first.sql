-- Ids: a bigint inside, a UUIDv7 at the edge. Times: timestamptz. Deleting an owner deletes what hangs on it.

create table instance (
  key text primary key,
  value jsonb not null
);

create table users (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  username text not null,
  -- the username with its case folded by the program, whatever the locale of the database
  username_key text not null unique,
  password_hash text not null,
  role text not null check (role in ('administrator', 'user')),
  locked_at timestamptz,
  created_at timestamptz not null default now()
);

-- Secrets of sessions, tokens and invites are 32 random bytes; what is stored is their SHA-256.
create table sessions (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  user_id bigint not null references users on delete cascade,
  secret_hash bytea not null unique,
  device text not null,
  address text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);

create table api_tokens (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  user_id bigint not null references users on delete cascade,
  name text not null,
  secret_hash bytea not null unique,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz
);
create index api_tokens_user on api_tokens (user_id);

create table invites (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  secret_hash bytea not null unique,
  note text not null,
  created_by bigint not null references users on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_by bigint references users on delete set null,
  used_at timestamptz
);

create table sectors (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  owner_id bigint not null references users on delete cascade,
  parent_id bigint references sectors on delete cascade,
  name text not null,
  unique nulls not distinct (owner_id, parent_id, name)
);
create index sectors_parent on sectors (parent_id);

create table units (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  owner_id bigint not null references users on delete cascade,
  sector_id bigint references sectors on delete restrict,
  name text not null,
  simulation text,
  -- json, not jsonb: the order of the owner's files is kept
  schema json not null,
  example json not null,
  security text not null check (security in ('sealed', 'token')),
  visibility text not null check (visibility in ('private', 'local', 'trusted', 'public')),
  created_at timestamptz not null default now(),
  unique nulls not distinct (owner_id, sector_id, name)
);
create index units_sector on units (sector_id);
create index units_visible on units (visibility) where visibility <> 'private';

-- Keys and the owner's settings of env.json, AES-256-GCM under the instance key.
create table unit_keys (
  unit_id bigint primary key references units on delete cascade,
  generation integer not null,
  sealed_keys bytea not null,
  sealed_settings bytea not null,
  made_at timestamptz not null default now()
);

-- What changes with every message: replay counters and when the unit was last heard. Room on the page keeps updates in place (HOT).
create table unit_progress (
  unit_id bigint primary key references units on delete cascade,
  -- of the keys; what still waits from older keys moves no counter
  generation integer not null default 1,
  boot bigint not null default 0,
  seq bigint not null default 0,
  connect_boot bigint not null default 0,
  connect_n bigint not null default 0,
  -- the last sequence number reserved for messages to the device within connect_boot
  down_seq bigint not null default 0,
  last_seen_at timestamptz,
  disconnected_at timestamptz,
  state jsonb not null default '{}'
) with (fillfactor = 50);

create table variables (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  unit_id bigint not null references units on delete cascade,
  direction text not null check (direction in ('input', 'output')),
  name text not null,
  position integer not null,
  definition jsonb not null,
  visibility text not null default 'public' check (visibility in ('private', 'local', 'trusted', 'public')),
  write_policy text not null default 'every value' check (write_policy in ('every value', 'on change', 'deadband')),
  deadband double precision check (deadband >= 0),
  unique (unit_id, direction, name)
);

-- A number stands in `number`, anything else in `json`. One row per variable, made with it.
create table current_values (
  variable_id bigint primary key references variables on delete cascade,
  at timestamptz,
  number double precision,
  json jsonb,
  confirmed_at timestamptz
) with (fillfactor = 50);

-- The log. (tx, n) orders it: n counts within a commit, tx is the transaction id plus the offset of this database
-- (instance.journal_offset: grows when the log was restored into a younger server). Nothing refers to events and they
-- refer to nothing, so that a partition can be dropped at once; partitions are made by journal/partitions.ts.
create table events (
  tx bigint not null,
  n integer not null,
  variable_id bigint not null,
  at timestamptz not null,
  number double precision,
  json jsonb,
  corrected boolean not null
) partition by range (at);
create index events_log on events (tx, n);
create index events_history on events (variable_id, at) include (number);
create table events_other partition of events default;

-- One row per writer connection; the number of its last committed batch tells a retry whether the commit happened.
create table journal_writers (
  uuid uuid primary key,
  batch bigint not null,
  tx bigint,
  started_at timestamptz not null default now()
);

create table refusals (
  id bigint generated always as identity primary key,
  unit_id bigint not null references units on delete cascade,
  reason text not null,
  topic text not null,
  detail text not null,
  count bigint not null,
  first_at timestamptz not null,
  last_at timestamptz not null
);
create index refusals_unit on refusals (unit_id, last_at desc);

create table unit_log (
  id bigint generated always as identity primary key,
  unit_id bigint not null references units on delete cascade,
  at timestamptz not null,
  level text not null,
  text text not null
);
create index unit_log_unit on unit_log (unit_id, id desc);
