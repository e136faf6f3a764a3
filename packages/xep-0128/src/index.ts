/**
 * XEP-0128: Service Discovery Extensions. Reads the forms in which services tell more of themselves.
 *
 * @packageDocumentation
 */
export { findForm, findFormValues, getServiceForms } from './forms.ts';
