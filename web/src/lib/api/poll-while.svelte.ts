/**
 * Looks again and again while it is wanted, one look after the other. A look that fails is tried again at its turn: the
 * page says elsewhere that the instance is gone. Call it during component initialisation.
 * @param pause milliseconds between the end of a look and the next one
 */
export function pollWhile(wanted: () => boolean, look: () => Promise<unknown>, pause: number): void {
  const isWanted = $derived(wanted());
  $effect(() => {
    if (!isWanted) return;
    let over = false;
    let timer = setTimeout(turn, pause);
    async function turn() {
      await look().catch(() => undefined);
      if (!over) timer = setTimeout(turn, pause);
    }
    return () => {
      over = true;
      clearTimeout(timer);
    };
  });
}
