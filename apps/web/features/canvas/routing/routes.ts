import { create } from 'zustand';
import type { Routes } from './route-edges.ts';

/** The ways of those edges that are not drawn as plain curves. */
export const useRoutes = create<{ readonly routes: Routes }>()(() => ({ routes: new Map() }));
