-- A user's canvases: that of everything (sector_id null) and one for each sector. Where units stand on them, and which ones
-- stand there only because they were put there.
create table graph_units (
  user_id bigint not null references users on delete cascade,
  sector_id bigint references sectors on delete cascade,
  unit_id bigint not null references units on delete cascade,
  -- pixels at zoom 1
  x float8,
  y float8,
  is_added boolean not null default false,
  check ((x is null) = (y is null)),
  unique nulls not distinct (user_id, sector_id, unit_id)
);
create index graph_units_unit on graph_units (unit_id);
create index graph_units_sector on graph_units (sector_id) where sector_id is not null;
