import { parentPort, workerData } from 'node:worker_threads';
import { explain } from './failure.ts';
import { type Fetched, type FetchJob, fetchFiles, type Phase } from './fetch.ts';

/** What this thread says: progress, and at last what it found, or why it did not; `failure` undefined: a defect of ours. */
export type WorkerMessage =
  | { progress: { phase: Phase; done: number; total: number | null } }
  | { fetched: Fetched }
  | { failure: string | undefined; error: string };

/** A page asks for progress every second or so; each chunk would be thousands of messages. */
const reportEvery = 50;

const job = workerData as FetchJob;
const tell = (message: WorkerMessage) => parentPort?.postMessage(message);
let toldAt = 0;
let toldPhase: Phase | undefined;

try {
  const fetched = await fetchFiles(job, (phase, done, total) => {
    if (phase === toldPhase && Date.now() - toldAt < reportEvery) return;
    toldAt = Date.now();
    toldPhase = phase;
    tell({ progress: { phase, done, total } });
  });
  tell({ fetched });
} catch (error) {
  tell({ failure: explain(error, job.token !== null), error: String(error) });
}
