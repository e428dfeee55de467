export { mintCallbackToken, readCallbackToken } from './callback-token';
export type { CallbackKey, CallbackKeys, CallbackTarget, TokenRefusal } from './callback-token';
export { acceptCallback, receiveCallback } from './receive-callback';
export type { AcceptCallbackOptions, CallbackReceipt, ReceiveCallbackOptions } from './receive-callback';
export { submit, SubmitTimeoutError } from './submit';
export type { SubmitOptions, SubmitTarget } from './submit';
export { isLonghaulFailure } from '../workflows/failure';
export type { LonghaulFailureType } from '../workflows/failure';
