-- Commands to units, with their receipts: queued → sent → received → done, failed or expired.
create table commands (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  unit_id bigint not null references units on delete cascade,
  created_by bigint references users on delete set null,
  command text not null,
  args jsonb not null,
  status text not null default 'queued'
    check (status in ('queued', 'sent', 'received', 'done', 'failed', 'expired', 'cancelled')),
  detail text not null default '',
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  received_at timestamptz,
  finished_at timestamptz,
  expires_at timestamptz not null
);
create index commands_unit on commands (unit_id, id desc);
create index commands_waiting on commands (expires_at) where status in ('queued', 'sent', 'received');
