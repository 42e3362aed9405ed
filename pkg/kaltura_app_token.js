/**
 * Where to call, and how often to try again.
 */
export class Caller {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        CallerFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_caller_free(ptr, 0);
    }
    /**
     * Calls `name`, such as `appToken.list`, with a body that has `ks` in it; see [`call`]. What
     * is not `repeatable` is tried again only if it was turned away at the door. The host ends
     * the call at `deadline_ms`.
     * @param {string} name
     * @param {string} body
     * @param {string} ks
     * @param {boolean} repeatable
     * @param {any} host
     * @param {number} deadline_ms
     * @returns {Promise<any>}
     */
    call(name, body, ks, repeatable, host, deadline_ms) {
        const val4 = +repeatable;
        const val5 = +deadline_ms;
        let ptr0, len0, ptr1, len1, ptr2, len2;
        try {
            ptr0 = passStringToWasm0(name, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passStringToWasm0(body, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passStringToWasm0(ks, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len2 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.caller_call(this.__wbg_ptr, ptr0, len0, ptr1, len1, ptr2, len2, val4, host, val5);
        return ret;
    }
    /**
     * Reads the options.
     * @param {object} options
     */
    constructor(options) {
        const ret = wasm.caller_new(options);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        CallerFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
}
if (Symbol.dispose) Caller.prototype[Symbol.dispose] = Caller.prototype.free;

/**
 * The core of a `SessionProvider`. No borrow of it is held while JavaScript runs.
 */
export class ProviderCore {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        ProviderCoreFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_providercore_free(ptr, 0);
    }
    /**
     * The same for the flight that was to fetch the widget session.
     * @param {number} flight
     */
    abandonWidget(flight) {
        wasm.providercore_abandonWidget(this.__wbg_ptr, flight);
    }
    /**
     * The end of a flight whose time was over, or that nobody wants any more.
     * @param {number} flight
     * @param {boolean} timed_out
     * @param {any} now
     */
    abandon(flight, timed_out, now) {
        wasm.providercore_abandon(this.__wbg_ptr, flight, timed_out, now);
    }
    /**
     * Ends a flight with a session from a store, if it is one and would be served;
     * `{ rejected }` if it is none of ours.
     * @param {number} flight
     * @param {string} token
     * @param {string} sealed
     * @param {any} now
     * @returns {any}
     */
    adopt(flight, token, sealed, now) {
        const val3 = +flight;
        let ptr0, len0, ptr1, len1;
        try {
            ptr0 = passStringToWasm0(token, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passStringToWasm0(sealed, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.providercore_adopt(this.__wbg_ptr, val3, ptr0, len0, ptr1, len1, now);
        return ret;
    }
    /**
     * What somebody who needs the widget session is to do; nothing if it is there.
     * @param {number} followed
     * @param {number} silent_checks
     * @param {any} now
     * @returns {any}
     */
    askForWidget(followed, silent_checks, now) {
        const ret = wasm.providercore_askForWidget(this.__wbg_ptr, followed, silent_checks, now);
        return ret;
    }
    /**
     * What the caller of `request` is to do. `followed` is the flight that it followed in
     * vain, after `silent_checks` checks without a sign.
     * @param {object} request
     * @param {number} followed
     * @param {number} silent_checks
     * @param {any} now
     * @returns {any}
     */
    ask(request, followed, silent_checks, now) {
        const ret = wasm.providercore_ask(this.__wbg_ptr, request, followed, silent_checks, now);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * How many sessions to start in one request.
     * @returns {number}
     */
    get batchSize() {
        const ret = wasm.providercore_batchSize(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * How many such requests to have under way at a time.
     * @returns {number}
     */
    get batchesInFlight() {
        const ret = wasm.providercore_batchesInFlight(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Calls the API with parameters that have `ks` among them, once; see [`Call::make`].
     * @param {string} service
     * @param {string} action
     * @param {string} body
     * @param {string} ks
     * @param {number} attempts
     * @param {any} host
     * @returns {Promise<any>}
     */
    call(service, action, body, ks, attempts, host) {
        const val5 = +attempts;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
        try {
            ptr0 = passStringToWasm0(service, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passStringToWasm0(action, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passStringToWasm0(body, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passStringToWasm0(ks, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len3 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 1, 1); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.providercore_call(this.__wbg_ptr, ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3, val5, host);
        return ret;
    }
    /**
     * How often a leader gives a sign, and its followers look for it.
     * @returns {number}
     */
    static checkEveryMs() {
        const ret = wasm.providercore_checkEveryMs();
        return ret >>> 0;
    }
    /**
     * Forgets everything.
     */
    clear() {
        wasm.providercore_clear(this.__wbg_ptr);
    }
    /**
     * The end of the flights for want of a widget session; `undefined` if there is one.
     * @param {Uint32Array | number[]} flights
     * @param {any} now
     * @returns {Array<any> | undefined}
     */
    failForWidget(flights, now) {
        const ptr0 = passArray32ToWasm0(flights, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.providercore_failForWidget(this.__wbg_ptr, ptr0, len0, now);
        return ret;
    }
    /**
     * Fetches the widget session for all.
     * @param {number} flight
     * @param {any} host
     * @param {number} deadline_ms
     * @returns {Promise<void>}
     */
    fetchWidget(flight, host, deadline_ms) {
        const ret = wasm.providercore_fetchWidget(this.__wbg_ptr, flight, host, deadline_ms);
        return ret;
    }
    /**
     * Forgets a session.
     * @param {string} ks
     * @param {any} now
     */
    invalidateKs(ks, now) {
        const ptr0 = passStringToWasm0(ks, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.providercore_invalidateKs(this.__wbg_ptr, ptr0, len0, now);
    }
    /**
     * Forgets the session of a request.
     * @param {object} request
     * @param {any} now
     */
    invalidate(request, now) {
        const ret = wasm.providercore_invalidate(this.__wbg_ptr, request, now);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Mints what the flights are for, and tells what came of each, in order. When the host
     * ends the call, that is left to the shell.
     * @param {Uint32Array | number[]} flights
     * @param {any} host
     * @param {number} deadline_ms
     * @returns {Promise<Array<any>>}
     */
    mint(flights, host, deadline_ms) {
        const val2 = +deadline_ms;
        const ptr0 = passArray32ToWasm0(flights, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.providercore_mint(this.__wbg_ptr, ptr0, len0, host, val2);
        return ret;
    }
    /**
     * Reads the options. Tokens that come from functions are left out of them, and
     * `functions` is true in their places.
     * @param {object} options
     * @param {any} fallback
     * @param {boolean} token_function
     * @param {boolean} fallback_function
     */
    constructor(options, fallback, token_function, fallback_function) {
        const ret = wasm.providercore_new(options, fallback, token_function, fallback_function);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        ProviderCoreFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Where a flight's session is kept in a store: `{ name, key }`.
     * @param {number} flight
     * @param {string} token
     * @returns {any}
     */
    place(flight, token) {
        const val2 = +flight;
        const ptr0 = passStringToWasm0(token, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.providercore_place(this.__wbg_ptr, val2, ptr0, len0);
        return ret;
    }
    /**
     * A new session was refused as logged out: its token is revoked. `privileges`, the
     * session's own, name the token.
     * @param {string} privileges
     * @param {any} now
     */
    revoke(privileges, now) {
        const ptr0 = passStringToWasm0(privileges, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.providercore_revoke(this.__wbg_ptr, ptr0, len0, now);
    }
    /**
     * The session of a key, sealed for a store: `{ text, ttlMs }`, if there is one.
     * @param {string} key
     * @param {string} token
     * @param {any} now
     * @returns {any}
     */
    seal(key, token, now) {
        let ptr0, len0, ptr1, len1;
        try {
            ptr0 = passStringToWasm0(key, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passStringToWasm0(token, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.providercore_seal(this.__wbg_ptr, ptr0, len0, ptr1, len1, now);
        return ret;
    }
}
if (Symbol.dispose) ProviderCore.prototype[Symbol.dispose] = ProviderCore.prototype.free;

/**
 * `hashAppToken(ks, appToken, hashType)`
 * @param {string} ks
 * @param {string} app_token
 * @param {string} hash_type
 * @returns {string}
 */
export function hashAppToken(ks, app_token, hash_type) {
    let deferred5_0;
    let deferred5_1;
    try {
        let ptr0, len0, ptr1, len1, ptr2, len2;
        try {
            ptr0 = passStringToWasm0(ks, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passStringToWasm0(app_token, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passStringToWasm0(hash_type, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len2 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.hashAppToken(ptr0, len0, ptr1, len1, ptr2, len2);
        var ptr4 = ret[0];
        var len4 = ret[1];
        if (ret[3]) {
            ptr4 = 0; len4 = 0;
            throw takeFromExternrefTable0(ret[2]);
        }
        deferred5_0 = ptr4;
        deferred5_1 = len4;
        return getStringFromWasm0(ptr4, len4);
    } finally {
        wasm.__wbindgen_free(deferred5_0, deferred5_1, 1);
    }
}

/**
 * `startAppTokenSession(options)`. The host ends the call at `deadline_ms`; that moment is
 * told so that no wait is begun that it would cut.
 * @param {object} options
 * @param {any} host
 * @param {number} deadline_ms
 * @returns {Promise<any>}
 */
export function startAppTokenSession(options, host, deadline_ms) {
    const ret = wasm.startAppTokenSession(options, host, deadline_ms);
    return ret;
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_Error_208446807d0d1e30: function(arg0, arg1) {
            const ret = Error(getStringFromWasm0(arg0, arg1));
            return ret;
        },
        __wbg___wbindgen_boolean_get_4f1baf9a00be3c74: function(arg0) {
            const v = arg0;
            const ret = typeof(v) === 'boolean' ? v : undefined;
            return isLikeNone(ret) ? 0xFFFFFF : ret ? 1 : 0;
        },
        __wbg___wbindgen_is_falsy_d864b623500ae65d: function(arg0) {
            const ret = !arg0;
            return ret;
        },
        __wbg___wbindgen_is_function_741ff2bb612836f5: function(arg0) {
            const ret = typeof(arg0) === 'function';
            return ret;
        },
        __wbg___wbindgen_is_null_c22311b1cc228e3a: function(arg0) {
            const ret = arg0 === null;
            return ret;
        },
        __wbg___wbindgen_is_object_8b968c3ab8e96595: function(arg0) {
            const val = arg0;
            const ret = typeof(val) === 'object' && val !== null;
            return ret;
        },
        __wbg___wbindgen_is_string_fc456fee5d3317de: function(arg0) {
            const ret = typeof(arg0) === 'string';
            return ret;
        },
        __wbg___wbindgen_is_undefined_be5b34249ff1fc15: function(arg0) {
            const ret = arg0 === undefined;
            return ret;
        },
        __wbg___wbindgen_number_get_934b640d0889af78: function(arg0, arg1) {
            const obj = arg1;
            const ret = typeof(obj) === 'number' ? obj : undefined;
            getDataViewMemory0().setFloat64((arg0 >>> 0) + 8 * 1, isLikeNone(ret) ? 0 : ret, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, !isLikeNone(ret), true);
        },
        __wbg___wbindgen_string_get_7ce8eee7fd327545: function(arg0, arg1) {
            const obj = arg1;
            const ret = typeof(obj) === 'string' ? obj : undefined;
            var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            var len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbg__wbg_cb_unref_09736879a3f67559: function(arg0) {
            arg0._wbg_cb_unref();
        },
        __wbg_askForAppToken_8b20a3345d701f2e: function(arg0, arg1) {
            const ret = arg0.askForAppToken(arg1 >>> 0);
            return ret;
        },
        __wbg_body_4099642a8f52f811: function() { return handleError(function (arg0) {
            const ret = arg0.body;
            return ret;
        }, arguments); },
        __wbg_call_a410eb4b59ed5965: function() { return handleError(function (arg0, arg1, arg2) {
            const ret = arg0.call(arg1, arg2);
            return ret;
        }, arguments); },
        __wbg_cancel_7b9468f35e9daa3d: function() { return handleError(function (arg0) {
            const ret = arg0.cancel();
            return ret;
        }, arguments); },
        __wbg_charCodeAt_851946d8f1279e11: function(arg0, arg1) {
            const ret = arg0.charCodeAt(arg1 >>> 0);
            return ret;
        },
        __wbg_done_3c142533e3ed0f75: function() { return handleError(function (arg0) {
            const ret = arg0.done;
            return ret;
        }, arguments); },
        __wbg_emit_370c9ab84e1b5373: function(arg0, arg1) {
            arg0.emit(arg1);
        },
        __wbg_ended_0b107e90e19c66a7: function(arg0) {
            const ret = arg0.ended();
            return ret;
        },
        __wbg_fetch_910f813e0668d60d: function(arg0, arg1, arg2, arg3) {
            const ret = arg0.fetch(getStringFromWasm0(arg1, arg2), arg3);
            return ret;
        },
        __wbg_forget_09906ba0fb52eba9: function(arg0, arg1) {
            arg0.forget(arg1);
        },
        __wbg_from_eac91875c8a5ffa4: function(arg0) {
            const ret = Array.from(arg0);
            return ret;
        },
        __wbg_getRandomValues_8b6f1f663e6f188d: function() { return handleError(function (arg0, arg1) {
            globalThis.crypto.getRandomValues(getArrayU8FromWasm0(arg0, arg1));
        }, arguments); },
        __wbg_getReader_cf2563e58c10252b: function() { return handleError(function (arg0) {
            const ret = arg0.getReader();
            return ret;
        }, arguments); },
        __wbg_get_2080c49015e35254: function() { return handleError(function (arg0, arg1) {
            const ret = Reflect.get(arg0, arg1);
            return ret;
        }, arguments); },
        __wbg_get_bc7d4932c08a3c04: function() { return handleError(function (arg0, arg1, arg2) {
            const ret = arg0.get(getStringFromWasm0(arg1, arg2));
            return ret;
        }, arguments); },
        __wbg_get_d7176cfb76d71114: function(arg0, arg1) {
            const ret = arg0[arg1 >>> 0];
            return ret;
        },
        __wbg_get_unchecked_e6325ad374eff861: function(arg0, arg1) {
            const ret = arg0[arg1 >>> 0];
            return ret;
        },
        __wbg_hasAppTokenFunction_c155c8a7ec65ae1e: function(arg0) {
            const ret = arg0.hasAppTokenFunction;
            return ret;
        },
        __wbg_headers_372e534aeb483622: function() { return handleError(function (arg0) {
            const ret = arg0.headers;
            return ret;
        }, arguments); },
        __wbg_instanceof_Uint8Array_d7aeb0dcb3108fea: function(arg0) {
            let result;
            try {
                result = arg0 instanceof Uint8Array;
            } catch (_) {
                result = false;
            }
            const ret = result;
            return ret;
        },
        __wbg_isArray_bcf1376d0d732d08: function(arg0) {
            const ret = Array.isArray(arg0);
            return ret;
        },
        __wbg_keys_105f5c0857898f84: function(arg0) {
            const ret = Object.keys(arg0);
            return ret;
        },
        __wbg_length_186163212ffe79c3: function(arg0) {
            const ret = arg0.length;
            return ret;
        },
        __wbg_length_b03a0fabb109b1e9: function(arg0) {
            const ret = arg0.length;
            return ret;
        },
        __wbg_length_e83e819f48c774e4: function(arg0) {
            const ret = arg0.length;
            return ret;
        },
        __wbg_new_37eb45aaf5eeb820: function() {
            const ret = new Array();
            return ret;
        },
        __wbg_new_cd4348290afae586: function() {
            const ret = new Object();
            return ret;
        },
        __wbg_new_typed_e09da9dae6ee5935: function(arg0, arg1) {
            try {
                var state0 = {a: arg0, b: arg1};
                var cb0 = (arg0, arg1) => {
                    const a = state0.a;
                    state0.a = 0;
                    try {
                        return wasm_bindgen_2ec73fbd60530911___convert__closures_____invoke___js_sys_21b106e04dac7c40___Function_fn_wasm_bindgen_2ec73fbd60530911___JsValue_____wasm_bindgen_2ec73fbd60530911___sys__Undefined___js_sys_21b106e04dac7c40___Function_fn_wasm_bindgen_2ec73fbd60530911___JsValue_____wasm_bindgen_2ec73fbd60530911___sys__Undefined_______true_(a, state0.b, arg0, arg1);
                    } finally {
                        state0.a = a;
                    }
                };
                const ret = new Promise(cb0);
                return ret;
            } finally {
                state0.a = 0;
            }
        },
        __wbg_now_508ca3c849cbadda: function(arg0) {
            const ret = arg0.now();
            return ret;
        },
        __wbg_parse_db19ce9de46824f7: function(arg0, arg1) {
            const ret = Date.parse(getStringFromWasm0(arg0, arg1));
            return ret;
        },
        __wbg_prototypesetcall_13162965d1fe7aa3: function(arg0, arg1, arg2) {
            Uint8Array.prototype.set.call(getArrayU8FromWasm0(arg0, arg1), arg2);
        },
        __wbg_push_c9f4893fc209f768: function(arg0, arg1) {
            const ret = arg0.push(arg1);
            return ret;
        },
        __wbg_queueMicrotask_1e8503a8a690f0a3: function(arg0) {
            const ret = arg0.queueMicrotask;
            return ret;
        },
        __wbg_queueMicrotask_4a1a4d8dd332373b: function(arg0) {
            queueMicrotask(arg0);
        },
        __wbg_random_df36b90cd78a7d54: function() {
            const ret = Math.random();
            return ret;
        },
        __wbg_read_e4de20bd13bdcac2: function() { return handleError(function (arg0) {
            const ret = arg0.read();
            return ret;
        }, arguments); },
        __wbg_resolve_dbf78ab4942478b0: function(arg0) {
            const ret = Promise.resolve(arg0);
            return ret;
        },
        __wbg_set_2793479888329cb6: function() { return handleError(function (arg0, arg1, arg2) {
            const ret = Reflect.set(arg0, arg1, arg2);
            return ret;
        }, arguments); },
        __wbg_set_body_877d5251e78ca815: function(arg0, arg1) {
            arg0.body = arg1;
        },
        __wbg_set_headers_6d75a7df4eb22716: function(arg0, arg1) {
            arg0.headers = arg1;
        },
        __wbg_set_method_639e69af35614d36: function(arg0, arg1, arg2) {
            arg0.method = getStringFromWasm0(arg1, arg2);
        },
        __wbg_set_redirect_a95a432ab7d10765: function(arg0, arg1) {
            arg0.redirect = __wbindgen_enum_RequestRedirect[arg1];
        },
        __wbg_set_signal_0b2eee78907e5ba7: function(arg0, arg1) {
            arg0.signal = arg1;
        },
        __wbg_signal_3e601a9cd6b933d0: function(arg0) {
            const ret = arg0.signal;
            return ret;
        },
        __wbg_sleep_b9c8953ce4389295: function(arg0, arg1) {
            const ret = arg0.sleep(arg1);
            return ret;
        },
        __wbg_static_accessor_GLOBAL_THIS_003ee833af9699fc: function() {
            const ret = typeof globalThis === 'undefined' ? undefined : globalThis;
            return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
        },
        __wbg_static_accessor_GLOBAL_e4293fb22cbe77da: function() {
            const ret = typeof global === 'undefined' ? undefined : global;
            return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
        },
        __wbg_static_accessor_SELF_53bb20457401453d: function() {
            const ret = typeof self === 'undefined' ? undefined : self;
            return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
        },
        __wbg_static_accessor_WINDOW_b5e0810bfecb7feb: function() {
            const ret = typeof window === 'undefined' ? undefined : window;
            return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
        },
        __wbg_status_1a98135f60e6a9e2: function() { return handleError(function (arg0) {
            const ret = arg0.status;
            return ret;
        }, arguments); },
        __wbg_steady_1f3e1dd0cac29f1f: function(arg0) {
            const ret = arg0.steady;
            return ret;
        },
        __wbg_steady_98b7db37174ebc1e: function(arg0) {
            const ret = arg0.steady();
            return ret;
        },
        __wbg_text_a5678f2267200715: function() { return handleError(function (arg0) {
            const ret = arg0.text();
            return ret;
        }, arguments); },
        __wbg_then_656f253a5dd7d8ea: function(arg0, arg1, arg2) {
            const ret = arg0.then(arg1, arg2);
            return ret;
        },
        __wbg_then_e3f7f2d365708be8: function(arg0, arg1) {
            const ret = arg0.then(arg1);
            return ret;
        },
        __wbg_value_7e95d9aa6c51cfb0: function() { return handleError(function (arg0) {
            const ret = arg0.value;
            return ret;
        }, arguments); },
        __wbg_wall_3d8d1ba1aa78ac58: function(arg0) {
            const ret = arg0.wall;
            return ret;
        },
        __wbg_within_d002436047abc590: function(arg0, arg1) {
            const ret = arg0.within(arg1);
            return ret;
        },
        __wbindgen_generic_0000000000000001: function(arg0, arg1) {
            // Cast intrinsic for `Closure(Closure { owned: true, function: Function { arguments: [Externref], shim_idx: 6, ret: Result(Unit), inner_ret: Some(Result(Unit)) }, mutable: true }) -> Externref`.
            const ret = makeMutClosure(arg0, arg1, wasm_bindgen_2ec73fbd60530911___convert__closures_____invoke___wasm_bindgen_2ec73fbd60530911___JsValue__core_84191437197a5fe3___result__Result_____wasm_bindgen_2ec73fbd60530911___JsError___true_);
            return ret;
        },
        __wbindgen_generic_0000000000000002: function(arg0) {
            // Cast intrinsic for `F64 -> Externref`.
            const ret = arg0;
            return ret;
        },
        __wbindgen_generic_0000000000000003: function(arg0, arg1) {
            // Cast intrinsic for `Ref(String) -> Externref`.
            const ret = getStringFromWasm0(arg0, arg1);
            return ret;
        },
        __wbindgen_init_externref_table: function() {
            const table = wasm.__wbindgen_externrefs;
            table.set(0, undefined);
            table.set(1024, undefined);
            table.set(1025, null);
            table.set(1026, true);
            table.set(1027, false);
        },
    };
    return {
        __proto__: null,
        "./k_bg.js": import0,
    };
}

function wasm_bindgen_2ec73fbd60530911___convert__closures_____invoke___wasm_bindgen_2ec73fbd60530911___JsValue__core_84191437197a5fe3___result__Result_____wasm_bindgen_2ec73fbd60530911___JsError___true_(arg0, arg1, arg2) {
    const ret = wasm.wasm_bindgen_2ec73fbd60530911___convert__closures_____invoke___wasm_bindgen_2ec73fbd60530911___JsValue__core_84191437197a5fe3___result__Result_____wasm_bindgen_2ec73fbd60530911___JsError___true_(arg0, arg1, arg2);
    if (ret[1]) {
        throw takeFromExternrefTable0(ret[0]);
    }
}

function wasm_bindgen_2ec73fbd60530911___convert__closures_____invoke___js_sys_21b106e04dac7c40___Function_fn_wasm_bindgen_2ec73fbd60530911___JsValue_____wasm_bindgen_2ec73fbd60530911___sys__Undefined___js_sys_21b106e04dac7c40___Function_fn_wasm_bindgen_2ec73fbd60530911___JsValue_____wasm_bindgen_2ec73fbd60530911___sys__Undefined_______true_(arg0, arg1, arg2, arg3) {
    wasm.wasm_bindgen_2ec73fbd60530911___convert__closures_____invoke___js_sys_21b106e04dac7c40___Function_fn_wasm_bindgen_2ec73fbd60530911___JsValue_____wasm_bindgen_2ec73fbd60530911___sys__Undefined___js_sys_21b106e04dac7c40___Function_fn_wasm_bindgen_2ec73fbd60530911___JsValue_____wasm_bindgen_2ec73fbd60530911___sys__Undefined_______true_(arg0, arg1, arg2, arg3);
}


const __wbindgen_enum_RequestRedirect = ["follow", "error", "manual"];
const CallerFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_caller_free(ptr, 1));
const ProviderCoreFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_providercore_free(ptr, 1));

function addToExternrefTable0(obj) {
    const idx = wasm.__externref_table_alloc();
    wasm.__wbindgen_externrefs.set(idx, obj);
    return idx;
}

const CLOSURE_DTORS = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(state => wasm.__wbindgen_destroy_closure(state.a, state.b));

function getArrayU8FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
    return cachedDataViewMemory0;
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

let cachedUint32ArrayMemory0 = null;
function getUint32ArrayMemory0() {
    if (cachedUint32ArrayMemory0 === null || cachedUint32ArrayMemory0.byteLength === 0) {
        cachedUint32ArrayMemory0 = new Uint32Array(wasm.memory.buffer);
    }
    return cachedUint32ArrayMemory0;
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

function handleError(f, args) {
    try {
        return f.apply(this, args);
    } catch (e) {
        const idx = addToExternrefTable0(e);
        wasm.__wbindgen_exn_store(idx);
    }
}

function isLikeNone(x) {
    return x === undefined || x === null;
}

function makeMutClosure(arg0, arg1, f) {
    const state = { a: arg0, b: arg1, cnt: 1 };
    const real = (...args) => {

        // First up with a closure we increment the internal reference
        // count. This ensures that the Rust closure environment won't
        // be deallocated while we're invoking it.
        state.cnt++;
        const a = state.a;
        state.a = 0;
        try {
            return f(a, state.b, ...args);
        } finally {
            state.a = a;
            real._wbg_cb_unref();
        }
    };
    real._wbg_cb_unref = () => {
        if (--state.cnt === 0) {
            wasm.__wbindgen_destroy_closure(state.a, state.b);
            state.a = 0;
            CLOSURE_DTORS.unregister(state);
        }
    };
    CLOSURE_DTORS.register(real, state, state);
    return real;
}

function passArray32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getUint32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passStringToWasm0(arg, malloc, realloc) {
    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;

    const mem = getUint8ArrayMemory0();

    let offset = 0;

    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        if (offset !== 0) {
            arg = arg.slice(offset);
        }
        ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        const ret = cachedTextEncoder.encodeInto(arg, view);

        offset += ret.written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }

    WASM_VECTOR_LEN = offset;
    return ptr;
}

function takeFromExternrefTable0(idx) {
    const value = wasm.__wbindgen_externrefs.get(idx);
    wasm.__externref_table_dealloc(idx);
    return value;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}

const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}

let WASM_VECTOR_LEN = 0;

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    cachedDataViewMemory0 = null;
    cachedUint32ArrayMemory0 = null;
    cachedUint8ArrayMemory0 = null;
    wasm.__wbindgen_start();
    return wasm;
}

async function __wbg_load(module, imports) {
    if (typeof Response === 'function' && module instanceof Response) {
        if (!module.ok) {
            throw new Error(`failed to fetch Wasm: ${module.status} ${module.statusText} fetching '${module.url}'`);
        }

        if (typeof WebAssembly.instantiateStreaming === 'function') {
            try {
                return await WebAssembly.instantiateStreaming(module, imports);
            } catch (e) {
                const validResponse = expectedResponseType(module.type);

                if (validResponse && module.headers.get('Content-Type') !== 'application/wasm') {
                    console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n", e);

                } else { throw e; }
            }
        }

        const bytes = await module.arrayBuffer();
        return await WebAssembly.instantiate(bytes, imports);
    } else {
        const instance = await WebAssembly.instantiate(module, imports);

        if (instance instanceof WebAssembly.Instance) {
            return { instance, module };
        } else {
            return instance;
        }
    }

    function expectedResponseType(type) {
        switch (type) {
            case 'basic': case 'cors': case 'default': return true;
        }
        return false;
    }
}

function initSync(module) {
    if (wasm !== undefined) return wasm;


    if (module !== undefined) {
        if (Object.getPrototypeOf(module) === Object.prototype) {
            ({module} = module)
        } else {
            console.warn('using deprecated parameters for `initSync()`; pass a single object instead')
        }
    }

    const imports = __wbg_get_imports();
    if (Object.prototype.toString.call(module) !== '[object WebAssembly.Module]') {
        module = new WebAssembly.Module(module);
    }
    const instance = new WebAssembly.Instance(module, imports);
    return __wbg_finalize_init(instance, module);
}

let __wbg_init_promise;
async function __wbg_init(module_or_path) {
    if (wasm !== undefined) return wasm;
    if (__wbg_init_promise === undefined) {
        __wbg_init_promise = __wbg_init_once(module_or_path);
        __wbg_init_promise.catch(() => { __wbg_init_promise = undefined; });
    }
    return __wbg_init_promise;
}

async function __wbg_init_once(module_or_path) {

    if (module_or_path !== undefined) {
        if (Object.getPrototypeOf(module_or_path) === Object.prototype) {
            ({module_or_path} = module_or_path)
        } else {
            console.warn('using deprecated parameters for the initialization function; pass a single object instead')
        }
    }


    const imports = __wbg_get_imports();

    if (typeof module_or_path === 'string' || (typeof Request === 'function' && module_or_path instanceof Request) || (typeof URL === 'function' && module_or_path instanceof URL)) {
        module_or_path = fetch(module_or_path);
    }

    const { instance, module } = await __wbg_load(await module_or_path, imports);

    return __wbg_finalize_init(instance, module);
}

export { initSync, __wbg_init as default };
