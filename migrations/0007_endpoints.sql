-- HTTP addresses that take submissions for the outputs of a unit.
create table endpoints (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  unit_id bigint not null references units on delete cascade,
  name text not null,
  auth text not null check (auth in ('none', 'token', 'hmac')),
  -- of an HMAC: the signature is over a timestamp too
  needs_timestamp boolean not null,
  enabled boolean not null default true,
  -- SHA-256 of a token; the key of an HMAC is needed again, so it is encrypted under the instance key
  secret_hash bytea,
  sealed_secret bytea,
  secret_generation integer not null default 1,
  secret_made_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  unique (unit_id, name),
  check ((auth = 'token') = (secret_hash is not null)),
  check ((auth = 'hmac') = (sealed_secret is not null)),
  check (auth = 'hmac' or not needs_timestamp)
);

-- The newest of each endpoint, as they came.
create table submissions (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  endpoint_id bigint not null references endpoints on delete cascade,
  at timestamptz not null,
  address text not null,
  content_type text not null,
  -- [name, value] each, secrets taken out
  headers jsonb not null,
  -- null: not read, since it was too large or encoded
  body bytea,
  -- bytes of the body as far as that is known
  size integer,
  -- what the row takes
  bytes integer not null,
  is_test boolean not null,
  outcome text not null check (outcome in ('stored', 'partial', 'refused', 'kept')),
  detail text not null,
  -- what became of each key
  results jsonb not null,
  -- its values are not stored yet: the journal ends this in the commit of the values
  is_pending boolean not null
);
create index submissions_endpoint on submissions (endpoint_id, id desc);

-- Signatures with a timestamp that could be sent again, for as long as the timestamp would do.
create table endpoint_signatures (
  endpoint_id bigint not null references endpoints on delete cascade,
  signature bytea not null,
  submission uuid not null,
  expires_at timestamptz not null,
  primary key (endpoint_id, signature)
);
create index endpoint_signatures_expiry on endpoint_signatures (endpoint_id, expires_at);
