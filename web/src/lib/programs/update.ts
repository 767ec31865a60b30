import type { ApiReply } from '../../../../server/contract.ts';

export type Update = ApiReply<'POST /api/units/:id/updates'>;
/** What the live stream tells of one. */
export type UpdateNews = Pick<Update, 'id' | 'status' | 'detail' | 'filesFetched' | 'bytesFetched'>;

const ranks: Record<Update['status'], number> = {
  waiting: 0,
  ordered: 1,
  fetching: 2,
  trial: 3,
  done: 4,
  failed: 4,
  cancelled: 4,
};

export const isOver = ({ status }: Pick<Update, 'status'>) => ranks[status] === ranks.done;

/** Whether the board has not begun it. */
export const isCancellable = ({ status }: Pick<Update, 'status'>) => ranks[status] <= ranks.ordered;

/** An update with what was heard of it; of the two the one that is further counts, whichever came first. */
export function withNews(update: Update, news: UpdateNews | undefined): Update {
  if (!news || news.id !== update.id) return update;
  const ahead = ranks[news.status] - ranks[update.status] || news.filesFetched - update.filesFetched;
  return ahead >= 0 ? { ...update, ...pick(news) } : update;
}

const pick = ({ status, detail, filesFetched, bytesFetched }: UpdateNews) => ({
  status,
  detail,
  filesFetched,
  bytesFetched,
});
