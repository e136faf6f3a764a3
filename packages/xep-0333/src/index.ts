/**
 * XEP-0333: Displayed Markers. Tells up to which message a conversation was displayed, and asks to be told.
 *
 * @packageDocumentation
 */
export { markedId, sendDisplayed } from './actions.ts';
export type { OutgoingMarker } from './actions.ts';
export { displayedMarkers } from './plugin.ts';
export type { DisplayedMarkersApi, MarkerEvent, MarkerEvents, MarkerPolicy, MarkOptions } from './plugin.ts';
export { displayed, markable, NS_CHAT_MARKERS } from './schema.ts';
export type { Displayed, DisplayedInput } from './schema.ts';
