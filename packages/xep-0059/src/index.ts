/**
 * XEP-0059: Result Set Management. Reads large results page by page, forwards and backwards.
 *
 * @packageDocumentation
 */
export { PagingError } from './errors.ts';
export { pages } from './pages.ts';
export type { Page, PagesOptions } from './pages.ts';
export { NS_RSM, rsmFirst, rsmRequest, rsmResult } from './schema.ts';
export type { RsmFirst, RsmFirstInput, RsmRequest, RsmRequestInput, RsmResult, RsmResultInput } from './schema.ts';
