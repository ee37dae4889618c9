// What the pages ask the server about creatives, and what they tell it to do.
import { get, patch, path, post, del, type Page } from '~/api/client';
import { queries, useInfiniteQuery, useQuery } from '~/api/query';
import { hasFailed, isMoving, type Creative, type WholeCreative } from './shapes';

export interface Filters {
  q?: string;
  direction_id?: string;
  ad_account_id?: string;
  platform?: string;
  status?: string;
  media_type?: string;
  tag?: string;
  used?: string;
  duplicates?: string;
  sort?: string;
}
export interface CountedPage extends Page<Creative> {
  total?: number;
}

const PAGE_ROWS = 48;
/** Steps are told live; this is for those that are not, and for when the live connection is away. */
const MOVING_MS = 2_500;
const MOST_AT_ONCE = 100;

const forget = () => queries.invalidateQueries({ queryKey: ['creatives'] });

export function useCreatives(filters: Filters, base = '/api/creatives') {
  return useInfiniteQuery({
    queryKey: ['creatives', 'list', base, filters],
    queryFn: ({ pageParam, signal }) =>
      get<CountedPage>(path(base, { ...filters, limit: PAGE_ROWS, cursor: pageParam, total: pageParam ? undefined : true }), { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: (before) => before,
    refetchInterval: (query) => (query.state.data?.pages.some((page) => page.data.some(isMoving)) ? MOVING_MS : false),
  });
}

export function useCreative(id: string | null) {
  return useQuery({
    queryKey: ['creatives', 'one', id],
    queryFn: ({ signal }) => get<WholeCreative>(`/api/creatives/${id}`, { signal }),
    enabled: !!id,
    refetchInterval: (query) => (query.state.data && isMoving(query.state.data) && !hasFailed(query.state.data) ? MOVING_MS : false),
  });
}

export function useTags() {
  return useQuery({
    queryKey: ['creatives', 'tags'],
    queryFn: () => get<{ data: { tag: string; count: number }[] }>('/api/creatives/tags').then((answer) => answer.data),
  });
}

/** How many stand in the list of failures. */
export function useFailures() {
  return useQuery({
    queryKey: ['creatives', 'failures'],
    queryFn: () => get<CountedPage>(path('/api/creatives/failures', { limit: 1, total: true })).then((page) => page.total ?? 0),
  });
}

export type Change = Partial<Pick<Creative, 'title' | 'direction_id' | 'ad_text' | 'call_to_action' | 'landing_page_url' | 'tags'>> & { poster?: number };
export async function changeCreative(creative: Creative, change: Change) {
  const changed = await patch<WholeCreative>(`/api/creatives/${creative.id}`, { ...change, version: creative.version });
  queries.setQueryData(['creatives', 'one', creative.id], changed);
  await forget();
}
export async function retryCreative(id: string) {
  await post(`/api/creatives/${id}/retry`);
  await forget();
}
export async function retryAll() {
  const answer = await post<{ retried: number }>('/api/creatives/retry');
  await forget();
  return answer.retried;
}
export async function transcribeAgain(id: string) {
  await post(`/api/creatives/${id}/transcribe`);
  await forget();
}
export async function deleteCreative(id: string) {
  await del(`/api/creatives/${id}`);
  queries.removeQueries({ queryKey: ['creatives', 'one', id] });
  await forget();
}

export interface Outcome {
  id: string;
  status: 'done' | 'failed';
  error?: { kind: string; detail: string; hint: string | null; field: string | null };
}
export type Deed = { action: 'tag' | 'untag'; tags: string[] } | { action: 'delete' | 'retry' } | { action: 'move'; direction_id: string };
/** Each for itself: what is refused of one leaves the others done. */
export async function toMany(ids: string[], deed: Deed): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  try {
    for (let i = 0; i < ids.length; i += MOST_AT_ONCE) {
      const answer = await post<{ data: Outcome[] }>('/api/creatives/bulk', { ...deed, ids: ids.slice(i, i + MOST_AT_ONCE) });
      outcomes.push(...answer.data);
    }
  } finally {
    await forget();
  }
  return outcomes;
}

export interface NewCarousel {
  title: string;
  direction_id: string;
  ad_text?: string;
  cards: { creative_id: string; title?: string; landing_page_url?: string }[];
}
export async function addCarousel(carousel: NewCarousel) {
  const made = await post<WholeCreative>('/api/creatives/carousel', carousel);
  await forget();
  return made;
}
