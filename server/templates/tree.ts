import git, { type FsClient, type TreeEntry } from 'isomorphic-git';
import { createCollection, isTaken } from './collection.ts';
import { RepositoryError } from './failure.ts';

type Repository = { fs: FsClient; gitdir: string; cache: object };

/**
 * The files of a folder at a commit that a template takes. Links and other repositories are refused by name: what they stand
 * for is not there, and a board would miss it.
 * @throws AppError, RepositoryError which file cannot be taken, or that there is no such folder
 */
export async function readTree(repository: Repository, commit: string, folder: string, progress: Progress) {
  const collection = createCollection();
  const blobs: Blob[] = [];
  for await (const blob of walk(repository, await treeOf(repository, commit, folder))) {
    collection.expect(blob.path);
    blobs.push(blob);
  }
  for (const [index, { path, oid }] of blobs.entries()) {
    progress(index, blobs.length);
    const { blob } = await git.readBlob({ ...repository, oid });
    collection.add(path, blob);
  }
  return collection.found;
}

type Progress = (done: number, total: number) => void;
type Blob = { path: string; oid: string };

const mostFolders = 300;

async function treeOf(repository: Repository, commit: string, folder: string): Promise<TreeEntry[]> {
  try {
    return (await git.readTree({ ...repository, oid: commit, ...(folder ? { filepath: folder } : {}) })).tree;
  } catch (error) {
    const { code } = error as { code?: string };
    if (folder && (code === 'NotFoundError' || code === 'ObjectTypeError')) {
      throw new RepositoryError(`There is no folder “${folder}” in the repository.`);
    }
    throw error;
  }
}

async function* walk(repository: Repository, root: TreeEntry[]): AsyncGenerator<Blob> {
  const waiting = [{ folder: '', tree: root }];
  // One folder may stand in a tree many times over, and folders in it again: 10 levels of 10 are 10,000,000,000.
  for (let folders = 1; ; folders++) {
    const next = waiting.pop();
    if (!next) return;
    if (folders > mostFolders) throw new RepositoryError(`There are more than ${mostFolders} folders.`);
    for (const { path: name, oid, type, mode } of next.tree) {
      const path = next.folder + name;
      if (!isTaken(type === 'tree' ? `${path}/` : path)) continue;
      if (type === 'commit' || mode === '120000') {
        const what = type === 'commit' ? 'another repository' : 'a link';
        throw new RepositoryError(`${path} is ${what}: a template takes files alone.`);
      }
      if (type === 'blob') yield { path, oid };
      else waiting.push({ folder: `${path}/`, tree: (await git.readTree({ ...repository, oid })).tree });
    }
  }
}
