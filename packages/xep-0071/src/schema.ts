import { element, rest } from '@xeps/core/schema';
import type { ElementSchema, Infer, InferInput } from '@xeps/core/schema';

/** §5: the namespace of the wrapper, and the feature of who reads it (§10). */
export const NS_XHTML_IM = 'http://jabber.org/protocol/xhtml-im';
/** §5: the namespace of XHTML itself. */
export const NS_XHTML = 'http://www.w3.org/1999/xhtml';

const $xhtmlIm = /* @__PURE__ */ element(NS_XHTML_IM, 'html', { bodies: rest() });
/** §5: `<body/>` elements of XHTML, each in another language, as they came: not to be rendered, see `sanitizeXhtml`. */
export interface XhtmlIm extends Infer<typeof $xhtmlIm> {}
/** {@link XhtmlIm} for encoding. */
export interface XhtmlImInput extends InferInput<typeof $xhtmlIm> {}
/** §5: `<html/>`, in a message beside its text. `readXhtml` reads what is in it. */
export const xhtmlIm: ElementSchema<XhtmlIm, XhtmlImInput> = $xhtmlIm;
