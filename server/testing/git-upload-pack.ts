import fs from 'node:fs';
import git from 'isomorphic-git';

const capabilities = 'side-band-64k ofs-delta shallow no-progress agent=croft-test';

/** The answers of git's smart HTTP protocol (gitprotocol-http(5), version 1) for one bare repository. */
export function uploadPack(gitdir: string) {
  const repository = { fs, gitdir, cache: {} };

  /** Name and id of all refs, HEAD first; an annotated tag is followed by what it stands for. */
  async function refs(): Promise<[string, string][]> {
    const listed: [string, string][] = [];
    const resolve = (ref: string) => git.resolveRef({ ...repository, ref });
    const head = await resolve('HEAD').catch(() => undefined);
    if (head) listed.push(['HEAD', head]);
    for (const kind of ['heads', 'tags']) {
      const names = await git.listRefs({ ...repository, filepath: `refs/${kind}` });
      for (const name of names) listed.push([`refs/${kind}/${name}`, await resolve(`refs/${kind}/${name}`)]);
    }
    return listed;
  }

  return {
    /** GET /info/refs?service=git-upload-pack */
    async advertisement(): Promise<Buffer> {
      const listed = await refs();
      const head = await git.resolveRef({ ...repository, ref: 'HEAD', depth: 2 }).catch(() => 'refs/heads/main');
      const all = listed.length > 0 ? listed : [['capabilities^{}', '0'.repeat(40)] as const];
      const lines: string[] = [];
      for (const [index, [name, oid]] of all.entries()) {
        lines.push(`${oid} ${name}${index === 0 ? `\0${capabilities} symref=HEAD:${head}` : ''}\n`);
        const tag = await git.readTag({ ...repository, oid }).catch(() => undefined);
        if (tag) lines.push(`${tag.tag.object} ${name}^{}\n`);
      }
      return Buffer.concat([packet('# service=git-upload-pack\n'), flush, ...lines.map(packet), flush]);
    },

    /** POST /git-upload-pack: what is wanted, without what was before it. */
    async pack(request: Buffer): Promise<Buffer> {
      const oid = /want ([0-9a-f]{40})/.exec(request.toString('latin1'))?.[1] ?? '';
      const oids = await reachable(repository, oid).catch(() => undefined);
      if (!oids) return packet(`ERR upload-pack: not our ref ${oid}`);
      const { packfile } = await git.packObjects({ ...repository, oids: [...oids], write: false });
      const commit = await git.readCommit({ ...repository, oid });
      return Buffer.concat([
        ...(commit.commit.parent.length > 0 ? [packet(`shallow ${commit.oid}`)] : []),
        flush,
        packet('NAK\n'),
        packet(`\x02Counting objects: 100% (${oids.size}/${oids.size}), done.\n`),
        ...inBand(Buffer.from(packfile ?? [])),
        flush,
      ]);
    },
  };
}

/** What an object needs, itself among it; of a commit without what was before it. */
async function reachable(repository: { fs: typeof fs; gitdir: string }, oid: string, found = new Set<string>()) {
  if (found.has(oid)) return found;
  found.add(oid);
  const one = { ...repository, oid };
  const { type } = await git.readObject(one);
  if (type === 'tag') await reachable(repository, (await git.readTag(one)).tag.object, found);
  else if (type === 'commit') await reachable(repository, (await git.readCommit(one)).commit.tree, found);
  else if (type === 'tree') {
    const { tree } = await git.readTree(one);
    for (const entry of tree) if (entry.type !== 'commit') await reachable(repository, entry.oid, found);
  }
  return found;
}

const flush = Buffer.from('0000');

/** A line of the protocol: its own length in hexadecimal, then what it says. */
export function packet(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** A pack as side-band-64k carries it. */
export function* inBand(pack: Uint8Array): Generator<Buffer> {
  const most = 65_515;
  for (let at = 0; at < pack.length; at += most) {
    yield packet(Buffer.concat([Buffer.from([1]), pack.subarray(at, at + most)]));
  }
}
