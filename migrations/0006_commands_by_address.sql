-- Commands by address: the line as it was typed; and sets, which are a value of an input instead of a message to the unit.
alter table commands
  add column line text,
  add column is_set boolean not null default false,
  add column input_id bigint references variables on delete set null,
  -- the time of the value: tells it from others of the same input when the device confirms one
  add column value_at timestamptz,
  -- {"value": …} of before, for who cancels; null where there was none
  add column previous jsonb;
create index commands_giver on commands (created_by, id desc);
create index commands_input on commands (input_id);
