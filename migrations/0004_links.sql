-- Edges of the graph: what an output gives goes into an input, within the same commit.
create table links (
  id bigint generated always as identity primary key,
  uuid uuid not null unique,
  output_id bigint not null references variables on delete cascade,
  input_id bigint not null references variables on delete cascade,
  -- whose rights it works with: read on the output, write on the input
  created_by bigint not null references users on delete cascade,
  transform jsonb,
  min_interval_ms integer check (min_interval_ms > 0),
  only_on_change boolean not null default false,
  enabled boolean not null default true,
  -- a code: why it was switched off because a right was lost, '' when it was not
  why_cut text not null default '',
  created_at timestamptz not null default now(),
  unique (output_id, input_id)
);
create index links_input on links (input_id);
create index links_maker on links (created_by);

-- Of a value that came through a link: which one, and through how many in a row (hops also on outputs that these caused).
alter table events add column link_id bigint, add column hops smallint;
create index events_link on events (link_id, at) where link_id is not null;
