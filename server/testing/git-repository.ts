import fs from 'node:fs';
import git from 'isomorphic-git';

/** Text, bytes, a link to a path, or another repository at a commit. */
type Content = string | Uint8Array | { link: string } | { module: string };
export type Files = Record<string, Content>;
type Entry = { path: string; mode: string; oid: string; type: 'blob' | 'tree' | 'commit' };

const person = { name: 'Ada', email: 'ada@example.org', timezoneOffset: 0 };

/** A bare repository in a folder, written without a git program. */
export async function gitRepository(gitdir: string) {
  const repository = { fs, gitdir };
  let clock = Date.UTC(2024, 0, 1) / 1000;
  await git.init({ ...repository, bare: true, defaultBranch: 'main' });

  async function writeTree(files: [string, Content][]): Promise<string> {
    const inFolders = Map.groupBy(files, ([path]) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : ''));
    const entries: Entry[] = [];
    for (const [folder, content] of inFolders) {
      if (folder === '') for (const [path, one] of content) entries.push(await writeEntry(path, one));
      else {
        const within = content.map(([path, one]) => [path.slice(folder.length + 1), one] as [string, Content]);
        entries.push({ path: folder, mode: '040000', oid: await writeTree(within), type: 'tree' });
      }
    }
    return git.writeTree({ ...repository, tree: entries });
  }

  async function writeEntry(path: string, content: Content): Promise<Entry> {
    if (typeof content === 'object' && 'module' in content) {
      return { path, mode: '160000', oid: content.module, type: 'commit' };
    }
    const isLink = typeof content === 'object' && 'link' in content;
    const blob = Buffer.from(isLink ? content.link : content);
    return {
      path,
      mode: isLink ? '120000' : '100644',
      oid: await git.writeBlob({ ...repository, blob }),
      type: 'blob',
    };
  }

  return {
    /** Makes a commit that holds just these files. @returns its id */
    async commit(files: Files, branch = 'main'): Promise<string> {
      clock += 60;
      const by = { ...person, timestamp: clock };
      const ref = `refs/heads/${branch}`;
      const tree = await writeTree(Object.entries(files));
      const parent = await git.resolveRef({ ...repository, ref }).then(
        (oid) => [oid],
        () => [],
      );
      return git.commit({ ...repository, message: 'A change', tree, ref, parent, author: by, committer: by });
    },

    /** Puts a branch where it was before, or anywhere. */
    move: (branch: string, oid: string) =>
      git.writeRef({ ...repository, ref: `refs/heads/${branch}`, value: oid, force: true }),

    tag: (name: string, oid: string) => git.tag({ ...repository, ref: name, object: oid, force: true }),

    /** A tag that is an object of its own. */
    annotate: (name: string, oid: string) =>
      git.annotatedTag({
        ...repository,
        ref: name,
        object: oid,
        message: name,
        tagger: { ...person, timestamp: clock },
        force: true,
      }),
  };
}

export type GitRepository = Awaited<ReturnType<typeof gitRepository>>;
