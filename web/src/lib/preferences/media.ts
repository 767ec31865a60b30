import { MediaQuery } from 'svelte/reactivity';

export const prefersDark = () => new MediaQuery('(prefers-color-scheme: dark)');
export const prefersReducedMotion = () => new MediaQuery('(prefers-reduced-motion: reduce)');
