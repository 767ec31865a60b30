import type pg from 'pg';

/** The values a device sent in a run, from `from` to `to`, and those of them without an acknowledgement. */
export type Sent = { uuid: string; from: number; to: number; acknowledged: number; unacknowledged: number[] };

export type Correctness = {
  /** Values of the run in the database. */
  stored: number;
  /** Acknowledged and not there. */
  lost: number;
  /** There more than once: rows too many. */
  duplicated: number;
};

/** Compares what was acknowledged with what is stored; a value without an acknowledgement may be there or not. */
export async function checkStored(client: pg.Client, sent: readonly Sent[]): Promise<Correctness> {
  const { rows } = await client.query(
    `select count(*)::int as stored, count(distinct (r.uuid, e.number))::int as different,
       (count(distinct (r.uuid, e.number)) filter (where (r.uuid, e.number) in
         (select * from unnest($4::uuid[], $5::float8[]))))::int as unacknowledged
     from unnest($1::uuid[], $2::float8[], $3::float8[]) as r(uuid, low, high)
     join units u on u.uuid = r.uuid
     join variables v on v.unit_id = u.id and v.name = 'value'
     join events e on e.variable_id = v.id and e.number between r.low and r.high`,
    [...ranges(sent), ...withoutAcknowledgement(sent)],
  );
  const { stored, different, unacknowledged } = rows[0];
  const acknowledged = sent.reduce((sum, one) => sum + one.acknowledged, 0);
  return { stored, lost: acknowledged - (different - unacknowledged), duplicated: stored - different };
}

const ranges = (sent: readonly Sent[]) => [sent.map((s) => s.uuid), sent.map((s) => s.from), sent.map((s) => s.to)];

function withoutAcknowledgement(sent: readonly Sent[]) {
  const missing = sent.flatMap(({ uuid, unacknowledged }) => unacknowledged.map((value) => ({ uuid, value })));
  return [missing.map(({ uuid }) => uuid), missing.map(({ value }) => value)];
}
