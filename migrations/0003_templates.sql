-- What units are made from: a schema with the program for the controller, at a version.
create table templates (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  -- none: one of those that come with the instance
  owner_id bigint references users on delete cascade,
  name text not null,
  visibility text not null default 'private' check (visibility in ('private', 'local', 'public')),
  -- of a git repository; null when it was typed in, imported, or comes with the instance
  url text,
  -- the folder in the repository, '' for its root
  folder text not null default '',
  follow text check (follow in ('commit', 'tag', 'branch')),
  -- the commit (40 hex digits) or the branch ('': the default one) that is followed
  ref text not null default '',
  sealed_token bytea,
  checked_at timestamptz,
  -- why it could not be read the last time
  failure text not null default '',
  -- in a row
  failures integer not null default 0,
  -- when the repository is looked at again; null: not by itself
  next_check_at timestamptz,
  created_at timestamptz not null default now(),
  unique nulls not distinct (owner_id, name),
  check ((url is null) = (follow is null))
);
create index templates_visible on templates (visibility) where visibility <> 'private';
create index templates_due on templates (next_check_at) where next_check_at is not null;

create table template_versions (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  template_id bigint not null references templates on delete cascade,
  -- a tag, the first ten digits of a commit, or a number
  label text not null,
  commit text,
  -- of the repository, as it was when this was read
  folder text not null default '',
  committed_at timestamptz,
  -- json, not jsonb: the order of the files is kept
  schema json not null,
  example json not null,
  -- what its schema comes to
  direction text not null check (direction in ('none', 'rx', 'tx', 'rxtx')),
  readme text not null default '',
  created_at timestamptz not null default now(),
  unique (template_id, commit, folder)
);
create index template_versions_template on template_versions (template_id, id desc);

-- What units are made from and brought to. Mostly the one with the largest id, unless what is followed went back.
alter table templates add column latest_version_id bigint references template_versions on delete set null;

create table template_files (
  version_id bigint not null references template_versions on delete cascade,
  path text not null,
  sha256 bytea not null,
  content bytea not null,
  primary key (version_id, path)
);

alter table units add column template_version_id bigint references template_versions on delete set null;
create index units_template_version on units (template_version_id);

-- Keys that are valid beside those in use while a board changes from one to the other.
alter table unit_keys
  add column other_generation integer,
  add column other_sealed_keys bytea,
  -- the command "env" that brings the new ones to the board; its end ends the overlap
  add column change_command uuid unique,
  add check ((other_generation is null) = (other_sealed_keys is null)),
  add check ((other_generation is null) = (change_command is null));

-- A unit's way from one version of its program to another.
create table unit_updates (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  unit_id bigint not null references units on delete cascade,
  from_version_id bigint references template_versions on delete set null,
  to_version_id bigint references template_versions on delete set null,
  -- as they were called, also when the versions are gone
  from_label text not null,
  to_label text not null,
  over_the_air boolean not null,
  created_by bigint references users on delete set null,
  -- staged: begins when this one came back well (no reference: one that is gone is not one that is none)
  waits_for bigint,
  -- the command that carries it
  command_uuid uuid unique,
  status text not null check (status in ('waiting', 'ordered', 'fetching', 'trial', 'done', 'failed', 'cancelled')),
  detail text not null default '',
  files_fetched integer not null default 0,
  bytes_fetched bigint not null default 0,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index unit_updates_unit on unit_updates (unit_id, id desc);
-- one way at a time
create unique index unit_updates_open on unit_updates (unit_id) where finished_at is null;
create index unit_updates_waiting on unit_updates (waits_for) where status = 'waiting';
