import type { Schema } from './schema/index.ts';

/** An IQ request and its answer (RFC 6120 §8.2.3): the one typed value that both sides use, the asking and the answering. */
export interface IqQuery<Request, RequestInput, Response, ResponseInput> {
  readonly type: 'get' | 'set';
  readonly request: Schema<Request, RequestInput>;
  /** `undefined`: the result is empty. */
  readonly response: Schema<Response, ResponseInput> | undefined;
  /** Whether a result may also be empty. */
  readonly mayBeEmpty: boolean;
}

/** A query whose result is empty. */
export function iqQuery<Req, ReqIn>(
  type: 'get' | 'set',
  request: Schema<Req, ReqIn>,
): IqQuery<Req, ReqIn, undefined, undefined | void>;
/** A query whose result has a payload. */
export function iqQuery<Req, ReqIn, Res, ResIn>(
  type: 'get' | 'set',
  request: Schema<Req, ReqIn>,
  response: Schema<Res, ResIn>,
): IqQuery<Req, ReqIn, Res, ResIn>;
/** A query whose result has a payload or is empty, which then reads as `undefined`. */
export function iqQuery<Req, ReqIn, Res, ResIn>(
  type: 'get' | 'set',
  request: Schema<Req, ReqIn>,
  response: Schema<Res, ResIn>,
  options: { readonly mayBeEmpty: true },
): IqQuery<Req, ReqIn, Res | undefined, ResIn | undefined>;
/* @__NO_SIDE_EFFECTS__ */
export function iqQuery<Req, ReqIn, Res, ResIn>(
  type: 'get' | 'set',
  request: Schema<Req, ReqIn>,
  response?: Schema<Res, ResIn>,
  options?: { readonly mayBeEmpty: true },
): IqQuery<Req, ReqIn, Res, ResIn> {
  return { type, request, response, mayBeEmpty: options?.mayBeEmpty ?? response === undefined };
}
