import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");
;// CONCATENATED MODULE: ./lib/oci/quote.js
/** Characters of foreign text that an error message repeats: enough for any real reference. */
const QUOTE_LIMIT = 160;
/**
 * Text between double quotes for use in an error message: control characters and everything else
 * that is invisible (line breaks, bidirectional overrides, lone surrogates) is written as an
 * escape, and the text is cut to 160 characters.
 */
function quote_quote(text) {
    const shown = text.length > QUOTE_LIMIT ? `${text.slice(0, QUOTE_LIMIT)}…` : text;
    return `"${escaped(shown)}"`;
}
/** Text as `quote` writes it between the quotes, uncut. */
function escaped(text) {
    return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}"\\]/gu, escapeCharacter);
}
function escapeCharacter(character) {
    if (character === '"' || character === '\\')
        return `\\${character}`;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

;// CONCATENATED MODULE: ./lib/registry/known-secrets.js

/** What the runner writes where a secret stood. */
const REDACTED = '***';
/** Stands where a text was cut (foreign-text.ts, oci/quote.ts). */
const CUT = '…';
/**
 * Shorter texts are punctuation more often than secrets (the `{` of a JSON key), and taking them out
 * everywhere would make all others unreadable. In UTF-16 code units, as all lengths here.
 */
const SHORTEST = 4;
/** Shorter ones of hexadecimal digits alone stand in some digest or other by chance. */
const SHORTEST_HEX = 8;
/** No service is known to give shorter tokens. Words without digits are longer. */
const SHORTEST_TOKEN = 8;
const SHORTEST_TOKEN_OF_LETTERS = 16;
/**
 * Tokens that are remembered, the newest of them: others have expired, or a run needs one for each of
 * its repositories.
 */
const MAX_TOKENS = 1000;
/** What only digests hold, whatever stands before or behind it. */
const DIGEST_NAME = /sha(?:256|512)/;
const DIGEST_NAMES = ['sha256', 'sha512'];
const HEX = /^[0-9a-f]+$/i;
/**
 * The secrets that are used in requests, and the way to take them out of what is shown: whoever gets
 * to see one can repeat it.
 */
class KnownSecrets {
    /** Each under its start, the longest first, since one may begin with another. */
    #byStart = new Map();
    /** What any of them begins with, to pass over the rest of a text quickly. */
    #firstUnits = new Set();
    #tokens = new Set();
    /** One after the other, each in a line of its own. */
    #shown = '';
    #longestShown = 0;
    constructor() {
        this.neverHide(DIGEST_NAMES);
    }
    /**
     * Takes in what is shown whatever happens, such as the references of an image list: what is a part
     * of it cannot be hidden, or it would be torn apart. To be called before secrets are added.
     */
    neverHide(texts) {
        for (const text of texts) {
            this.#shown += `\n${text}`;
            this.#longestShown = Math.max(this.#longestShown, text.length);
        }
    }
    /** Takes in a secret of the user's. Returns the forms in which it is hidden from now on. */
    add(value) {
        return this.#addForms(formsOf(value).filter((form) => !isShortHex(form)));
    }
    /**
     * Takes in a token that a service has given, which may be anything: what is no secret by its looks
     * is not hidden, or a hostile service could have digests and names taken out of what others say.
     */
    addToken(value) {
        if (!isTokenLike(value))
            return [];
        // One that the user has given as well is not forgotten.
        const isNew = !this.#isKnown(value);
        const hidden = this.#addForms([value]);
        if (isNew)
            for (const token of hidden)
                this.#tokens.add(token);
        const [oldest] = this.#tokens;
        if (oldest !== undefined && this.#tokens.size > MAX_TOKENS)
            this.#forgetToken(oldest);
        return hidden;
    }
    /**
     * A text without any of them, nor the start of one where it was cut. Takes time in proportion to
     * its length, however many there are, unless many of them begin alike.
     */
    redact = (text) => {
        if (this.#byStart.size === 0)
            return text;
        let redacted = '';
        let kept = 0;
        let cut = text.indexOf(CUT);
        for (let at = 0; at <= text.length - SHORTEST; at++) {
            if (!this.#firstUnits.has(text.charCodeAt(at)))
                continue;
            if (cut !== -1 && cut < at)
                cut = text.indexOf(CUT, at);
            const end = this.#endOfSecret(text, at, cut);
            if (end === undefined)
                continue;
            redacted += text.slice(kept, at) + REDACTED;
            kept = end;
            at = end - 1;
        }
        return redacted + text.slice(kept);
    };
    #addForms(forms) {
        const hidden = forms.filter((form) => form.length >= SHORTEST && !this.#isShown(form));
        for (const spelling of hidden.flatMap(spellingsOf)) {
            if (!this.#isShown(spelling))
                this.#addSpelling(spelling);
        }
        return hidden;
    }
    #isKnown(form) {
        return this.#byStart.get(form.slice(0, SHORTEST))?.includes(form) === true;
    }
    #isShown(form) {
        return form.length <= this.#longestShown && this.#shown.includes(form);
    }
    #addSpelling(spelling) {
        const start = spelling.slice(0, SHORTEST);
        const others = this.#byStart.get(start) ?? [];
        if (others.includes(spelling))
            return;
        const shorter = others.findIndex(({ length }) => length < spelling.length);
        this.#byStart.set(start, others.toSpliced(shorter === -1 ? others.length : shorter, 0, spelling));
        this.#firstUnits.add(spelling.charCodeAt(0));
    }
    #forgetToken(token) {
        this.#tokens.delete(token);
        for (const spelling of spellingsOf(token)) {
            const start = spelling.slice(0, SHORTEST);
            const others = this.#byStart.get(start) ?? [];
            this.#byStart.set(start, others.filter((other) => other !== spelling));
        }
    }
    /** Where a secret ends that begins there, or what is left of it until the cut. */
    #endOfSecret(text, at, cut) {
        for (const secret of this.#byStart.get(text.slice(at, at + SHORTEST)) ?? []) {
            if (text.startsWith(secret, at))
                return at + secret.length;
            const left = cut - at;
            if (left >= SHORTEST && left < secret.length && secret.startsWith(text.slice(at, cut))) {
                return cut;
            }
        }
        return undefined;
    }
}
/** Those of this process, which has one log and one set of outputs: a secret is one in all of them. */
const known_secrets_knownSecrets = new KnownSecrets();
function isShortHex(form) {
    return form.length < SHORTEST_HEX && HEX.test(form);
}
/** Whether a text can be told from words, names, versions and digests. */
function isTokenLike(form) {
    if (HEX.test(form) || DIGEST_NAME.test(form) || /["\s]/.test(form))
        return false;
    if (/[0-9]/.test(form))
        return form.length >= SHORTEST_TOKEN;
    return form.length >= SHORTEST_TOKEN_OF_LETTERS && /[a-z]/.test(form) && /[A-Z]/.test(form);
}
/**
 * A text as it is, as URLs, JSON and pages have it, as error messages quote it, and in the lower case
 * that they propose for a name, unless that may be a word.
 */
function spellingsOf(text) {
    const wellFormed = text.toWellFormed();
    const inPages = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    return [
        text,
        encodeURIComponent(wellFormed),
        encodeURI(wellFormed),
        JSON.stringify(text).slice(1, -1),
        inPages,
        inPages.replaceAll('"', '&quot;'),
        escaped(text),
        ...[text.toLowerCase()].filter(isTokenLike),
    ];
}
/**
 * The forms of one secret. A runner splits a value of several lines and hides every line of it,
 * however short; where that would hide a brace everywhere, these are only the longer lines and the
 * one-line spellings of the whole.
 */
function formsOf(value) {
    const secret = value.trim();
    if (secret === '')
        return [];
    const lines = secret
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .filter((line) => line !== '');
    if (lines.length === 1)
        return [secret];
    const longLines = lines.filter((line) => line.length >= SHORTEST);
    const whole = longLines.length === lines.length
        ? [secret]
        : [JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')];
    return [...whole, ...longLines];
}

;// CONCATENATED MODULE: ./lib/registry/foreign-text.js

/** Enough for any honest error message, short enough that a thousand of them stay readable. */
const DEFAULT_LIMIT = 512;
/**
 * What is looked at of a text that is longer than it may be: room for blanks, escape sequences and
 * queries that are left out of it.
 */
const LOOKED_AT = 8;
/**
 * Makes text from a registry harmless for a log line, an annotation or an output: no secret that was
 * used in a request, one line, no control characters, nothing that the runner takes for a workflow
 * command, no URL queries (they carry signatures and upload states), no user info in URLs, and at
 * most `limit` UTF-16 code units, of which the last is `…` when something was cut. Secrets come
 * first, because what is left out or replaced after that may stand in the middle of one.
 */
function foreign_text_foreignText(text, limit = DEFAULT_LIMIT) {
    const known = known_secrets_knownSecrets.redact(cut(text, LOOKED_AT * Math.max(limit, 1)));
    const line = clean(dropUrlSecrets(known).replace(/\s+/g, ' ').trim());
    return cut(line.replace(/ {2,}/g, ' ').trim(), limit);
}
/**
 * The part of `foreignText` that holds for every printed line, our own ones too: a single line
 * without secrets, control characters, escape sequences, invisible or bidirectional formatting
 * characters, and without the openers of workflow commands. Blanks and the length stay as they are.
 */
function harmlessLine(text) {
    return clean(known_secrets_knownSecrets.redact(text));
}
function clean(text) {
    return breakCommands(text
        .toWellFormed()
        .replace(ESCAPE_SEQUENCE, ' ')
        .replace(CONTROL_OR_BREAK, ' ')
        .replace(INVISIBLE, '\uFFFD'));
}
/**
 * ECMA-48 escape sequences: CSI (colours, cursor), OSC (titles, links), and the two-byte ones. What
 * begins one ends the search for the end of another, so that the text is gone through once.
 */
const ESCAPE_SEQUENCE = 
// oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
/(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|(?:\u001B\]|\u009D)[^\u0007\u001B\u009C\u009D]*(?:\u0007|\u001B\\|\u009C)|\u001B[@-Z\\-_]/g;
const CONTROL_OR_BREAK = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
/**
 * Bidirectional overrides and characters without a glyph. The runner is a .NET program, whose
 * comparisons may skip invisible characters, so none of them can hide an opener from the next step.
 */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/**
 * The runner takes a line for a command when it starts with `::`, blanks before it ignored, or when
 * it holds `##[` anywhere (the older syntax, still parsed).
 */
function breakCommands(line) {
    return line.replaceAll('##[', '## [').replace(/^([\s\uFFFD]*):(?=:)/u, '$1: ');
}
/** A URL in running text, from the scheme's colon on; it ends where prose or markup goes on. */
const ABSOLUTE_URL = /:\/\/[^\s"<>`]+/g;
/** The query of a relative URL; the `=` tells it from a question mark in a sentence. */
const RELATIVE_QUERY = /\?[^\s"<>`?=]*=[^\s"<>`]*/g;
function dropUrlSecrets(text) {
    return text
        .replace(ABSOLUTE_URL, (url) => url.replace(/[?#].*$/s, '').replace(/^:\/\/[^/]*@/, '://'))
        .replace(RELATIVE_QUERY, '');
}
function cut(line, limit) {
    if (line.length <= limit)
        return line;
    // A surrogate pair must not be cut in two.
    const kept = line.slice(0, Math.max(limit - 1, 0)).replace(/[\uD800-\uDBFF]$/, '');
    return `${kept}…`;
}

;// CONCATENATED MODULE: ./lib/oci/errors.js
/** Text or bytes that do not have the form that the specification fixes for `kind`. */
class errors_FormatError extends Error {
    kind;
    constructor(kind, message, options) {
        super(message, options);
        this.name = 'FormatError';
        this.kind = kind;
    }
}
/** Bytes that are not those that a descriptor promised. Sizes are decimal numbers of bytes. */
class errors_MismatchError extends Error {
    kind;
    expected;
    actual;
    constructor(kind, expected, actual) {
        const unit = kind === 'size' ? ' bytes' : '';
        super(`${kind} mismatch: expected ${expected}${unit}, got ${actual}${unit}`);
        this.name = 'MismatchError';
        this.kind = kind;
        this.expected = expected;
        this.actual = actual;
    }
}

;// CONCATENATED MODULE: ./lib/registry/errors.js


/** The operation of getting a token. */
const LOG_IN = 'log in';
/** Who asks where a redirect leads, which takes no login along. */
const GUEST = 'anybody';
/** The one error that the registry client throws. */
class errors_RegistryError extends Error {
    name = 'RegistryError';
    code;
    /** What was being done, as words for a sentence: `get image`, `push manifest`. */
    operation;
    side;
    registry;
    repository;
    /** Tag or digest. */
    reference;
    /** The family of the registry (families/), where it is known. */
    family;
    /** As whom it was asked, in words. */
    login;
    /** The host that failed, where the registry has led to another. */
    elsewhere;
    /** HTTP status. */
    status;
    /**
     * The registry's own error code, for instance `NAME_UNKNOWN` (distribution-spec, Error Codes).
     */
    registryCode;
    /** The registry's own words, already made harmless for logs. */
    registryMessage;
    transient;
    retryAfterMs;
    #registryCodes;
    constructor(code, reason, details) {
        // Parts of it may come from a registry, by way of an error of the vocabulary too.
        super(harmlessLine(sentence(`${reason}${asked(code, details)}`, details)), details.cause === undefined ? undefined : { cause: details.cause });
        this.code = code;
        this.operation = details.operation;
        this.transient = details.transient ?? false;
        if (details.side !== undefined)
            this.side = details.side;
        if (details.registry !== undefined)
            this.registry = details.registry;
        if (details.repository !== undefined)
            this.repository = details.repository;
        if (details.reference !== undefined)
            this.reference = details.reference;
        if (details.family !== undefined)
            this.family = details.family;
        if (details.login !== undefined)
            this.login = details.login;
        if (details.elsewhere !== undefined)
            this.elsewhere = details.elsewhere;
        if (details.status !== undefined)
            this.status = details.status;
        if (details.registryCode !== undefined)
            this.registryCode = details.registryCode;
        this.#registryCodes = details.registryCodes ?? [details.registryCode ?? []].flat();
        if (details.registryMessage !== undefined)
            this.registryMessage = details.registryMessage;
        if (details.retryAfterMs !== undefined)
            this.retryAfterMs = details.retryAfterMs;
    }
    /** All of the registry's own error codes: an answer may hold several errors. */
    get registryCodes() {
        return this.#registryCodes;
    }
}
/** Who was refused, since that is the first thing to look at. */
function asked(code, { login }) {
    const isRefusal = code === 'AUTHENTICATION' || code === 'DENIED';
    return isRefusal && login !== undefined && login !== GUEST ? `; asked as ${login}` : '';
}
/** `get manifest at source ghcr.io/acme/app:1.0: not found (HTTP 404, MANIFEST_UNKNOWN: …)` */
function sentence(reason, details) {
    const answer = [
        details.status === undefined ? '' : `HTTP ${details.status}`,
        [details.registryCode, details.registryMessage].filter(Boolean).join(': '),
    ].filter(Boolean);
    return `${placeText(details)}: ${reason}${answer.length > 0 ? ` (${answer.join(', ')})` : ''}`;
}
function placeText(place) {
    const name = [place.registry, place.repository].filter(Boolean).join('/');
    const separator = place.reference?.includes(':') === true ? '@' : ':';
    const reference = place.reference === undefined ? '' : `${name === '' ? '' : separator}${place.reference}`;
    const where = [place.side, `${name}${reference}`].filter(Boolean).join(' ');
    return where === '' ? place.operation : `${place.operation} at ${where}`;
}
/**
 * Gives an error of the vocabulary (bytes that do not match, a document that is not valid) its
 * place. Anything else is returned as it is.
 */
function placed(error, place) {
    if (error instanceof MismatchError) {
        const code = error.kind === 'size' ? 'SIZE_MISMATCH' : 'DIGEST_MISMATCH';
        return new errors_RegistryError(code, error.message, { ...place, cause: error });
    }
    if (error instanceof FormatError) {
        return new errors_RegistryError('INVALID_MANIFEST', error.message, { ...place, cause: error });
    }
    return error;
}
/** Why a run ends before its time, for the signal that ends it: a clause such as `the disk is full`. */
class EndOfRun extends (/* unused pure expression or super */ null && (Error)) {
    name = 'EndOfRun';
}
/** Why a signal has ended the run, in a clause. */
function errors_whyEnded(signal) {
    const reason = signal?.reason;
    return reason instanceof EndOfRun ? reason.message : 'the run was cancelled';
}
/** Whether a failure says nothing of what the registry has done: the answer is missing, or a 5xx. */
function isNoVerdict(error) {
    if (!(error instanceof errors_RegistryError))
        return false;
    return error.code === 'NETWORK' || error.code === 'TIMEOUT' || (error.status ?? 0) >= 500;
}
/** The error of whatever was under way, or about to be, when the signal ended the run. */
function cancelled(place, signal, cause) {
    const { operation, side, registry, repository, reference } = place;
    return new errors_RegistryError('CANCELLED', errors_whyEnded(signal), {
        operation,
        side,
        registry,
        repository,
        reference,
        cause,
    });
}
/** The same failure in other words, and under another code where these say more. */
function reworded(code, reason, error) {
    const { operation, side, registry, repository, reference, family, login } = error;
    const { status, registryCode, registryCodes, registryMessage, transient } = error;
    const place = { operation, side, registry, repository, reference, family, login };
    const words = { registryCode, registryCodes, registryMessage };
    return new errors_RegistryError(code, reason, { ...place, ...words, status, transient, cause: error });
}

;// CONCATENATED MODULE: ./node_modules/valibot/dist/index.mjs
//#region src/storages/globalConfig/globalConfig.ts
let store$4;
const DEFAULT_CONFIG = {
	lang: void 0,
	message: void 0,
	abortEarly: void 0,
	abortPipeEarly: void 0
};
/**
* Sets the global configuration.
*
* @param config The configuration.
*/
function setGlobalConfig(config$1) {
	store$4 = {
		...store$4,
		...config$1
	};
}
/**
* Returns the global configuration.
*
* @param config The config to merge.
*
* @returns The configuration.
*/
/* @__NO_SIDE_EFFECTS__ */
function getGlobalConfig(config$1) {
	if (!config$1 && !store$4) return DEFAULT_CONFIG;
	return {
		lang: config$1?.lang ?? store$4?.lang,
		message: config$1?.message,
		abortEarly: config$1?.abortEarly ?? store$4?.abortEarly,
		abortPipeEarly: config$1?.abortPipeEarly ?? store$4?.abortPipeEarly
	};
}
/**
* Deletes the global configuration.
*/
function deleteGlobalConfig() {
	store$4 = void 0;
}

//#endregion
//#region src/storages/globalMessage/globalMessage.ts
let store$3;
/**
* Sets a global error message.
*
* @param message The error message.
* @param lang The language of the message.
*/
function setGlobalMessage(message$1, lang) {
	if (!store$3) store$3 = /* @__PURE__ */ new Map();
	store$3.set(lang, message$1);
}
/**
* Returns a global error message.
*
* @param lang The language of the message.
*
* @returns The error message.
*/
/* @__NO_SIDE_EFFECTS__ */
function getGlobalMessage(lang) {
	return store$3?.get(lang);
}
/**
* Deletes a global error message.
*
* @param lang The language of the message.
*/
function deleteGlobalMessage(lang) {
	store$3?.delete(lang);
}

//#endregion
//#region src/storages/schemaMessage/schemaMessage.ts
let store$2;
/**
* Sets a schema error message.
*
* @param message The error message.
* @param lang The language of the message.
*/
function setSchemaMessage(message$1, lang) {
	if (!store$2) store$2 = /* @__PURE__ */ new Map();
	store$2.set(lang, message$1);
}
/**
* Returns a schema error message.
*
* @param lang The language of the message.
*
* @returns The error message.
*/
/* @__NO_SIDE_EFFECTS__ */
function getSchemaMessage(lang) {
	return store$2?.get(lang);
}
/**
* Deletes a schema error message.
*
* @param lang The language of the message.
*/
function deleteSchemaMessage(lang) {
	store$2?.delete(lang);
}

//#endregion
//#region src/storages/specificMessage/specificMessage.ts
let store$1;
/**
* Sets a specific error message.
*
* @param reference The identifier reference.
* @param message The error message.
* @param lang The language of the message.
*/
function setSpecificMessage(reference, message$1, lang) {
	if (!store$1) store$1 = /* @__PURE__ */ new Map();
	if (!store$1.get(reference)) store$1.set(reference, /* @__PURE__ */ new Map());
	store$1.get(reference).set(lang, message$1);
}
/**
* Returns a specific error message.
*
* @param reference The identifier reference.
* @param lang The language of the message.
*
* @returns The error message.
*/
/* @__NO_SIDE_EFFECTS__ */
function getSpecificMessage(reference, lang) {
	return store$1?.get(reference)?.get(lang);
}
/**
* Deletes a specific error message.
*
* @param reference The identifier reference.
* @param lang The language of the message.
*/
function deleteSpecificMessage(reference, lang) {
	store$1?.get(reference)?.delete(lang);
}

//#endregion
//#region src/utils/_stringify/_stringify.ts
/**
* Stringifies an unknown input to a literal or type string.
*
* @param input The unknown input.
*
* @returns A literal or type string.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _stringify(input) {
	const type = typeof input;
	if (type === "string") return `"${input}"`;
	if (type === "number" || type === "bigint" || type === "boolean") return `${input}`;
	if (type === "object" || type === "function") return (input && Object.getPrototypeOf(input)?.constructor?.name) ?? "null";
	return type;
}

//#endregion
//#region src/utils/_addIssue/_addIssue.ts
/**
* Adds an issue to the dataset.
*
* @param context The issue context.
* @param label The issue label.
* @param dataset The input dataset.
* @param config The configuration.
* @param other The optional props.
*
* @internal
*/
function _addIssue(context, label, dataset, config$1, other) {
	const input = other && "input" in other ? other.input : dataset.value;
	const expected = other?.expected ?? context.expects ?? null;
	const received = other?.received ?? /* @__PURE__ */ _stringify(input);
	const issue = {
		kind: context.kind,
		type: context.type,
		input,
		expected,
		received,
		message: `Invalid ${label}: ${expected ? `Expected ${expected} but r` : "R"}eceived ${received}`,
		requirement: context.requirement,
		path: other?.path,
		issues: other?.issues,
		lang: config$1.lang,
		abortEarly: config$1.abortEarly,
		abortPipeEarly: config$1.abortPipeEarly
	};
	const isSchema = context.kind === "schema";
	const message$1 = other?.message ?? context.message ?? /* @__PURE__ */ getSpecificMessage(context.reference, issue.lang) ?? (isSchema ? /* @__PURE__ */ getSchemaMessage(issue.lang) : null) ?? config$1.message ?? /* @__PURE__ */ getGlobalMessage(issue.lang);
	if (message$1 !== void 0) issue.message = typeof message$1 === "function" ? message$1(issue) : message$1;
	if (isSchema) dataset.typed = false;
	if (dataset.issues) dataset.issues.push(issue);
	else dataset.issues = [issue];
}

//#endregion
//#region src/utils/_cloneDataset/_cloneDataset.ts
/**
* Creates a shallow copy of a dataset.
*
* Hint: The `value` is copied by reference, but the `issues` array, its issues
* and their `path` arrays are cloned to avoid reusing mutable dataset state
* across multiple runs. Mutating a returned object or array value can
* therefore affect later cache hits that reuse the same cached output.
*
* @param dataset The output dataset.
*
* @returns The copied output dataset.
*/
/* @__NO_SIDE_EFFECTS__ */
function _cloneDataset(dataset) {
	return {
		typed: dataset.typed,
		value: dataset.value,
		issues: dataset.issues?.map((issue) => ({
			...issue,
			path: issue.path && [...issue.path]
		}))
	};
}

//#endregion
//#region src/utils/_formatCase/_formatCase.ts
/**
* Splits a string into lowercase words and rejoins them with the given
* separator and capitalization rules.
*
* Words are separated by `_`, `-` and ASCII whitespace, as well as by case
* and acronym boundaries. Whether the first or subsequent words are
* capitalized is controlled by `capFirst` and `capRest`.
*
* Hint: Implemented in a single pass that emits directly to the result
* string to avoid an intermediate `string[]` allocation. ASCII chars are
* classified via char codes to skip `.toLowerCase()` and `.toUpperCase()`
* method calls in the common case.
*
* Hint: Digits are treated as a separate character class, so `item2Name`
* yields `item2` and `name` rather than `item`, `2` and `name`.
*
* @param input The input string.
* @param separator The string inserted between words.
* @param capFirst Whether to capitalize the first word.
* @param capRest Whether to capitalize subsequent words.
*
* @returns The formatted string.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _formatCase(input, separator, capFirst, capRest) {
	let result = "";
	let firstWord = true;
	let start = 0;
	let prev = 0;
	let prevPrev = 0;
	const flush = (end) => {
		if (end > start) {
			let word = input.slice(start, end).toLowerCase();
			if (firstWord ? capFirst : capRest) {
				const firstCode = word.charCodeAt(0);
				if (firstCode >= 97 && firstCode <= 122) word = String.fromCharCode(firstCode - 32) + word.slice(1);
				else {
					const charLen = firstCode >= 55296 && firstCode <= 56319 ? 2 : 1;
					word = word.slice(0, charLen).toUpperCase() + word.slice(charLen);
				}
			}
			result += firstWord ? word : separator + word;
			firstWord = false;
		}
	};
	for (let index = 0; index < input.length; index++) {
		const code = input.charCodeAt(index);
		let type;
		if (code === 32 || code === 9 || code === 10 || code === 11 || code === 12 || code === 13 || code === 45 || code === 95) {
			flush(index);
			start = index + 1;
			type = 0;
		} else if (code < 128) type = code >= 65 && code <= 90 ? 1 : code >= 97 && code <= 122 ? 2 : 3;
		else {
			const char = input[index];
			const charLower = char.toLowerCase();
			type = charLower === char.toUpperCase() ? 3 : char === charLower ? 2 : 1;
		}
		if (type === 1 && (prev === 2 || prev === 3) && index > start) {
			flush(index);
			start = index;
		} else if (type === 2 && prev === 1 && prevPrev === 1 && index - 1 > start) {
			flush(index - 1);
			start = index - 1;
		}
		prevPrev = prev;
		prev = type;
	}
	flush(input.length);
	return result;
}

//#endregion
//#region src/utils/_getByteCount/_getByteCount.ts
let textEncoder;
/**
* Returns the byte count of the input.
*
* @param input The input to be measured.
*
* @returns The byte count.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _getByteCount(input) {
	if (!textEncoder) textEncoder = new TextEncoder();
	return textEncoder.encode(input).length;
}

//#endregion
//#region src/utils/_getCodePointCount/_getCodePointCount.ts
/**
* Returns the code point count of the input.
*
* @param input The input to be measured.
*
* @returns The code point count.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _getCodePointCount(input) {
	let count = input.length;
	const lengthMinus1 = input.length - 1;
	for (let i = 0; i < lengthMinus1;) if (input.codePointAt(i) <= 65535) i++;
	else {
		i += 2;
		count--;
	}
	return count;
}

//#endregion
//#region src/utils/_getGraphemeCount/_getGraphemeCount.ts
let segmenter;
/**
* Returns the grapheme count of the input.
*
* @param input The input to be measured.
*
* @returns The grapheme count.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _getGraphemeCount(input) {
	if (!segmenter) segmenter = new Intl.Segmenter();
	const segments = segmenter.segment(input);
	let count = 0;
	for (const _ of segments) count++;
	return count;
}

//#endregion
//#region src/utils/_getLastMetadata/_getLastMetadata.ts
/**
* Returns the last top-level value of a given metadata type from a schema
* using a breadth-first search that starts with the last item in the pipeline.
*
* @param schema The schema to search.
* @param type The metadata type.
*
* @returns The value, if any.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _getLastMetadata(schema, type) {
	if ("pipe" in schema) {
		const nestedSchemas = [];
		for (let index = schema.pipe.length - 1; index >= 0; index--) {
			const item = schema.pipe[index];
			if (item.kind === "schema" && "pipe" in item) nestedSchemas.push(item);
			else if (item.kind === "metadata" && item.type === type) return item[type];
		}
		for (const nestedSchema of nestedSchemas) {
			const result = /* @__PURE__ */ _getLastMetadata(nestedSchema, type);
			if (result !== void 0) return result;
		}
	}
}

//#endregion
//#region src/utils/_getWordCount/_getWordCount.ts
let store;
/**
* Returns the word count of the input.
*
* @param locales The locales to be used.
* @param input The input to be measured.
*
* @returns The word count.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _getWordCount(locales, input) {
	if (!store) store = /* @__PURE__ */ new Map();
	const key = String(locales);
	let segmenter$1 = store.get(key);
	if (!segmenter$1) {
		segmenter$1 = new Intl.Segmenter(locales, { granularity: "word" });
		store.set(key, segmenter$1);
	}
	const segments = segmenter$1.segment(input);
	let count = 0;
	for (const segment of segments) if (segment.isWordLike) count++;
	return count;
}

//#endregion
//#region src/utils/_isLuhnAlgo/_isLuhnAlgo.ts
/**
* Non-digit regex.
*/
const NON_DIGIT_REGEX = /\D/gu;
/**
* Checks whether a string with numbers corresponds to the luhn algorithm.
*
* @param input The input to be checked.
*
* @returns Whether input is valid.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isLuhnAlgo(input) {
	const number$1 = input.replace(NON_DIGIT_REGEX, "");
	let length$1 = number$1.length;
	let bit = 1;
	let sum = 0;
	while (length$1) {
		const value$1 = +number$1[--length$1];
		bit ^= 1;
		sum += bit ? [
			0,
			2,
			4,
			6,
			8,
			1,
			3,
			5,
			7,
			9
		][value$1] : value$1;
	}
	return sum % 10 === 0;
}

//#endregion
//#region src/utils/_isSameValueZero/_isSameValueZero.ts
/**
* Compares two values using the SameValueZero algorithm, which treats `NaN`
* as equal to itself unlike `===`.
*
* @param value1 The first value.
* @param value2 The second value.
*
* @returns Whether the values are equal.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isSameValueZero(value1, value2) {
	return value1 === value2 || Number.isNaN(value1) && Number.isNaN(value2);
}

//#endregion
//#region src/utils/_isValidObjectKey/_isValidObjectKey.ts
/**
* Disallows inherited object properties and prevents object prototype
* pollution by disallowing certain keys.
*
* @param object The object to check.
* @param key The key to check.
*
* @returns Whether the key is allowed.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isValidObjectKey(object$1, key) {
	return Object.prototype.hasOwnProperty.call(object$1, key) && key !== "__proto__" && key !== "prototype" && key !== "constructor";
}

//#endregion
//#region src/utils/_isValueMatch/_isValueMatch.ts
/**
* Checks whether a value matches a value action requirement.
*
* @param requirement The value action requirement.
* @param value The value to check.
*
* @returns Whether the value matches the requirement.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isValueMatch(requirement, value$1) {
	return Number.isNaN(requirement) && Number.isNaN(value$1) || requirement <= value$1 && requirement >= value$1;
}

//#endregion
//#region src/utils/_joinExpects/_joinExpects.ts
/**
* Joins multiple `expects` values with the given separator.
*
* @param values The `expects` values.
* @param separator The separator.
*
* @returns The joined `expects` property.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _joinExpects(values$1, separator) {
	const list = [...new Set(values$1)];
	if (list.length > 1) return `(${list.join(` ${separator} `)})`;
	return list[0] ?? "never";
}

//#endregion
//#region src/utils/_standardSchema/_standardSchema.ts
/**
* Eagerly creates and attaches the Standard Schema properties of a schema.
*
* Hint: The contextual `this` type includes the standard properties that are
* attached before the schema is returned.
*
* @param schema The schema to attach standard properties to.
*
* @returns The schema with standard properties attached.
*
* @internal
*/
function _standardSchema(schema) {
	schema["~standard"] = {
		version: 1,
		vendor: "valibot",
		validate: (value$1) => schema["~run"]({ value: value$1 }, /* @__PURE__ */ getGlobalConfig())
	};
	return schema;
}

//#endregion
//#region src/utils/entriesFromList/entriesFromList.ts
/**
* Creates an object entries definition from a list of keys and a schema.
*
* @param list A list of keys.
* @param schema The schema of the keys.
*
* @returns The object entries.
*/
/* @__NO_SIDE_EFFECTS__ */
function entriesFromList(list, schema) {
	const entries$1 = {};
	for (const key of list) entries$1[key] = schema;
	return entries$1;
}

//#endregion
//#region src/utils/entriesFromObjects/entriesFromObjects.ts
/* @__NO_SIDE_EFFECTS__ */
function entriesFromObjects(schemas) {
	const entries$1 = {};
	for (const schema of schemas) Object.assign(entries$1, schema.entries);
	return entries$1;
}

//#endregion
//#region src/utils/getDotPath/getDotPath.ts
/* @__NO_SIDE_EFFECTS__ */
function getDotPath(issue) {
	if (issue.path) {
		let key = "";
		for (const item of issue.path) if (typeof item.key === "string" || typeof item.key === "number") if (key) key += `.${item.key}`;
		else key += item.key;
		else return null;
		return key;
	}
	return null;
}

//#endregion
//#region src/utils/isOfKind/isOfKind.ts
/**
* A generic type guard to check the kind of an object.
*
* @param kind The kind to check for.
* @param object The object to check.
*
* @returns Whether it matches.
*/
/* @__NO_SIDE_EFFECTS__ */
function isOfKind(kind, object$1) {
	return object$1.kind === kind;
}

//#endregion
//#region src/utils/isOfType/isOfType.ts
/**
* A generic type guard to check the type of an object.
*
* @param type The type to check for.
* @param object The object to check.
*
* @returns Whether it matches.
*/
/* @__NO_SIDE_EFFECTS__ */
function isOfType(type, object$1) {
	return object$1.type === type;
}

//#endregion
//#region src/utils/ValiError/ValiError.ts
/**
* A Valibot error with useful information.
*/
var ValiError = class extends Error {
	/**
	* Creates a Valibot error with useful information.
	*
	* @param issues The error issues.
	*/
	constructor(issues) {
		super(issues[0].message);
		this.name = "ValiError";
		this.issues = issues;
	}
};

//#endregion
//#region src/utils/isValiError/isValiError.ts
/**
* A type guard to check if an error is a ValiError.
*
* @param error The error to check.
*
* @returns Whether its a ValiError.
*/
/* @__NO_SIDE_EFFECTS__ */
function isValiError(error) {
	return error instanceof ValiError;
}

//#endregion
//#region src/actions/args/args.ts
/* @__NO_SIDE_EFFECTS__ */
function args(schema) {
	return {
		kind: "transformation",
		type: "args",
		reference: args,
		async: false,
		schema,
		"~run"(dataset, config$1) {
			const func = dataset.value;
			dataset.value = (...args_) => {
				const argsDataset = this.schema["~run"]({ value: args_ }, config$1);
				if (argsDataset.issues) throw new ValiError(argsDataset.issues);
				return func(...argsDataset.value);
			};
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/args/argsAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function argsAsync(schema) {
	return {
		kind: "transformation",
		type: "args",
		reference: argsAsync,
		async: false,
		schema,
		"~run"(dataset, config$1) {
			const func = dataset.value;
			dataset.value = async (...args$1) => {
				const argsDataset = await schema["~run"]({ value: args$1 }, config$1);
				if (argsDataset.issues) throw new ValiError(argsDataset.issues);
				return func(...argsDataset.value);
			};
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/await/awaitAsync.ts
/**
* Creates an await transformation action.
*
* @returns An await action.
*/
/* @__NO_SIDE_EFFECTS__ */
function awaitAsync() {
	return {
		kind: "transformation",
		type: "await",
		reference: awaitAsync,
		async: true,
		async "~run"(dataset) {
			dataset.value = await dataset.value;
			return dataset;
		}
	};
}

//#endregion
//#region src/regex.ts
/**
* [Base64](https://en.wikipedia.org/wiki/Base64) regex.
*/
const BASE64_REGEX = /^(?:[\da-z+/]{4})*(?:[\da-z+/]{2}==|[\da-z+/]{3}=)?$/iu;
/**
* [BIC](https://en.wikipedia.org/wiki/ISO_9362) regex.
*/
const BIC_REGEX = /^[A-Z]{6}(?!00)[\dA-Z]{2}(?:[\dA-Z]{3})?$/u;
/**
* [Cuid2](https://github.com/paralleldrive/cuid2) regex.
*/
const CUID2_REGEX = /^[a-z][\da-z]*$/u;
/**
* [Decimal](https://en.wikipedia.org/wiki/Decimal) regex.
*/
const DECIMAL_REGEX = /^[+-]?(?:\d*\.)?\d+$/u;
/**
* [Digits](https://en.wikipedia.org/wiki/Numerical_digit) regex.
*/
const DIGITS_REGEX = /^\d+$/u;
/**
* [Domain name](https://en.wikipedia.org/wiki/Domain_name) regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
* ASCII-only validation. Internationalized domain names (IDNs) are not
* supported, including Punycode-encoded labels.
*/
const DOMAIN_REGEX = /^(?=.{1,253}$)(?:(?![Xx][Nn]--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$/u;
/**
* [Email address](https://en.wikipedia.org/wiki/Email_address) regex.
*
* Hint: We decided against the `i` flag to avoid matching non-ASCII characters.
*/
const EMAIL_REGEX = /^[\w+-]+(?:\.[\w+-]+)*@[\da-zA-Z]+(?:[.-][\da-zA-Z]+)*\.[a-zA-Z]{2,}$/u;
/**
* Emoji regex from [emoji-regex-xs](https://github.com/slevithan/emoji-regex-xs) v1.0.0 (MIT license).
*
* Hint: We decided against the newer `/^\p{RGI_Emoji}+$/v` regex because it is
* not supported in older runtimes and does not match all emoji.
*/
const EMOJI_REGEX = /^(?:[\u{1F1E6}-\u{1F1FF}]{2}|\u{1F3F4}[\u{E0061}-\u{E007A}]{2}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{1,3}\u{E007F}|(?:\p{Emoji}\uFE0F\u20E3?|\p{Emoji_Modifier_Base}\p{Emoji_Modifier}?|(?![\p{Emoji_Modifier_Base}\u{1F1E6}-\u{1F1FF}])\p{Emoji_Presentation})(?:\u200D(?:\p{Emoji}\uFE0F\u20E3?|\p{Emoji_Modifier_Base}\p{Emoji_Modifier}?|(?![\p{Emoji_Modifier_Base}\u{1F1E6}-\u{1F1FF}])\p{Emoji_Presentation}))*)+$/u;
/**
* [Hexadecimal](https://en.wikipedia.org/wiki/Hexadecimal) regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
*/
const HEXADECIMAL_REGEX = /^(?:0[hx])?[\da-fA-F]+$/u;
/**
* [Hex color](https://en.wikipedia.org/wiki/Web_colors#Hex_triplet) regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
*/
const HEX_COLOR_REGEX = /^#(?:[\da-fA-F]{3,4}|[\da-fA-F]{6}|[\da-fA-F]{8})$/u;
/**
* [IMEI](https://en.wikipedia.org/wiki/International_Mobile_Equipment_Identity) regex.
*/
const IMEI_REGEX = /^\d{15}$|^\d{2}-\d{6}-\d{6}-\d$/u;
/**
* [IPv4](https://en.wikipedia.org/wiki/IPv4) regex.
*/
const IPV4_REGEX = /^(?:(?:[1-9]|1\d|2[0-4])?\d|25[0-5])(?:\.(?:(?:[1-9]|1\d|2[0-4])?\d|25[0-5])){3}$/u;
/**
* [IPv6](https://en.wikipedia.org/wiki/IPv6) regex.
*/
const IPV6_REGEX = /^(?:(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,7}:|(?:[\da-f]{1,4}:){1,6}:[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,5}(?::[\da-f]{1,4}){1,2}|(?:[\da-f]{1,4}:){1,4}(?::[\da-f]{1,4}){1,3}|(?:[\da-f]{1,4}:){1,3}(?::[\da-f]{1,4}){1,4}|(?:[\da-f]{1,4}:){1,2}(?::[\da-f]{1,4}){1,5}|[\da-f]{1,4}:(?::[\da-f]{1,4}){1,6}|:(?:(?::[\da-f]{1,4}){1,7}|:)|fe80:(?::[\da-f]{0,4}){0,4}%[\da-z]+|::(?:f{4}(?::0{1,4})?:)?(?:(?:25[0-5]|(?:2[0-4]|1?\d)?\d)\.){3}(?:25[0-5]|(?:2[0-4]|1?\d)?\d)|(?:[\da-f]{1,4}:){1,4}:(?:(?:25[0-5]|(?:2[0-4]|1?\d)?\d)\.){3}(?:25[0-5]|(?:2[0-4]|1?\d)?\d))$/iu;
/**
* [IP](https://en.wikipedia.org/wiki/IP_address) regex.
*/
const IP_REGEX = /^(?:(?:[1-9]|1\d|2[0-4])?\d|25[0-5])(?:\.(?:(?:[1-9]|1\d|2[0-4])?\d|25[0-5])){3}$|^(?:(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,7}:|(?:[\da-f]{1,4}:){1,6}:[\da-f]{1,4}|(?:[\da-f]{1,4}:){1,5}(?::[\da-f]{1,4}){1,2}|(?:[\da-f]{1,4}:){1,4}(?::[\da-f]{1,4}){1,3}|(?:[\da-f]{1,4}:){1,3}(?::[\da-f]{1,4}){1,4}|(?:[\da-f]{1,4}:){1,2}(?::[\da-f]{1,4}){1,5}|[\da-f]{1,4}:(?::[\da-f]{1,4}){1,6}|:(?:(?::[\da-f]{1,4}){1,7}|:)|fe80:(?::[\da-f]{0,4}){0,4}%[\da-z]+|::(?:f{4}(?::0{1,4})?:)?(?:(?:25[0-5]|(?:2[0-4]|1?\d)?\d)\.){3}(?:25[0-5]|(?:2[0-4]|1?\d)?\d)|(?:[\da-f]{1,4}:){1,4}:(?:(?:25[0-5]|(?:2[0-4]|1?\d)?\d)\.){3}(?:25[0-5]|(?:2[0-4]|1?\d)?\d))$/iu;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) date regex.
*/
const ISO_DATE_REGEX = /^\d{4}-(?:0[1-9]|1[0-2])-(?:[12]\d|0[1-9]|3[01])$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) date-time regex.
*/
const ISO_DATE_TIME_REGEX = /^\d{4}-(?:0[1-9]|1[0-2])-(?:[12]\d|0[1-9]|3[01])[T ](?:0\d|1\d|2[0-3]):[0-5]\d$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) date-time with seconds regex.
*/
const ISO_DATE_TIME_SECOND_REGEX = /^\d{4}-(?:0[1-9]|1[0-2])-(?:[12]\d|0[1-9]|3[01])[T ](?:0\d|1\d|2[0-3])(?::[0-5]\d){2}$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) time regex.
*/
const ISO_TIME_REGEX = /^(?:0\d|1\d|2[0-3]):[0-5]\d$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) time with seconds regex.
*/
const ISO_TIME_SECOND_REGEX = /^(?:0\d|1\d|2[0-3])(?::[0-5]\d){2}$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) timestamp regex. Allows a
* space as a date/time separator and an optional space before the UTC offset.
*/
const ISO_TIMESTAMP_REGEX = /^\d{4}-(?:0[1-9]|1[0-2])-(?:[12]\d|0[1-9]|3[01])[T ](?:0\d|1\d|2[0-3])(?::[0-5]\d){2}(?:\.\d{1,9})?(?:Z| ?[+-](?:0\d|1\d|2[0-3])(?::?[0-5]\d)?)$/u;
/**
* [ISO 8601](https://en.wikipedia.org/wiki/ISO_8601) week regex.
*/
const ISO_WEEK_REGEX = /^\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])$/u;
/**
* [JWS compact serialization](https://datatracker.ietf.org/doc/html/rfc7515#section-3.1)
* regex.
*
* Hint: Empty payload and signature segments are allowed because the
* Base64URL-encoded representation of an empty octet sequence is an empty
* string.
*/
const JWS_COMPACT_REGEX = /^(?:[\w-]{2,3}|(?:[\w-]{4})+(?:[\w-]{2,3})?)\.(?:[\w-]{2,3}|(?:[\w-]{4})+(?:[\w-]{2,3})?)?\.(?:[\w-]{2,3}|(?:[\w-]{4})+(?:[\w-]{2,3})?)?$/u;
/**
* [ISRC](https://en.wikipedia.org/wiki/International_Standard_Recording_Code) regex.
*/
const ISRC_REGEX = /^(?:[A-Z]{2}[A-Z\d]{3}\d{7}|[A-Z]{2}-[A-Z\d]{3}-\d{2}-\d{5})$/u;
/**
* [KSUID](https://github.com/segmentio/ksuid) regex.
*/
const KSUID_REGEX = /^[a-zA-Z0-9]{27}$/u;
/**
* [MAC](https://en.wikipedia.org/wiki/MAC_address) 48 bit regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
*/
const MAC48_REGEX = /^(?:[\da-fA-F]{2}:){5}[\da-fA-F]{2}$|^(?:[\da-fA-F]{2}-){5}[\da-fA-F]{2}$|^(?:[\da-fA-F]{4}\.){2}[\da-fA-F]{4}$/u;
/**
* [MAC](https://en.wikipedia.org/wiki/MAC_address) 64 bit regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
*/
const MAC64_REGEX = /^(?:[\da-fA-F]{2}:){7}[\da-fA-F]{2}$|^(?:[\da-fA-F]{2}-){7}[\da-fA-F]{2}$|^(?:[\da-fA-F]{4}\.){3}[\da-fA-F]{4}$|^(?:[\da-fA-F]{4}:){3}[\da-fA-F]{4}$/u;
/**
* [MAC](https://en.wikipedia.org/wiki/MAC_address) regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
*/
const MAC_REGEX = /^(?:[\da-fA-F]{2}:){5}[\da-fA-F]{2}$|^(?:[\da-fA-F]{2}-){5}[\da-fA-F]{2}$|^(?:[\da-fA-F]{4}\.){2}[\da-fA-F]{4}$|^(?:[\da-fA-F]{2}:){7}[\da-fA-F]{2}$|^(?:[\da-fA-F]{2}-){7}[\da-fA-F]{2}$|^(?:[\da-fA-F]{4}\.){3}[\da-fA-F]{4}$|^(?:[\da-fA-F]{4}:){3}[\da-fA-F]{4}$/u;
/**
* [Nano ID](https://github.com/ai/nanoid) regex.
*/
const NANO_ID_REGEX = /^[\w-]+$/u;
/**
* [Octal](https://en.wikipedia.org/wiki/Octal) regex.
*/
const OCTAL_REGEX = /^(?:0o)?[0-7]+$/u;
/**
* [RFC 5322 email address](https://datatracker.ietf.org/doc/html/rfc5322#section-3.4.1) regex.
*
* Hint: This regex was taken from the [HTML Living Standard Specification](https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address) and does not perfectly represent RFC 5322.
*/
const RFC_EMAIL_REGEX = /^[a-zA-Z0-9.!#$%&'*+\/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;
/**
* [Slug](https://en.wikipedia.org/wiki/Clean_URL#Slug) regex.
*/
const SLUG_REGEX = /^[\da-z]+(?:[-_][\da-z]+)*$/u;
/**
* [ULID](https://github.com/ulid/spec) regex.
*
* Hint: We decided against the `i` flag for better JSON Schema compatibility.
* Hint: The first character is restricted to `[0-7]` because the 48-bit
* timestamp cannot exceed 2^48-1, making the maximum valid ULID
* `7ZZZZZZZZZZZZZZZZZZZZZZZZZ` in Crockford's Base32 encoding.
*/
const ULID_REGEX = /^[0-7][\da-hjkmnp-tv-zA-HJKMNP-TV-Z]{25}$/u;
/**
* [UUID](https://en.wikipedia.org/wiki/Universally_unique_identifier) regex.
*/
const UUID_REGEX = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/iu;

//#endregion
//#region src/actions/base64/base64.ts
/* @__NO_SIDE_EFFECTS__ */
function base64(message$1) {
	return {
		kind: "validation",
		type: "base64",
		reference: base64,
		async: false,
		expects: null,
		requirement: BASE64_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "Base64", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/bic/bic.ts
/* @__NO_SIDE_EFFECTS__ */
function bic(message$1) {
	return {
		kind: "validation",
		type: "bic",
		reference: bic,
		async: false,
		expects: null,
		requirement: BIC_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "BIC", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/brand/brand.ts
/**
* Creates a brand transformation action.
*
* @param name The brand name.
*
* @returns A brand action.
*/
/* @__NO_SIDE_EFFECTS__ */
function brand(name) {
	return {
		kind: "transformation",
		type: "brand",
		reference: brand,
		async: false,
		name,
		"~run"(dataset) {
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/bytes/bytes.ts
/* @__NO_SIDE_EFFECTS__ */
function bytes(requirement, message$1) {
	return {
		kind: "validation",
		type: "bytes",
		reference: bytes,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const length$1 = /* @__PURE__ */ _getByteCount(dataset.value);
				if (length$1 !== this.requirement) _addIssue(this, "bytes", dataset, config$1, { received: `${length$1}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/check/check.ts
/* @__NO_SIDE_EFFECTS__ */
function check(requirement, message$1) {
	return {
		kind: "validation",
		type: "check",
		reference: check,
		async: false,
		expects: null,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "input", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/check/checkAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function checkAsync(requirement, message$1) {
	return {
		kind: "validation",
		type: "check",
		reference: checkAsync,
		async: true,
		expects: null,
		requirement,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (dataset.typed && !await this.requirement(dataset.value)) _addIssue(this, "input", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/checkItems/checkItems.ts
/* @__NO_SIDE_EFFECTS__ */
function checkItems(requirement, message$1) {
	return {
		kind: "validation",
		type: "check_items",
		reference: checkItems,
		async: false,
		expects: null,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) for (let index = 0; index < dataset.value.length; index++) {
				const item = dataset.value[index];
				if (!this.requirement(item, index, dataset.value)) _addIssue(this, "item", dataset, config$1, {
					input: item,
					path: [{
						type: "array",
						origin: "value",
						input: dataset.value,
						key: index,
						value: item
					}]
				});
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/checkItems/checkItemsAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function checkItemsAsync(requirement, message$1) {
	return {
		kind: "validation",
		type: "check_items",
		reference: checkItemsAsync,
		async: true,
		expects: null,
		requirement,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (dataset.typed) {
				const requirementResults = await Promise.all(dataset.value.map(this.requirement));
				for (let index = 0; index < dataset.value.length; index++) if (!requirementResults[index]) {
					const item = dataset.value[index];
					_addIssue(this, "item", dataset, config$1, {
						input: item,
						path: [{
							type: "array",
							origin: "value",
							input: dataset.value,
							key: index,
							value: item
						}]
					});
				}
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/codePoints/codePoints.ts
/* @__NO_SIDE_EFFECTS__ */
function codePoints(requirement, message$1) {
	return {
		kind: "validation",
		type: "code_points",
		reference: codePoints,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getCodePointCount(dataset.value);
				if (count !== this.requirement) _addIssue(this, "code points", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/creditCard/creditCard.ts
/**
* Credit card regex.
*/
const CREDIT_CARD_REGEX = /^(?:\d{13,19}|\d{4}(?: \d{3,6}){2,4}|\d{4}(?:-\d{3,6}){2,4})$/u;
/**
* Sanitize regex.
*/
const SANITIZE_REGEX = /[- ]/gu;
/**
* Provider regex list.
*/
const PROVIDER_REGEX_LIST = (/* unused pure expression or super */ null && ([
	/^3[47]\d{13}$/u,
	/^3(?:0[0-5]|[68]\d)\d{11,13}$/u,
	/^6(?:011|5\d{2})\d{12,15}$/u,
	/^(?:2131|1800|35\d{3})\d{11}$/u,
	/^(?:5[1-5]\d{2}|222\d|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}$/u,
	/^(?:6[27]\d{14,17}|81\d{14,17})$/u,
	/^4\d{12}(?:\d{3,6})?$/u
]));
/* @__NO_SIDE_EFFECTS__ */
function creditCard(message$1) {
	return {
		kind: "validation",
		type: "credit_card",
		reference: creditCard,
		async: false,
		expects: null,
		requirement(input) {
			let sanitized;
			return CREDIT_CARD_REGEX.test(input) && (sanitized = input.replace(SANITIZE_REGEX, "")) && PROVIDER_REGEX_LIST.some((regex$1) => regex$1.test(sanitized)) && /* @__PURE__ */ _isLuhnAlgo(sanitized);
		},
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "credit card", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/cuid2/cuid2.ts
/* @__NO_SIDE_EFFECTS__ */
function cuid2(message$1) {
	return {
		kind: "validation",
		type: "cuid2",
		reference: cuid2,
		async: false,
		expects: null,
		requirement: CUID2_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "Cuid2", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/decimal/decimal.ts
/* @__NO_SIDE_EFFECTS__ */
function decimal(message$1) {
	return {
		kind: "validation",
		type: "decimal",
		reference: decimal,
		async: false,
		expects: null,
		requirement: DECIMAL_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "decimal", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/description/description.ts
/**
* Creates a description metadata action.
*
* @param description_ The description text.
*
* @returns A description action.
*/
/* @__NO_SIDE_EFFECTS__ */
function description(description_) {
	return {
		kind: "metadata",
		type: "description",
		reference: description,
		description: description_
	};
}

//#endregion
//#region src/actions/digits/digits.ts
/* @__NO_SIDE_EFFECTS__ */
function digits(message$1) {
	return {
		kind: "validation",
		type: "digits",
		reference: digits,
		async: false,
		expects: null,
		requirement: DIGITS_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "digits", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/domain/domain.ts
/* @__NO_SIDE_EFFECTS__ */
function domain(message$1) {
	return {
		kind: "validation",
		type: "domain",
		reference: domain,
		expects: null,
		async: false,
		requirement: DOMAIN_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "domain", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/email/email.ts
/* @__NO_SIDE_EFFECTS__ */
function email(message$1) {
	return {
		kind: "validation",
		type: "email",
		reference: email,
		expects: null,
		async: false,
		requirement: EMAIL_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "email", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/emoji/emoji.ts
/* @__NO_SIDE_EFFECTS__ */
function emoji(message$1) {
	return {
		kind: "validation",
		type: "emoji",
		reference: emoji,
		async: false,
		expects: null,
		requirement: EMOJI_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "emoji", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/empty/empty.ts
/* @__NO_SIDE_EFFECTS__ */
function empty(message$1) {
	return {
		kind: "validation",
		type: "empty",
		reference: empty,
		async: false,
		expects: "0",
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length > 0) _addIssue(this, "length", dataset, config$1, { received: `${dataset.value.length}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/endsWith/endsWith.ts
/* @__NO_SIDE_EFFECTS__ */
function endsWith(requirement, message$1) {
	return {
		kind: "validation",
		type: "ends_with",
		reference: endsWith,
		async: false,
		expects: `"${requirement}"`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !dataset.value.endsWith(this.requirement)) _addIssue(this, "end", dataset, config$1, { received: `"${dataset.value.slice(-this.requirement.length)}"` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/entries/entries.ts
/* @__NO_SIDE_EFFECTS__ */
function entries(requirement, message$1) {
	return {
		kind: "validation",
		type: "entries",
		reference: entries,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (!dataset.typed) return dataset;
			const count = Object.keys(dataset.value).length;
			if (dataset.typed && count !== this.requirement) _addIssue(this, "entries", dataset, config$1, { received: `${count}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/everyItem/everyItem.ts
/* @__NO_SIDE_EFFECTS__ */
function everyItem(requirement, message$1) {
	return {
		kind: "validation",
		type: "every_item",
		reference: everyItem,
		async: false,
		expects: null,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !dataset.value.every(this.requirement)) _addIssue(this, "item", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/examples/examples.ts
/**
* Creates an examples metadata action.
*
* @param examples_ The examples.
*
* @returns An examples action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function examples(examples_) {
	return {
		kind: "metadata",
		type: "examples",
		reference: examples,
		examples: examples_
	};
}

//#endregion
//#region src/actions/excludes/excludes.ts
/* @__NO_SIDE_EFFECTS__ */
function excludes(requirement, message$1) {
	const received = /* @__PURE__ */ _stringify(requirement);
	return {
		kind: "validation",
		type: "excludes",
		reference: excludes,
		async: false,
		expects: `!${received}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.includes(this.requirement)) _addIssue(this, "content", dataset, config$1, { received });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/filterItems/filterItems.ts
/* @__NO_SIDE_EFFECTS__ */
function filterItems(operation) {
	return {
		kind: "transformation",
		type: "filter_items",
		reference: filterItems,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = dataset.value.filter(this.operation);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/findItem/findItem.ts
/* @__NO_SIDE_EFFECTS__ */
function findItem(operation) {
	return {
		kind: "transformation",
		type: "find_item",
		reference: findItem,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = dataset.value.find(this.operation);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/finite/finite.ts
/* @__NO_SIDE_EFFECTS__ */
function finite(message$1) {
	return {
		kind: "validation",
		type: "finite",
		reference: finite,
		async: false,
		expects: null,
		requirement: Number.isFinite,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "finite", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/flavor/flavor.ts
/**
* Creates a flavor transformation action.
*
* @param name The flavor name.
*
* @returns A flavor action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function flavor(name) {
	return {
		kind: "transformation",
		type: "flavor",
		reference: flavor,
		async: false,
		name,
		"~run"(dataset) {
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/graphemes/graphemes.ts
/* @__NO_SIDE_EFFECTS__ */
function graphemes(requirement, message$1) {
	return {
		kind: "validation",
		type: "graphemes",
		reference: graphemes,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getGraphemeCount(dataset.value);
				if (count !== this.requirement) _addIssue(this, "graphemes", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/gtValue/gtValue.ts
/* @__NO_SIDE_EFFECTS__ */
function gtValue(requirement, message$1) {
	return {
		kind: "validation",
		type: "gt_value",
		reference: gtValue,
		async: false,
		expects: `>${requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement)}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !(dataset.value > this.requirement)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/guard/guard.ts
/* @__NO_SIDE_EFFECTS__ */
function guard(requirement, message$1) {
	return {
		kind: "transformation",
		type: "guard",
		reference: guard,
		async: false,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) {
				_addIssue(this, "input", dataset, config$1);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/hash/hash.ts
/**
* Hash lengths object.
*/
const HASH_LENGTHS = {
	md4: 32,
	md5: 32,
	sha1: 40,
	sha256: 64,
	sha384: 96,
	sha512: 128,
	ripemd128: 32,
	ripemd160: 40,
	tiger128: 32,
	tiger160: 40,
	tiger192: 48,
	crc32: 8,
	crc32b: 8,
	adler32: 8
};
/* @__NO_SIDE_EFFECTS__ */
function dist_hash(types, message$1) {
	return {
		kind: "validation",
		type: "hash",
		reference: dist_hash,
		expects: null,
		async: false,
		requirement: RegExp(types.map((type) => `^[a-fA-F0-9]{${HASH_LENGTHS[type]}}$`).join("|"), "u"),
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "hash", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/hexadecimal/hexadecimal.ts
/* @__NO_SIDE_EFFECTS__ */
function hexadecimal(message$1) {
	return {
		kind: "validation",
		type: "hexadecimal",
		reference: hexadecimal,
		async: false,
		expects: null,
		requirement: HEXADECIMAL_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "hexadecimal", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/hexColor/hexColor.ts
/* @__NO_SIDE_EFFECTS__ */
function hexColor(message$1) {
	return {
		kind: "validation",
		type: "hex_color",
		reference: hexColor,
		async: false,
		expects: null,
		requirement: HEX_COLOR_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "hex color", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/imei/imei.ts
/* @__NO_SIDE_EFFECTS__ */
function imei(message$1) {
	return {
		kind: "validation",
		type: "imei",
		reference: imei,
		async: false,
		expects: null,
		requirement(input) {
			return IMEI_REGEX.test(input) && /* @__PURE__ */ _isLuhnAlgo(input);
		},
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "IMEI", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/includes/includes.ts
/* @__NO_SIDE_EFFECTS__ */
function includes(requirement, message$1) {
	const expects = /* @__PURE__ */ _stringify(requirement);
	return {
		kind: "validation",
		type: "includes",
		reference: includes,
		async: false,
		expects,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !dataset.value.includes(this.requirement)) _addIssue(this, "content", dataset, config$1, { received: `!${expects}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/integer/integer.ts
/* @__NO_SIDE_EFFECTS__ */
function integer(message$1) {
	return {
		kind: "validation",
		type: "integer",
		reference: integer,
		async: false,
		expects: null,
		requirement: Number.isInteger,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "integer", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ip/ip.ts
/* @__NO_SIDE_EFFECTS__ */
function ip(message$1) {
	return {
		kind: "validation",
		type: "ip",
		reference: ip,
		async: false,
		expects: null,
		requirement: IP_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "IP", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ipv4/ipv4.ts
/* @__NO_SIDE_EFFECTS__ */
function ipv4(message$1) {
	return {
		kind: "validation",
		type: "ipv4",
		reference: ipv4,
		async: false,
		expects: null,
		requirement: IPV4_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "IPv4", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ipv6/ipv6.ts
/* @__NO_SIDE_EFFECTS__ */
function ipv6(message$1) {
	return {
		kind: "validation",
		type: "ipv6",
		reference: ipv6,
		async: false,
		expects: null,
		requirement: IPV6_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "IPv6", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isbn/utils/_isIsbn10.ts
/**
* [Validates an ISBN-10](https://en.wikipedia.org/wiki/ISBN#ISBN-10_check_digits).
*
* @param input The input value.
*
* @returns `true` if the input is a valid ISBN-10, `false` otherwise.
*
* @internal
*/
function _isIsbn10(input) {
	const digits$1 = input.split("").map((c) => c === "X" ? 10 : parseInt(c));
	let sum = 0;
	for (let i = 0; i < 10; i++) sum += digits$1[i] * (10 - i);
	return sum % 11 === 0;
}

//#endregion
//#region src/actions/isbn/utils/_isIsbn13.ts
/**
* [Validates an ISBN-13](https://en.wikipedia.org/wiki/ISBN#ISBN-13_check_digit_calculation).
*
* @param input The input value.
*
* @returns `true` if the input is a valid ISBN-13, `false` otherwise.
*
* @internal
*/
function _isIsbn13(input) {
	const digits$1 = input.split("").map((c) => parseInt(c));
	let sum = 0;
	for (let i = 0; i < 13; i++) sum += digits$1[i] * (i % 2 === 0 ? 1 : 3);
	return sum % 10 === 0;
}

//#endregion
//#region src/actions/isbn/isbn.ts
/**
* ISBN separator regex.
*/
const ISBN_SEPARATOR_REGEX = /[- ]/gu;
/**
* ISBN-10 detection regex.
*/
const ISBN_10_DETECTION_REGEX = /^\d{9}[\dX]$/u;
/**
* ISBN-13 detection regex.
*/
const ISBN_13_DETECTION_REGEX = /^\d{13}$/u;
/* @__NO_SIDE_EFFECTS__ */
function isbn(message$1) {
	return {
		kind: "validation",
		type: "isbn",
		reference: isbn,
		async: false,
		expects: null,
		requirement(input) {
			const replacedInput = input.replace(ISBN_SEPARATOR_REGEX, "");
			if (ISBN_10_DETECTION_REGEX.test(replacedInput)) return _isIsbn10(replacedInput);
			else if (ISBN_13_DETECTION_REGEX.test(replacedInput)) return _isIsbn13(replacedInput);
			return false;
		},
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "ISBN", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isrc/isrc.ts
/* @__NO_SIDE_EFFECTS__ */
function isrc(message$1) {
	return {
		kind: "validation",
		type: "isrc",
		reference: isrc,
		async: false,
		expects: null,
		requirement: ISRC_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "ISRC", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoDate/isoDate.ts
/* @__NO_SIDE_EFFECTS__ */
function isoDate(message$1) {
	return {
		kind: "validation",
		type: "iso_date",
		reference: isoDate,
		async: false,
		expects: null,
		requirement: ISO_DATE_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "date", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoDateTime/isoDateTime.ts
/* @__NO_SIDE_EFFECTS__ */
function isoDateTime(message$1) {
	return {
		kind: "validation",
		type: "iso_date_time",
		reference: isoDateTime,
		async: false,
		expects: null,
		requirement: ISO_DATE_TIME_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "date-time", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoDateTimeSecond/isoDateTimeSecond.ts
/* @__NO_SIDE_EFFECTS__ */
function isoDateTimeSecond(message$1) {
	return {
		kind: "validation",
		type: "iso_date_time_second",
		reference: isoDateTimeSecond,
		async: false,
		expects: null,
		requirement: ISO_DATE_TIME_SECOND_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "date-time-second", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoTime/isoTime.ts
/* @__NO_SIDE_EFFECTS__ */
function isoTime(message$1) {
	return {
		kind: "validation",
		type: "iso_time",
		reference: isoTime,
		async: false,
		expects: null,
		requirement: ISO_TIME_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "time", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoTimeSecond/isoTimeSecond.ts
/* @__NO_SIDE_EFFECTS__ */
function isoTimeSecond(message$1) {
	return {
		kind: "validation",
		type: "iso_time_second",
		reference: isoTimeSecond,
		async: false,
		expects: null,
		requirement: ISO_TIME_SECOND_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "time-second", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoTimestamp/isoTimestamp.ts
/* @__NO_SIDE_EFFECTS__ */
function isoTimestamp(message$1) {
	return {
		kind: "validation",
		type: "iso_timestamp",
		reference: isoTimestamp,
		async: false,
		expects: null,
		requirement: ISO_TIMESTAMP_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "timestamp", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/isoWeek/isoWeek.ts
/* @__NO_SIDE_EFFECTS__ */
function isoWeek(message$1) {
	return {
		kind: "validation",
		type: "iso_week",
		reference: isoWeek,
		async: false,
		expects: null,
		requirement: ISO_WEEK_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "week", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/jwsCompact/jwsCompact.ts
/* @__NO_SIDE_EFFECTS__ */
function jwsCompact(message$1) {
	return {
		kind: "validation",
		type: "jws_compact",
		reference: jwsCompact,
		async: false,
		expects: null,
		requirement: JWS_COMPACT_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "JWS compact", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ksuid/ksuid.ts
/* @__NO_SIDE_EFFECTS__ */
function ksuid(message$1) {
	return {
		kind: "validation",
		type: "ksuid",
		reference: ksuid,
		async: false,
		expects: null,
		requirement: KSUID_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "KSUID", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/length/length.ts
/* @__NO_SIDE_EFFECTS__ */
function dist_length(requirement, message$1) {
	return {
		kind: "validation",
		type: "length",
		reference: dist_length,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length !== this.requirement) _addIssue(this, "length", dataset, config$1, { received: `${dataset.value.length}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ltValue/ltValue.ts
/* @__NO_SIDE_EFFECTS__ */
function ltValue(requirement, message$1) {
	return {
		kind: "validation",
		type: "lt_value",
		reference: ltValue,
		async: false,
		expects: `<${requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement)}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !(dataset.value < this.requirement)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/mac/mac.ts
/* @__NO_SIDE_EFFECTS__ */
function mac(message$1) {
	return {
		kind: "validation",
		type: "mac",
		reference: mac,
		async: false,
		expects: null,
		requirement: MAC_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "MAC", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/mac48/mac48.ts
/* @__NO_SIDE_EFFECTS__ */
function mac48(message$1) {
	return {
		kind: "validation",
		type: "mac48",
		reference: mac48,
		async: false,
		expects: null,
		requirement: MAC48_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "48-bit MAC", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/mac64/mac64.ts
/* @__NO_SIDE_EFFECTS__ */
function mac64(message$1) {
	return {
		kind: "validation",
		type: "mac64",
		reference: mac64,
		async: false,
		expects: null,
		requirement: MAC64_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "64-bit MAC", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/mapItems/mapItems.ts
/* @__NO_SIDE_EFFECTS__ */
function mapItems(operation) {
	return {
		kind: "transformation",
		type: "map_items",
		reference: mapItems,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = dataset.value.map(this.operation);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxBytes/maxBytes.ts
/* @__NO_SIDE_EFFECTS__ */
function maxBytes(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_bytes",
		reference: maxBytes,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const length$1 = /* @__PURE__ */ _getByteCount(dataset.value);
				if (length$1 > this.requirement) _addIssue(this, "bytes", dataset, config$1, { received: `${length$1}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxCodePoints/maxCodePoints.ts
/* @__NO_SIDE_EFFECTS__ */
function maxCodePoints(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_code_points",
		reference: maxCodePoints,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getCodePointCount(dataset.value);
				if (count > this.requirement) _addIssue(this, "code points", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxEntries/maxEntries.ts
/* @__NO_SIDE_EFFECTS__ */
function maxEntries(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_entries",
		reference: maxEntries,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (!dataset.typed) return dataset;
			const count = Object.keys(dataset.value).length;
			if (dataset.typed && count > this.requirement) _addIssue(this, "entries", dataset, config$1, { received: `${count}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxGraphemes/maxGraphemes.ts
/* @__NO_SIDE_EFFECTS__ */
function maxGraphemes(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_graphemes",
		reference: maxGraphemes,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getGraphemeCount(dataset.value);
				if (count > this.requirement) _addIssue(this, "graphemes", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxLength/maxLength.ts
/* @__NO_SIDE_EFFECTS__ */
function maxLength(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_length",
		reference: maxLength,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length > this.requirement) _addIssue(this, "length", dataset, config$1, { received: `${dataset.value.length}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxSize/maxSize.ts
/* @__NO_SIDE_EFFECTS__ */
function maxSize(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_size",
		reference: maxSize,
		async: false,
		expects: `<=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.size > this.requirement) _addIssue(this, "size", dataset, config$1, { received: `${dataset.value.size}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxValue/maxValue.ts
/* @__NO_SIDE_EFFECTS__ */
function maxValue(requirement, message$1) {
	return {
		kind: "validation",
		type: "max_value",
		reference: maxValue,
		async: false,
		expects: `<=${requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement)}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !(dataset.value <= this.requirement)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/maxWords/maxWords.ts
/* @__NO_SIDE_EFFECTS__ */
function maxWords(locales, requirement, message$1) {
	return {
		kind: "validation",
		type: "max_words",
		reference: maxWords,
		async: false,
		expects: `<=${requirement}`,
		locales,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getWordCount(this.locales, dataset.value);
				if (count > this.requirement) _addIssue(this, "words", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/metadata/metadata.ts
/**
* Creates a custom metadata action.
*
* @param metadata_ The metadata object.
*
* @returns A metadata action.
*/
/* @__NO_SIDE_EFFECTS__ */
function metadata(metadata_) {
	return {
		kind: "metadata",
		type: "metadata",
		reference: metadata,
		metadata: metadata_
	};
}

//#endregion
//#region src/actions/mimeType/mimeType.ts
/* @__NO_SIDE_EFFECTS__ */
function mimeType(requirement, message$1) {
	return {
		kind: "validation",
		type: "mime_type",
		reference: mimeType,
		async: false,
		expects: /* @__PURE__ */ _joinExpects(requirement.map((option) => `"${option}"`), "|"),
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.includes(dataset.value.type)) _addIssue(this, "MIME type", dataset, config$1, { received: `"${dataset.value.type}"` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minBytes/minBytes.ts
/* @__NO_SIDE_EFFECTS__ */
function minBytes(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_bytes",
		reference: minBytes,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const length$1 = /* @__PURE__ */ _getByteCount(dataset.value);
				if (length$1 < this.requirement) _addIssue(this, "bytes", dataset, config$1, { received: `${length$1}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minCodePoints/minCodePoints.ts
/* @__NO_SIDE_EFFECTS__ */
function minCodePoints(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_code_points",
		reference: minCodePoints,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getCodePointCount(dataset.value);
				if (count < this.requirement) _addIssue(this, "code points", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minEntries/minEntries.ts
/* @__NO_SIDE_EFFECTS__ */
function minEntries(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_entries",
		reference: minEntries,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (!dataset.typed) return dataset;
			const count = Object.keys(dataset.value).length;
			if (dataset.typed && count < this.requirement) _addIssue(this, "entries", dataset, config$1, { received: `${count}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minGraphemes/minGraphemes.ts
/* @__NO_SIDE_EFFECTS__ */
function minGraphemes(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_graphemes",
		reference: minGraphemes,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getGraphemeCount(dataset.value);
				if (count < this.requirement) _addIssue(this, "graphemes", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minLength/minLength.ts
/* @__NO_SIDE_EFFECTS__ */
function minLength(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_length",
		reference: minLength,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length < this.requirement) _addIssue(this, "length", dataset, config$1, { received: `${dataset.value.length}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minSize/minSize.ts
/* @__NO_SIDE_EFFECTS__ */
function minSize(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_size",
		reference: minSize,
		async: false,
		expects: `>=${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.size < this.requirement) _addIssue(this, "size", dataset, config$1, { received: `${dataset.value.size}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minValue/minValue.ts
/* @__NO_SIDE_EFFECTS__ */
function minValue(requirement, message$1) {
	return {
		kind: "validation",
		type: "min_value",
		reference: minValue,
		async: false,
		expects: `>=${requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement)}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !(dataset.value >= this.requirement)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/minWords/minWords.ts
/* @__NO_SIDE_EFFECTS__ */
function minWords(locales, requirement, message$1) {
	return {
		kind: "validation",
		type: "min_words",
		reference: minWords,
		async: false,
		expects: `>=${requirement}`,
		locales,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getWordCount(this.locales, dataset.value);
				if (count < this.requirement) _addIssue(this, "words", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/multipleOf/multipleOf.ts
/* @__NO_SIDE_EFFECTS__ */
function multipleOf(requirement, message$1) {
	return {
		kind: "validation",
		type: "multiple_of",
		reference: multipleOf,
		async: false,
		expects: `%${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value % this.requirement != 0) _addIssue(this, "multiple", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/nanoid/nanoid.ts
/* @__NO_SIDE_EFFECTS__ */
function nanoid(message$1) {
	return {
		kind: "validation",
		type: "nanoid",
		reference: nanoid,
		async: false,
		expects: null,
		requirement: NANO_ID_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "Nano ID", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/nonEmpty/nonEmpty.ts
/* @__NO_SIDE_EFFECTS__ */
function nonEmpty(message$1) {
	return {
		kind: "validation",
		type: "non_empty",
		reference: nonEmpty,
		async: false,
		expects: "!0",
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length === 0) _addIssue(this, "length", dataset, config$1, { received: "0" });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/normalize/normalize.ts
/* @__NO_SIDE_EFFECTS__ */
function normalize(form) {
	return {
		kind: "transformation",
		type: "normalize",
		reference: normalize,
		async: false,
		form,
		"~run"(dataset) {
			dataset.value = dataset.value.normalize(this.form);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notBytes/notBytes.ts
/* @__NO_SIDE_EFFECTS__ */
function notBytes(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_bytes",
		reference: notBytes,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const length$1 = /* @__PURE__ */ _getByteCount(dataset.value);
				if (length$1 === this.requirement) _addIssue(this, "bytes", dataset, config$1, { received: `${length$1}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notCodePoints/notCodePoints.ts
/* @__NO_SIDE_EFFECTS__ */
function notCodePoints(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_code_points",
		reference: notCodePoints,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getCodePointCount(dataset.value);
				if (count === this.requirement) _addIssue(this, "code points", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notEntries/notEntries.ts
/* @__NO_SIDE_EFFECTS__ */
function notEntries(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_entries",
		reference: notEntries,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (!dataset.typed) return dataset;
			const count = Object.keys(dataset.value).length;
			if (dataset.typed && count === this.requirement) _addIssue(this, "entries", dataset, config$1, { received: `${count}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notGraphemes/notGraphemes.ts
/* @__NO_SIDE_EFFECTS__ */
function notGraphemes(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_graphemes",
		reference: notGraphemes,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getGraphemeCount(dataset.value);
				if (count === this.requirement) _addIssue(this, "graphemes", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notLength/notLength.ts
/* @__NO_SIDE_EFFECTS__ */
function notLength(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_length",
		reference: notLength,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.length === this.requirement) _addIssue(this, "length", dataset, config$1, { received: `${dataset.value.length}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notSize/notSize.ts
/* @__NO_SIDE_EFFECTS__ */
function notSize(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_size",
		reference: notSize,
		async: false,
		expects: `!${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.size === this.requirement) _addIssue(this, "size", dataset, config$1, { received: `${dataset.value.size}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notValue/notValue.ts
/* @__NO_SIDE_EFFECTS__ */
function notValue(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_value",
		reference: notValue,
		async: false,
		expects: requirement instanceof Date ? `!${requirement.toJSON()}` : `!${/* @__PURE__ */ _stringify(requirement)}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && /* @__PURE__ */ _isValueMatch(this.requirement, dataset.value)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notValues/notValues.ts
/* @__NO_SIDE_EFFECTS__ */
function notValues(requirement, message$1) {
	return {
		kind: "validation",
		type: "not_values",
		reference: notValues,
		async: false,
		expects: `!${/* @__PURE__ */ _joinExpects(requirement.map((value$1) => value$1 instanceof Date ? value$1.toJSON() : /* @__PURE__ */ _stringify(value$1)), "|")}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && this.requirement.some((requirement$1) => /* @__PURE__ */ _isValueMatch(requirement$1, dataset.value))) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/notWords/notWords.ts
/* @__NO_SIDE_EFFECTS__ */
function notWords(locales, requirement, message$1) {
	return {
		kind: "validation",
		type: "not_words",
		reference: notWords,
		async: false,
		expects: `!${requirement}`,
		locales,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getWordCount(this.locales, dataset.value);
				if (count === this.requirement) _addIssue(this, "words", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/octal/octal.ts
/* @__NO_SIDE_EFFECTS__ */
function octal(message$1) {
	return {
		kind: "validation",
		type: "octal",
		reference: octal,
		async: false,
		expects: null,
		requirement: OCTAL_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "octal", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/parseBoolean/parseBoolean.ts
const TRUTHY = (/* unused pure expression or super */ null && ([
	true,
	1,
	"true",
	"1",
	"yes",
	"y",
	"on",
	"enabled"
]));
const FALSY = (/* unused pure expression or super */ null && ([
	false,
	0,
	"false",
	"0",
	"no",
	"n",
	"off",
	"disabled"
]));
/* @__NO_SIDE_EFFECTS__ */
function parseBoolean(config$1, message$1) {
	const normalize$1 = (v) => typeof v === "string" ? v.toLowerCase() : v;
	const truthyRaw = config$1?.truthy ?? TRUTHY;
	const falsyRaw = config$1?.falsy ?? FALSY;
	const truthy = config$1?.truthy ? config$1.truthy.map(normalize$1) : TRUTHY;
	const falsy = config$1?.falsy ? config$1.falsy.map(normalize$1) : FALSY;
	return {
		kind: "transformation",
		type: "parse_boolean",
		reference: parseBoolean,
		expects: /* @__PURE__ */ _joinExpects([...truthyRaw, ...falsyRaw].map(_stringify), "|"),
		config: config$1,
		message: message$1,
		async: false,
		"~run"(dataset, config$2) {
			const input = normalize$1(dataset.value);
			if (truthy.includes(input)) dataset.value = true;
			else if (falsy.includes(input)) dataset.value = false;
			else {
				_addIssue(this, "boolean", dataset, config$2);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/parseJson/parseJson.ts
/* @__NO_SIDE_EFFECTS__ */
function parseJson(config$1, message$1) {
	return {
		kind: "transformation",
		type: "parse_json",
		reference: parseJson,
		config: config$1,
		message: message$1,
		async: false,
		"~run"(dataset, config$2) {
			try {
				dataset.value = JSON.parse(dataset.value, this.config?.reviver);
			} catch (error) {
				if (error instanceof Error) {
					_addIssue(this, "JSON", dataset, config$2, { received: `"${error.message}"` });
					dataset.typed = false;
				} else throw error;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/partialCheck/utils/_isPartiallyTyped/_isPartiallyTyped.ts
/**
* Checks if a dataset is partially typed.
*
* @param dataset The dataset to check.
* @param paths The paths to check.
*
* @returns Whether it is partially typed.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _isPartiallyTyped(dataset, paths) {
	if (dataset.issues) for (const path of paths) for (const issue of dataset.issues) {
		let typed = false;
		const bound = Math.min(path.length, issue.path?.length ?? 0);
		for (let index = 0; index < bound; index++) if (path[index] !== issue.path[index].key && (path[index] !== "$" || issue.path[index].type !== "array")) {
			typed = true;
			break;
		}
		if (!typed) return false;
	}
	return true;
}

//#endregion
//#region src/actions/partialCheck/partialCheck.ts
/* @__NO_SIDE_EFFECTS__ */
function partialCheck(paths, requirement, message$1) {
	return {
		kind: "validation",
		type: "partial_check",
		reference: partialCheck,
		async: false,
		expects: null,
		paths,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if ((dataset.typed || /* @__PURE__ */ _isPartiallyTyped(dataset, paths)) && !this.requirement(dataset.value)) _addIssue(this, "input", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/partialCheck/partialCheckAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function partialCheckAsync(paths, requirement, message$1) {
	return {
		kind: "validation",
		type: "partial_check",
		reference: partialCheckAsync,
		async: true,
		expects: null,
		paths,
		requirement,
		message: message$1,
		async "~run"(dataset, config$1) {
			if ((dataset.typed || /* @__PURE__ */ _isPartiallyTyped(dataset, paths)) && !await this.requirement(dataset.value)) _addIssue(this, "input", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/rawCheck/rawCheck.ts
/**
* Creates a raw check validation action.
*
* @param action The validation action.
*
* @returns A raw check action.
*/
/* @__NO_SIDE_EFFECTS__ */
function rawCheck(action) {
	return {
		kind: "validation",
		type: "raw_check",
		reference: rawCheck,
		async: false,
		expects: null,
		"~run"(dataset, config$1) {
			action({
				dataset,
				config: config$1,
				addIssue: (info) => _addIssue(this, info?.label ?? "input", dataset, config$1, info)
			});
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/rawCheck/rawCheckAsync.ts
/**
* Creates a raw check validation action.
*
* @param action The validation action.
*
* @returns A raw check action.
*/
/* @__NO_SIDE_EFFECTS__ */
function rawCheckAsync(action) {
	return {
		kind: "validation",
		type: "raw_check",
		reference: rawCheckAsync,
		async: true,
		expects: null,
		async "~run"(dataset, config$1) {
			await action({
				dataset,
				config: config$1,
				addIssue: (info) => _addIssue(this, info?.label ?? "input", dataset, config$1, info)
			});
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/rawTransform/rawTransform.ts
/**
* Creates a raw transformation action.
*
* @param action The transformation action.
*
* @returns A raw transform action.
*/
/* @__NO_SIDE_EFFECTS__ */
function rawTransform(action) {
	return {
		kind: "transformation",
		type: "raw_transform",
		reference: rawTransform,
		async: false,
		"~run"(dataset, config$1) {
			const output = action({
				dataset,
				config: config$1,
				addIssue: (info) => _addIssue(this, info?.label ?? "input", dataset, config$1, info),
				NEVER: null
			});
			if (dataset.issues) dataset.typed = false;
			else dataset.value = output;
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/rawTransform/rawTransformAsync.ts
/**
* Creates a raw transformation action.
*
* @param action The transformation action.
*
* @returns A raw transform action.
*/
/* @__NO_SIDE_EFFECTS__ */
function rawTransformAsync(action) {
	return {
		kind: "transformation",
		type: "raw_transform",
		reference: rawTransformAsync,
		async: true,
		async "~run"(dataset, config$1) {
			const output = await action({
				dataset,
				config: config$1,
				addIssue: (info) => _addIssue(this, info?.label ?? "input", dataset, config$1, info),
				NEVER: null
			});
			if (dataset.issues) dataset.typed = false;
			else dataset.value = output;
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/readonly/readonly.ts
/* @__NO_SIDE_EFFECTS__ */
function readonly() {
	return {
		kind: "transformation",
		type: "readonly",
		reference: readonly,
		async: false,
		"~run"(dataset) {
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/reduceItems/reduceItems.ts
/* @__NO_SIDE_EFFECTS__ */
function reduceItems(operation, initial) {
	return {
		kind: "transformation",
		type: "reduce_items",
		reference: reduceItems,
		async: false,
		operation,
		initial,
		"~run"(dataset) {
			dataset.value = dataset.value.reduce(this.operation, this.initial);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/regex/regex.ts
/* @__NO_SIDE_EFFECTS__ */
function regex(requirement, message$1) {
	return {
		kind: "validation",
		type: "regex",
		reference: regex,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "format", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/returns/returns.ts
/* @__NO_SIDE_EFFECTS__ */
function returns(schema) {
	return {
		kind: "transformation",
		type: "returns",
		reference: returns,
		async: false,
		schema,
		"~run"(dataset, config$1) {
			const func = dataset.value;
			dataset.value = (...args_) => {
				const returnsDataset = this.schema["~run"]({ value: func(...args_) }, config$1);
				if (returnsDataset.issues) throw new ValiError(returnsDataset.issues);
				return returnsDataset.value;
			};
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/returns/returnsAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function returnsAsync(schema) {
	return {
		kind: "transformation",
		type: "returns",
		reference: returnsAsync,
		async: false,
		schema,
		"~run"(dataset, config$1) {
			const func = dataset.value;
			dataset.value = async (...args_) => {
				const returnsDataset = await this.schema["~run"]({ value: await func(...args_) }, config$1);
				if (returnsDataset.issues) throw new ValiError(returnsDataset.issues);
				return returnsDataset.value;
			};
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/rfcEmail/rfcEmail.ts
/* @__NO_SIDE_EFFECTS__ */
function rfcEmail(message$1) {
	return {
		kind: "validation",
		type: "rfc_email",
		reference: rfcEmail,
		expects: null,
		async: false,
		requirement: RFC_EMAIL_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "email", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/safeInteger/safeInteger.ts
/* @__NO_SIDE_EFFECTS__ */
function safeInteger(message$1) {
	return {
		kind: "validation",
		type: "safe_integer",
		reference: safeInteger,
		async: false,
		expects: null,
		requirement: Number.isSafeInteger,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "safe integer", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/size/size.ts
/* @__NO_SIDE_EFFECTS__ */
function size(requirement, message$1) {
	return {
		kind: "validation",
		type: "size",
		reference: size,
		async: false,
		expects: `${requirement}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && dataset.value.size !== this.requirement) _addIssue(this, "size", dataset, config$1, { received: `${dataset.value.size}` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/slug/slug.ts
/* @__NO_SIDE_EFFECTS__ */
function slug(message$1) {
	return {
		kind: "validation",
		type: "slug",
		reference: slug,
		async: false,
		expects: null,
		requirement: SLUG_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "slug", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/someItem/someItem.ts
/* @__NO_SIDE_EFFECTS__ */
function someItem(requirement, message$1) {
	return {
		kind: "validation",
		type: "some_item",
		reference: someItem,
		async: false,
		expects: null,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !dataset.value.some(this.requirement)) _addIssue(this, "item", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/sortItems/sortItems.ts
/* @__NO_SIDE_EFFECTS__ */
function sortItems(operation) {
	return {
		kind: "transformation",
		type: "sort_items",
		reference: sortItems,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = dataset.value.sort(this.operation);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/startsWith/startsWith.ts
/* @__NO_SIDE_EFFECTS__ */
function startsWith(requirement, message$1) {
	return {
		kind: "validation",
		type: "starts_with",
		reference: startsWith,
		async: false,
		expects: `"${requirement}"`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !dataset.value.startsWith(this.requirement)) _addIssue(this, "start", dataset, config$1, { received: `"${dataset.value.slice(0, this.requirement.length)}"` });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/stringifyJson/stringifyJson.ts
/* @__NO_SIDE_EFFECTS__ */
function stringifyJson(config$1, message$1) {
	return {
		kind: "transformation",
		type: "stringify_json",
		reference: stringifyJson,
		message: message$1,
		config: config$1,
		async: false,
		"~run"(dataset, config$2) {
			try {
				const output = JSON.stringify(dataset.value, this.config?.replacer, this.config?.space);
				if (output === void 0) {
					_addIssue(this, "JSON", dataset, config$2);
					dataset.typed = false;
				} else dataset.value = output;
			} catch (error) {
				if (error instanceof Error) {
					_addIssue(this, "JSON", dataset, config$2, { received: `"${error.message}"` });
					dataset.typed = false;
				} else throw error;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/title/title.ts
/**
* Creates a title metadata action.
*
* @param title_ The title text.
*
* @returns A title action.
*/
/* @__NO_SIDE_EFFECTS__ */
function title(title_) {
	return {
		kind: "metadata",
		type: "title",
		reference: title,
		title: title_
	};
}

//#endregion
//#region src/actions/toBigint/toBigint.ts
/* @__NO_SIDE_EFFECTS__ */
function toBigint(message$1) {
	return {
		kind: "transformation",
		type: "to_bigint",
		reference: toBigint,
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			try {
				dataset.value = BigInt(dataset.value);
			} catch {
				_addIssue(this, "bigint", dataset, config$1);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toBoolean/toBoolean.ts
/**
* Creates a to boolean transformation action.
*
* @returns A to boolean action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function toBoolean() {
	return {
		kind: "transformation",
		type: "to_boolean",
		reference: toBoolean,
		async: false,
		"~run"(dataset) {
			dataset.value = Boolean(dataset.value);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toCamelCase/toCamelCase.ts
/**
* Creates a to camel case transformation action.
*
* Words are separated by `_`, `-` and ASCII whitespace, as well as by case
* and acronym boundaries.
*
* Hint: Acronym runs are normalized to lowercase (e.g. `parseURLValue` →
* `parseUrlValue`) and digits stay attached to the preceding token (e.g.
* `item2Name` → `item2Name`).
*
* @returns A to camel case action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function toCamelCase() {
	return {
		kind: "transformation",
		type: "to_camel_case",
		reference: toCamelCase,
		async: false,
		"~run"(dataset) {
			dataset.value = /* @__PURE__ */ _formatCase(dataset.value, "", false, true);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toDate/toDate.ts
/* @__NO_SIDE_EFFECTS__ */
function toDate(message$1) {
	return {
		kind: "transformation",
		type: "to_date",
		reference: toDate,
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			try {
				dataset.value = new Date(dataset.value);
				if (isNaN(dataset.value)) {
					_addIssue(this, "date", dataset, config$1, { received: "\"Invalid Date\"" });
					dataset.typed = false;
				}
			} catch {
				_addIssue(this, "date", dataset, config$1);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toKebabCase/toKebabCase.ts
/**
* Creates a to kebab case transformation action.
*
* Words are separated by `_`, `-` and ASCII whitespace, as well as by case
* and acronym boundaries.
*
* Hint: Acronym runs are normalized to lowercase (e.g. `parseURLValue` →
* `parse-url-value`) and digits stay attached to the preceding token (e.g.
* `item2Name` → `item2-name`).
*
* @returns A to kebab case action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function toKebabCase() {
	return {
		kind: "transformation",
		type: "to_kebab_case",
		reference: toKebabCase,
		async: false,
		"~run"(dataset) {
			dataset.value = /* @__PURE__ */ _formatCase(dataset.value, "-", false, false);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toLowerCase/toLowerCase.ts
/**
* Creates a to lower case transformation action.
*
* @returns A to lower case action.
*/
/* @__NO_SIDE_EFFECTS__ */
function toLowerCase() {
	return {
		kind: "transformation",
		type: "to_lower_case",
		reference: toLowerCase,
		async: false,
		"~run"(dataset) {
			dataset.value = dataset.value.toLowerCase();
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toMaxValue/toMaxValue.ts
/**
* Creates a to max value transformation action.
*
* @param requirement The maximum value.
*
* @returns A to max value action.
*/
/* @__NO_SIDE_EFFECTS__ */
function toMaxValue(requirement) {
	return {
		kind: "transformation",
		type: "to_max_value",
		reference: toMaxValue,
		async: false,
		requirement,
		"~run"(dataset) {
			dataset.value = dataset.value > this.requirement ? this.requirement : dataset.value;
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toMinValue/toMinValue.ts
/**
* Creates a to min value transformation action.
*
* @param requirement The minimum value.
*
* @returns A to min value action.
*/
/* @__NO_SIDE_EFFECTS__ */
function toMinValue(requirement) {
	return {
		kind: "transformation",
		type: "to_min_value",
		reference: toMinValue,
		async: false,
		requirement,
		"~run"(dataset) {
			dataset.value = dataset.value < this.requirement ? this.requirement : dataset.value;
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toNumber/toNumber.ts
/* @__NO_SIDE_EFFECTS__ */
function toNumber(message$1) {
	return {
		kind: "transformation",
		type: "to_number",
		reference: toNumber,
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			try {
				dataset.value = Number(dataset.value);
				if (isNaN(dataset.value)) {
					_addIssue(this, "number", dataset, config$1);
					dataset.typed = false;
				}
			} catch {
				_addIssue(this, "number", dataset, config$1);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toPascalCase/toPascalCase.ts
/**
* Creates a to pascal case transformation action.
*
* Words are separated by `_`, `-` and ASCII whitespace, as well as by case
* and acronym boundaries.
*
* Hint: Acronym runs are normalized to lowercase (e.g. `parseURLValue` →
* `ParseUrlValue`) and digits stay attached to the preceding token (e.g.
* `item2Name` → `Item2Name`).
*
* @returns A to pascal case action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function toPascalCase() {
	return {
		kind: "transformation",
		type: "to_pascal_case",
		reference: toPascalCase,
		async: false,
		"~run"(dataset) {
			dataset.value = /* @__PURE__ */ _formatCase(dataset.value, "", true, true);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toSnakeCase/toSnakeCase.ts
/**
* Creates a to snake case transformation action.
*
* Words are separated by `_`, `-` and ASCII whitespace, as well as by case
* and acronym boundaries.
*
* Hint: Acronym runs are normalized to lowercase (e.g. `parseURLValue` →
* `parse_url_value`) and digits stay attached to the preceding token (e.g.
* `item2Name` → `item2_name`).
*
* @returns A to snake case action.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function toSnakeCase() {
	return {
		kind: "transformation",
		type: "to_snake_case",
		reference: toSnakeCase,
		async: false,
		"~run"(dataset) {
			dataset.value = /* @__PURE__ */ _formatCase(dataset.value, "_", false, false);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toString/toString.ts
/* @__NO_SIDE_EFFECTS__ */
function dist_toString(message$1) {
	return {
		kind: "transformation",
		type: "to_string",
		reference: dist_toString,
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			try {
				dataset.value = String(dataset.value);
			} catch {
				_addIssue(this, "string", dataset, config$1);
				dataset.typed = false;
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/toUpperCase/toUpperCase.ts
/**
* Creates a to upper case transformation action.
*
* @returns A to upper case action.
*/
/* @__NO_SIDE_EFFECTS__ */
function toUpperCase() {
	return {
		kind: "transformation",
		type: "to_upper_case",
		reference: toUpperCase,
		async: false,
		"~run"(dataset) {
			dataset.value = dataset.value.toUpperCase();
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/transform/transform.ts
/**
* Creates a custom transformation action.
*
* @param operation The transformation operation.
*
* @returns A transform action.
*/
/* @__NO_SIDE_EFFECTS__ */
function transform(operation) {
	return {
		kind: "transformation",
		type: "transform",
		reference: transform,
		async: false,
		operation,
		"~run"(dataset) {
			dataset.value = this.operation(dataset.value);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/transform/transformAsync.ts
/**
* Creates a custom transformation action.
*
* @param operation The transformation operation.
*
* @returns A transform action.
*/
/* @__NO_SIDE_EFFECTS__ */
function transformAsync(operation) {
	return {
		kind: "transformation",
		type: "transform",
		reference: transformAsync,
		async: true,
		operation,
		async "~run"(dataset) {
			dataset.value = await this.operation(dataset.value);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/trim/trim.ts
/**
* Creates a trim transformation action.
*
* @returns A trim action.
*/
/* @__NO_SIDE_EFFECTS__ */
function trim() {
	return {
		kind: "transformation",
		type: "trim",
		reference: trim,
		async: false,
		"~run"(dataset) {
			dataset.value = dataset.value.trim();
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/trimEnd/trimEnd.ts
/**
* Creates a trim end transformation action.
*
* @returns A trim end action.
*/
/* @__NO_SIDE_EFFECTS__ */
function trimEnd() {
	return {
		kind: "transformation",
		type: "trim_end",
		reference: trimEnd,
		async: false,
		"~run"(dataset) {
			dataset.value = dataset.value.trimEnd();
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/trimStart/trimStart.ts
/**
* Creates a trim start transformation action.
*
* @returns A trim start action.
*/
/* @__NO_SIDE_EFFECTS__ */
function trimStart() {
	return {
		kind: "transformation",
		type: "trim_start",
		reference: trimStart,
		async: false,
		"~run"(dataset) {
			dataset.value = dataset.value.trimStart();
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/ulid/ulid.ts
/* @__NO_SIDE_EFFECTS__ */
function ulid(message$1) {
	return {
		kind: "validation",
		type: "ulid",
		reference: ulid,
		async: false,
		expects: null,
		requirement: ULID_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "ULID", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/url/url.ts
/* @__NO_SIDE_EFFECTS__ */
function url(message$1) {
	return {
		kind: "validation",
		type: "url",
		reference: url,
		async: false,
		expects: null,
		requirement(input) {
			try {
				if (URL.canParse) return URL.canParse(input);
				new URL(input);
				return true;
			} catch {
				return false;
			}
		},
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement(dataset.value)) _addIssue(this, "URL", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/uuid/uuid.ts
/* @__NO_SIDE_EFFECTS__ */
function uuid(message$1) {
	return {
		kind: "validation",
		type: "uuid",
		reference: uuid,
		async: false,
		expects: null,
		requirement: UUID_REGEX,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.test(dataset.value)) _addIssue(this, "UUID", dataset, config$1);
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/value/value.ts
/* @__NO_SIDE_EFFECTS__ */
function value(requirement, message$1) {
	return {
		kind: "validation",
		type: "value",
		reference: value,
		async: false,
		expects: requirement instanceof Date ? requirement.toJSON() : /* @__PURE__ */ _stringify(requirement),
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !/* @__PURE__ */ _isValueMatch(this.requirement, dataset.value)) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/values/values.ts
/* @__NO_SIDE_EFFECTS__ */
function values(requirement, message$1) {
	return {
		kind: "validation",
		type: "values",
		reference: values,
		async: false,
		expects: `${/* @__PURE__ */ _joinExpects(requirement.map((value$1) => value$1 instanceof Date ? value$1.toJSON() : /* @__PURE__ */ _stringify(value$1)), "|")}`,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed && !this.requirement.some((requirement$1) => /* @__PURE__ */ _isValueMatch(requirement$1, dataset.value))) _addIssue(this, "value", dataset, config$1, { received: dataset.value instanceof Date ? dataset.value.toJSON() : /* @__PURE__ */ _stringify(dataset.value) });
			return dataset;
		}
	};
}

//#endregion
//#region src/actions/words/words.ts
/* @__NO_SIDE_EFFECTS__ */
function words(locales, requirement, message$1) {
	return {
		kind: "validation",
		type: "words",
		reference: words,
		async: false,
		expects: `${requirement}`,
		locales,
		requirement,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.typed) {
				const count = /* @__PURE__ */ _getWordCount(this.locales, dataset.value);
				if (count !== this.requirement) _addIssue(this, "words", dataset, config$1, { received: `${count}` });
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/const.ts
const ABORT_EARLY_CONFIG = { abortEarly: true };

//#endregion
//#region src/methods/assert/assert.ts
/**
* Checks if the input matches the schema. As this is an assertion function, it
* can be used as a type guard.
*
* @param schema The schema to be used.
* @param input The input to be tested.
*/
function assert(schema, input) {
	const issues = schema["~run"]({ value: input }, ABORT_EARLY_CONFIG).issues;
	if (issues) throw new ValiError(issues);
}

//#endregion
//#region src/methods/cache/_LruCache.ts
/**
* Efficient LRU cache using Map iteration order.
*/
var _LruCache = class {
	constructor(config$1) {
		this.refCount = 0;
		this.maxSize = config$1?.maxSize ?? 1e3;
		this.maxAge = config$1?.maxAge ?? Infinity;
		this.hasMaxAge = isFinite(this.maxAge);
	}
	/**
	* Stringifies an unknown input to a cache key component.
	*
	* @param input The unknown input.
	*
	* @returns A cache key component.
	*/
	stringify(input) {
		const type = typeof input;
		if (type === "string") return `"${input}"`;
		if (type === "number" || type === "boolean") return `${input}`;
		if (type === "bigint") return `${input}n`;
		if (type === "object" || type === "function") {
			if (input) {
				this.refIds ?? (this.refIds = /* @__PURE__ */ new WeakMap());
				let id = this.refIds.get(input);
				if (!id) {
					id = ++this.refCount;
					this.refIds.set(input, id);
				}
				return `#${id}`;
			}
			return "null";
		}
		return type;
	}
	/**
	* Creates a cache key from input and config.
	*
	* @param input The input value.
	* @param config The parse configuration.
	*
	* @returns The cache key.
	*/
	key(input, config$1 = {}) {
		return `${this.stringify(input)}|${this.stringify(config$1.lang)}|${this.stringify(config$1.message)}|${this.stringify(config$1.abortEarly)}|${this.stringify(config$1.abortPipeEarly)}`;
	}
	/**
	* Gets a value from the cache by key.
	*
	* @param key The cache key.
	*
	* @returns The cached value.
	*/
	get(key) {
		if (!this.store) return void 0;
		const entry = this.store.get(key);
		if (!entry) return void 0;
		if (this.hasMaxAge && Date.now() - entry[1] > this.maxAge) {
			this.store.delete(key);
			return;
		}
		this.store.delete(key);
		this.store.set(key, entry);
		return entry[0];
	}
	/**
	* Sets a value in the cache by key.
	*
	* @param key The cache key.
	* @param value The cached value.
	*/
	set(key, value$1) {
		this.store ?? (this.store = /* @__PURE__ */ new Map());
		this.store.delete(key);
		const timestamp = this.hasMaxAge ? Date.now() : 0;
		this.store.set(key, [value$1, timestamp]);
		if (this.store.size > this.maxSize) this.store.delete(this.store.keys().next().value);
	}
	/**
	* Clears all entries from the cache.
	*/
	clear() {
		this.store?.clear();
	}
};

//#endregion
//#region src/methods/cache/cache.ts
/* @__NO_SIDE_EFFECTS__ */
function cache(schema, config$1) {
	return _standardSchema({
		...schema,
		cacheConfig: config$1,
		cache: new _LruCache(config$1),
		"~run"(dataset, runConfig) {
			const key = this.cache.key(dataset.value, runConfig);
			let outputDataset = this.cache.get(key);
			if (!outputDataset) this.cache.set(key, outputDataset = schema["~run"](dataset, runConfig));
			return /* @__PURE__ */ _cloneDataset(outputDataset);
		}
	});
}

//#endregion
//#region src/methods/cache/cacheAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function cacheAsync(schema, config$1) {
	let activeRuns;
	return _standardSchema({
		...schema,
		async: true,
		cacheConfig: config$1,
		cache: new _LruCache(config$1),
		async "~run"(dataset, runConfig) {
			const key = this.cache.key(dataset.value, runConfig);
			const cached = this.cache.get(key);
			if (cached) return /* @__PURE__ */ _cloneDataset(cached);
			let promise$1 = activeRuns?.get(key);
			if (!promise$1) {
				activeRuns ?? (activeRuns = /* @__PURE__ */ new Map());
				promise$1 = Promise.resolve(schema["~run"](dataset, runConfig));
				activeRuns.set(key, promise$1);
			}
			try {
				const outputDataset = await promise$1;
				this.cache.set(key, outputDataset);
				return /* @__PURE__ */ _cloneDataset(outputDataset);
			} finally {
				activeRuns?.delete(key);
			}
		}
	});
}

//#endregion
//#region src/methods/config/config.ts
/**
* Changes the local configuration of a schema.
*
* @param schema The schema to configure.
* @param config The parse configuration.
*
* @returns The configured schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function config(schema, config$1) {
	return _standardSchema({
		...schema,
		"~run"(dataset, config_) {
			return schema["~run"](dataset, {
				...config_,
				...config$1
			});
		}
	});
}

//#endregion
//#region src/methods/getFallback/getFallback.ts
/**
* Returns the fallback value of the schema.
*
* @param schema The schema to get it from.
* @param dataset The output dataset if available.
* @param config The config if available.
*
* @returns The fallback value.
*/
/* @__NO_SIDE_EFFECTS__ */
function getFallback(schema, dataset, config$1) {
	return typeof schema.fallback === "function" ? schema.fallback(dataset, config$1) : schema.fallback;
}

//#endregion
//#region src/methods/fallback/fallback.ts
/**
* Returns a fallback value as output if the input does not match the schema.
*
* @param schema The schema to catch.
* @param fallback The fallback value.
*
* @returns The passed schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function fallback(schema, fallback$1) {
	return _standardSchema({
		...schema,
		fallback: fallback$1,
		"~run"(dataset, config$1) {
			const outputDataset = schema["~run"](dataset, config$1);
			return outputDataset.issues ? {
				typed: true,
				value: /* @__PURE__ */ getFallback(this, outputDataset, config$1)
			} : outputDataset;
		}
	});
}

//#endregion
//#region src/methods/fallback/fallbackAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function fallbackAsync(schema, fallback$1) {
	return _standardSchema({
		...schema,
		fallback: fallback$1,
		async: true,
		async "~run"(dataset, config$1) {
			const outputDataset = await schema["~run"](dataset, config$1);
			return outputDataset.issues ? {
				typed: true,
				value: await /* @__PURE__ */ getFallback(this, outputDataset, config$1)
			} : outputDataset;
		}
	});
}

//#endregion
//#region src/methods/flatten/flatten.ts
/* @__NO_SIDE_EFFECTS__ */
function flatten(issues) {
	const flatErrors = {};
	for (const issue of issues) if (issue.path) {
		const dotPath = /* @__PURE__ */ getDotPath(issue);
		if (dotPath) {
			if (!flatErrors.nested) flatErrors.nested = {};
			if (Object.prototype.hasOwnProperty.call(flatErrors.nested, dotPath)) flatErrors.nested[dotPath].push(issue.message);
			else flatErrors.nested[dotPath] = [issue.message];
		} else if (flatErrors.other) flatErrors.other.push(issue.message);
		else flatErrors.other = [issue.message];
	} else if (flatErrors.root) flatErrors.root.push(issue.message);
	else flatErrors.root = [issue.message];
	return flatErrors;
}

//#endregion
//#region src/methods/forward/forward.ts
/**
* Forwards the issues of the passed validation action.
*
* @param action The validation action.
* @param path The path to forward the issues to.
*
* @returns The modified action.
*/
/* @__NO_SIDE_EFFECTS__ */
function forward(action, path) {
	return {
		...action,
		"~run"(dataset, config$1) {
			const prevIssues = dataset.issues && [...dataset.issues];
			dataset = action["~run"](dataset, config$1);
			if (dataset.issues) {
				for (const issue of dataset.issues) if (!prevIssues?.includes(issue)) {
					let pathInput = dataset.value;
					for (const key of path) {
						const pathValue = pathInput[key];
						const pathItem = {
							type: "unknown",
							origin: "value",
							input: pathInput,
							key,
							value: pathValue
						};
						if (issue.path) issue.path.push(pathItem);
						else issue.path = [pathItem];
						if (!pathValue) break;
						pathInput = pathValue;
					}
				}
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/methods/forward/forwardAsync.ts
/**
* Forwards the issues of the passed validation action.
*
* @param action The validation action.
* @param path The path to forward the issues to.
*
* @returns The modified action.
*/
/* @__NO_SIDE_EFFECTS__ */
function forwardAsync(action, path) {
	return {
		...action,
		async: true,
		async "~run"(dataset, config$1) {
			const prevIssues = dataset.issues && [...dataset.issues];
			dataset = await action["~run"](dataset, config$1);
			if (dataset.issues) {
				for (const issue of dataset.issues) if (!prevIssues?.includes(issue)) {
					let pathInput = dataset.value;
					for (const key of path) {
						const pathValue = pathInput[key];
						const pathItem = {
							type: "unknown",
							origin: "value",
							input: pathInput,
							key,
							value: pathValue
						};
						if (issue.path) issue.path.push(pathItem);
						else issue.path = [pathItem];
						if (!pathValue) break;
						pathInput = pathValue;
					}
				}
			}
			return dataset;
		}
	};
}

//#endregion
//#region src/methods/getDefault/getDefault.ts
/**
* Returns the default value of the schema.
*
* @param schema The schema to get it from.
* @param dataset The input dataset if available.
* @param config The config if available.
*
* @returns The default value.
*/
/* @__NO_SIDE_EFFECTS__ */
function getDefault(schema, dataset, config$1) {
	return typeof schema.default === "function" ? schema.default(dataset, config$1) : schema.default;
}

//#endregion
//#region src/methods/getDefaults/getDefaults.ts
/**
* Returns the default values of the schema.
*
* Hint: The difference to `getDefault` is that for object and tuple schemas
* this function recursively returns the default values of the subschemas
* instead of `undefined`.
*
* @param schema The schema to get them from.
*
* @returns The default values.
*/
/* @__NO_SIDE_EFFECTS__ */
function getDefaults(schema) {
	if ("entries" in schema) {
		const object$1 = {};
		for (const key in schema.entries) object$1[key] = /* @__PURE__ */ getDefaults(schema.entries[key]);
		return object$1;
	}
	if ("items" in schema) return schema.items.map(getDefaults);
	return /* @__PURE__ */ getDefault(schema);
}

//#endregion
//#region src/methods/getDefaults/getDefaultsAsync.ts
/**
* Returns the default values of the schema.
*
* Hint: The difference to `getDefault` is that for object and tuple schemas
* this function recursively returns the default values of the subschemas
* instead of `undefined`.
*
* @param schema The schema to get them from.
*
* @returns The default values.
*/
/* @__NO_SIDE_EFFECTS__ */
async function getDefaultsAsync(schema) {
	if ("entries" in schema) return Object.fromEntries(await Promise.all(Object.entries(schema.entries).map(async ([key, value$1]) => [key, await /* @__PURE__ */ getDefaultsAsync(value$1)])));
	if ("items" in schema) return Promise.all(schema.items.map(getDefaultsAsync));
	return /* @__PURE__ */ getDefault(schema);
}

//#endregion
//#region src/methods/getDescription/getDescription.ts
/**
* Returns the description of the schema.
*
* If multiple descriptions are defined, the last one of the highest level is
* returned. If no description is defined, `undefined` is returned.
*
* @param schema The schema to get the description from.
*
* @returns The description, if any.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function getDescription(schema) {
	return /* @__PURE__ */ _getLastMetadata(schema, "description");
}

//#endregion
//#region src/methods/getExamples/getExamples.ts
/**
* Returns the examples of a schema.
*
* If multiple examples are defined, it concatenates them using depth-first
* search. If no examples are defined, an empty array is returned.
*
* @param schema The schema to get the examples from.
*
* @returns The examples, if any.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function getExamples(schema) {
	const examples$1 = [];
	function depthFirstCollect(schema$1) {
		if ("pipe" in schema$1) {
			for (const item of schema$1.pipe) if (item.kind === "schema" && "pipe" in item) depthFirstCollect(item);
			else if (item.kind === "metadata" && item.type === "examples") for (const example of item.examples) examples$1.push(example);
		}
	}
	depthFirstCollect(schema);
	return examples$1;
}

//#endregion
//#region src/methods/getFallbacks/getFallbacks.ts
/**
* Returns the fallback values of the schema.
*
* Hint: The difference to `getFallback` is that for object and tuple schemas
* this function recursively returns the fallback values of the subschemas
* instead of `undefined`.
*
* @param schema The schema to get them from.
*
* @returns The fallback values.
*/
/* @__NO_SIDE_EFFECTS__ */
function getFallbacks(schema) {
	if ("entries" in schema) {
		const object$1 = {};
		for (const key in schema.entries) object$1[key] = /* @__PURE__ */ getFallbacks(schema.entries[key]);
		return object$1;
	}
	if ("items" in schema) return schema.items.map(getFallbacks);
	return /* @__PURE__ */ getFallback(schema);
}

//#endregion
//#region src/methods/getFallbacks/getFallbacksAsync.ts
/**
* Returns the fallback values of the schema.
*
* Hint: The difference to `getFallback` is that for object and tuple schemas
* this function recursively returns the fallback values of the subschemas
* instead of `undefined`.
*
* @param schema The schema to get them from.
*
* @returns The fallback values.
*/
/* @__NO_SIDE_EFFECTS__ */
async function getFallbacksAsync(schema) {
	if ("entries" in schema) return Object.fromEntries(await Promise.all(Object.entries(schema.entries).map(async ([key, value$1]) => [key, await /* @__PURE__ */ getFallbacksAsync(value$1)])));
	if ("items" in schema) return Promise.all(schema.items.map(getFallbacksAsync));
	return /* @__PURE__ */ getFallback(schema);
}

//#endregion
//#region src/methods/getMetadata/getMetadata.ts
/**
* Returns the metadata of a schema.
*
* If multiple metadata are defined, it shallowly merges them using depth-first
* search. If no metadata is defined, an empty object is returned.
*
* @param schema Schema to get the metadata from.
*
* @returns The metadata, if any.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function getMetadata(schema) {
	const result = {};
	function depthFirstMerge(schema$1) {
		if ("pipe" in schema$1) {
			for (const item of schema$1.pipe) if (item.kind === "schema" && "pipe" in item) depthFirstMerge(item);
			else if (item.kind === "metadata" && item.type === "metadata") Object.assign(result, item.metadata);
		}
	}
	depthFirstMerge(schema);
	return result;
}

//#endregion
//#region src/methods/getTitle/getTitle.ts
/**
* Returns the title of the schema.
*
* If multiple titles are defined, the last one of the highest level is
* returned. If no title is defined, `undefined` is returned.
*
* @param schema The schema to get the title from.
*
* @returns The title, if any.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function getTitle(schema) {
	return /* @__PURE__ */ _getLastMetadata(schema, "title");
}

//#endregion
//#region src/methods/is/is.ts
/**
* Checks if the input matches the schema. By using a type predicate, this
* function can be used as a type guard.
*
* @param schema The schema to be used.
* @param input The input to be tested.
*
* @returns Whether the input matches the schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function is(schema, input) {
	return !schema["~run"]({ value: input }, ABORT_EARLY_CONFIG).issues;
}

//#endregion
//#region src/schemas/any/any.ts
/**
* Creates an any schema.
*
* Hint: This schema function exists only for completeness and is not
* recommended in practice. Instead, `unknown` should be used to accept
* unknown data.
*
* @returns An any schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function any() {
	return _standardSchema({
		kind: "schema",
		type: "any",
		reference: any,
		expects: "any",
		async: false,
		"~run"(dataset) {
			dataset.typed = true;
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/array/array.ts
/* @__NO_SIDE_EFFECTS__ */
function array(item, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "array",
		reference: array,
		expects: "Array",
		async: false,
		item,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < input.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.item["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/array/arrayAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function arrayAsync(item, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "array",
		reference: arrayAsync,
		expects: "Array",
		async: true,
		item,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				const itemDatasets = await Promise.all(input.map((value$1) => this.item["~run"]({ value: value$1 }, config$1)));
				for (let key = 0; key < itemDatasets.length; key++) {
					const itemDataset = itemDatasets[key];
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: input[key]
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/bigint/bigint.ts
/* @__NO_SIDE_EFFECTS__ */
function bigint(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "bigint",
		reference: bigint,
		expects: "bigint",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "bigint") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/blob/blob.ts
/* @__NO_SIDE_EFFECTS__ */
function blob(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "blob",
		reference: blob,
		expects: "Blob",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof Blob) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/boolean/boolean.ts
/* @__NO_SIDE_EFFECTS__ */
function dist_boolean(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "boolean",
		reference: dist_boolean,
		expects: "boolean",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "boolean") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/custom/custom.ts
/* @__NO_SIDE_EFFECTS__ */
function custom(check$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "custom",
		reference: custom,
		expects: "unknown",
		async: false,
		check: check$1,
		message: message$1,
		"~run"(dataset, config$1) {
			if (this.check(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/custom/customAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function customAsync(check$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "custom",
		reference: customAsync,
		expects: "unknown",
		async: true,
		check: check$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (await this.check(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/date/date.ts
/* @__NO_SIDE_EFFECTS__ */
function date(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "date",
		reference: date,
		expects: "Date",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof Date) if (!isNaN(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1, { received: "\"Invalid Date\"" });
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/enum/enum.ts
/* @__NO_SIDE_EFFECTS__ */
function enum_(enum__, message$1) {
	const options = [];
	for (const key in enum__) if (`${+key}` !== key || typeof enum__[key] !== "string" || !Object.is(enum__[enum__[key]], +key)) options.push(enum__[key]);
	return _standardSchema({
		kind: "schema",
		type: "enum",
		reference: enum_,
		expects: /* @__PURE__ */ _joinExpects(options.map(_stringify), "|"),
		async: false,
		enum: enum__,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			if (this.options.includes(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/exactOptional/exactOptional.ts
/* @__NO_SIDE_EFFECTS__ */
function exactOptional(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "exact_optional",
		reference: exactOptional,
		expects: wrapped.expects,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/exactOptional/exactOptionalAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function exactOptionalAsync(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "exact_optional",
		reference: exactOptionalAsync,
		expects: wrapped.expects,
		async: true,
		wrapped,
		default: default_,
		async "~run"(dataset, config$1) {
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/file/file.ts
/* @__NO_SIDE_EFFECTS__ */
function file(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "file",
		reference: file,
		expects: "File",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof File) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/function/function.ts
/* @__NO_SIDE_EFFECTS__ */
function function_(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "function",
		reference: function_,
		expects: "Function",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "function") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/instance/instance.ts
/* @__NO_SIDE_EFFECTS__ */
function instance(class_, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "instance",
		reference: instance,
		expects: class_.name,
		async: false,
		class: class_,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof this.class) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/intersect/utils/_merge/_merge.ts
/**
* Merges two values into one single output.
*
* @param value1 First value.
* @param value2 Second value.
*
* @returns The merge dataset.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _merge(value1, value2) {
	if (typeof value1 === typeof value2) {
		if (/* @__PURE__ */ _isSameValueZero(value1, value2) || value1 instanceof Date && value2 instanceof Date && /* @__PURE__ */ _isSameValueZero(+value1, +value2)) return { value: value1 };
		if (value1 && value2 && value1.constructor === Object && value2.constructor === Object) {
			const nextValue = {
				...value1,
				...value2
			};
			for (const key in value2) if (Object.prototype.hasOwnProperty.call(value1, key) && Object.prototype.hasOwnProperty.call(value2, key)) {
				const dataset = /* @__PURE__ */ _merge(value1[key], value2[key]);
				if (dataset.issue) return dataset;
				nextValue[key] = dataset.value;
			}
			return { value: nextValue };
		}
		if (Array.isArray(value1) && Array.isArray(value2)) {
			if (value1.length === value2.length) {
				const nextValue = [...value1];
				for (let index = 0; index < value1.length; index++) {
					const dataset = /* @__PURE__ */ _merge(value1[index], value2[index]);
					if (dataset.issue) return dataset;
					nextValue[index] = dataset.value;
				}
				return { value: nextValue };
			}
		}
	}
	return { issue: true };
}

//#endregion
//#region src/schemas/intersect/intersect.ts
/* @__NO_SIDE_EFFECTS__ */
function intersect(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "intersect",
		reference: intersect,
		expects: /* @__PURE__ */ _joinExpects(options.map((option) => option.expects), "&"),
		async: false,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			if (this.options.length) {
				const input = dataset.value;
				let outputs;
				dataset.typed = true;
				for (const schema of this.options) {
					const optionDataset = schema["~run"]({ value: input }, config$1);
					if (optionDataset.issues) {
						if (dataset.issues) for (const issue of optionDataset.issues) dataset.issues.push(issue);
						else dataset.issues = optionDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!optionDataset.typed) dataset.typed = false;
					if (dataset.typed) if (outputs) outputs.push(optionDataset.value);
					else outputs = [optionDataset.value];
				}
				if (dataset.typed) {
					dataset.value = outputs[0];
					for (let index = 1; index < outputs.length; index++) {
						const mergeDataset = /* @__PURE__ */ _merge(dataset.value, outputs[index]);
						if (mergeDataset.issue) {
							_addIssue(this, "type", dataset, config$1, { received: "unknown" });
							break;
						}
						dataset.value = mergeDataset.value;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/intersect/intersectAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function intersectAsync(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "intersect",
		reference: intersectAsync,
		expects: /* @__PURE__ */ _joinExpects(options.map((option) => option.expects), "&"),
		async: true,
		options,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (this.options.length) {
				const input = dataset.value;
				let outputs;
				dataset.typed = true;
				const optionDatasets = await Promise.all(this.options.map((schema) => schema["~run"]({ value: input }, config$1)));
				for (const optionDataset of optionDatasets) {
					if (optionDataset.issues) {
						if (dataset.issues) for (const issue of optionDataset.issues) dataset.issues.push(issue);
						else dataset.issues = optionDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!optionDataset.typed) dataset.typed = false;
					if (dataset.typed) if (outputs) outputs.push(optionDataset.value);
					else outputs = [optionDataset.value];
				}
				if (dataset.typed) {
					dataset.value = outputs[0];
					for (let index = 1; index < outputs.length; index++) {
						const mergeDataset = /* @__PURE__ */ _merge(dataset.value, outputs[index]);
						if (mergeDataset.issue) {
							_addIssue(this, "type", dataset, config$1, { received: "unknown" });
							break;
						}
						dataset.value = mergeDataset.value;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/lazy/lazy.ts
/**
* Creates a lazy schema.
*
* @param getter The schema getter.
*
* @returns A lazy schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function lazy(getter) {
	return _standardSchema({
		kind: "schema",
		type: "lazy",
		reference: lazy,
		expects: "unknown",
		async: false,
		getter,
		"~run"(dataset, config$1) {
			return this.getter(dataset.value)["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/lazy/lazyAsync.ts
/**
* Creates a lazy schema.
*
* @param getter The schema getter.
*
* @returns A lazy schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function lazyAsync(getter) {
	return _standardSchema({
		kind: "schema",
		type: "lazy",
		reference: lazyAsync,
		expects: "unknown",
		async: true,
		getter,
		async "~run"(dataset, config$1) {
			return (await this.getter(dataset.value))["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/literal/literal.ts
/* @__NO_SIDE_EFFECTS__ */
function literal(literal_, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "literal",
		reference: literal,
		expects: /* @__PURE__ */ _stringify(literal_),
		async: false,
		literal: literal_,
		message: message$1,
		"~run"(dataset, config$1) {
			if (/* @__PURE__ */ _isSameValueZero(dataset.value, this.literal)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/looseObject/looseObject.ts
/* @__NO_SIDE_EFFECTS__ */
function looseObject(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "loose_object",
		reference: looseObject,
		expects: "Object",
		async: false,
		entries: entries$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const key in this.entries) {
					const valueSchema = this.entries[key];
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : /* @__PURE__ */ getDefault(valueSchema);
						const valueDataset = valueSchema["~run"]({ value: value$1 }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: value$1
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					} else if (valueSchema.fallback !== void 0) dataset.value[key] = /* @__PURE__ */ getFallback(valueSchema);
					else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
						_addIssue(this, "key", dataset, config$1, {
							input: void 0,
							expected: `"${key}"`,
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						if (config$1.abortEarly) break;
					}
				}
				if (!dataset.issues || !config$1.abortEarly) {
					for (const key in input) if (/* @__PURE__ */ _isValidObjectKey(input, key) && !Object.prototype.hasOwnProperty.call(this.entries, key)) dataset.value[key] = input[key];
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/looseObject/looseObjectAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function looseObjectAsync(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "loose_object",
		reference: looseObjectAsync,
		expects: "Object",
		async: true,
		entries: entries$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				const valueDatasets = await Promise.all(Object.entries(this.entries).map(async ([key, valueSchema]) => {
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : await /* @__PURE__ */ getDefault(valueSchema);
						return [
							key,
							value$1,
							valueSchema,
							await valueSchema["~run"]({ value: value$1 }, config$1)
						];
					}
					return [
						key,
						input[key],
						valueSchema,
						null
					];
				}));
				for (const [key, value$1, valueSchema, valueDataset] of valueDatasets) if (valueDataset) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value[key] = valueDataset.value;
				} else if (valueSchema.fallback !== void 0) dataset.value[key] = await /* @__PURE__ */ getFallback(valueSchema);
				else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
					_addIssue(this, "key", dataset, config$1, {
						input: void 0,
						expected: `"${key}"`,
						path: [{
							type: "object",
							origin: "key",
							input,
							key,
							value: value$1
						}]
					});
					if (config$1.abortEarly) break;
				}
				if (!dataset.issues || !config$1.abortEarly) {
					for (const key in input) if (/* @__PURE__ */ _isValidObjectKey(input, key) && !Object.prototype.hasOwnProperty.call(this.entries, key)) dataset.value[key] = input[key];
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/looseTuple/looseTuple.ts
/* @__NO_SIDE_EFFECTS__ */
function looseTuple(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "loose_tuple",
		reference: looseTuple,
		expects: "Array",
		async: false,
		items,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < this.items.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.items[key]["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!dataset.issues || !config$1.abortEarly) for (let key = this.items.length; key < input.length; key++) dataset.value.push(input[key]);
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/looseTuple/looseTupleAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function looseTupleAsync(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "loose_tuple",
		reference: looseTupleAsync,
		expects: "Array",
		async: true,
		items,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				const itemDatasets = await Promise.all(this.items.map(async (item, key) => {
					const value$1 = input[key];
					return [
						key,
						value$1,
						await item["~run"]({ value: value$1 }, config$1)
					];
				}));
				for (const [key, value$1, itemDataset] of itemDatasets) {
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!dataset.issues || !config$1.abortEarly) for (let key = this.items.length; key < input.length; key++) dataset.value.push(input[key]);
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/map/map.ts
/* @__NO_SIDE_EFFECTS__ */
function map(key, value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "map",
		reference: map,
		expects: "Map",
		async: false,
		key,
		value: value$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input instanceof Map) {
				dataset.typed = true;
				dataset.value = /* @__PURE__ */ new Map();
				for (const [inputKey, inputValue] of input) {
					const keyDataset = this.key["~run"]({ value: inputKey }, config$1);
					if (keyDataset.issues) {
						const pathItem = {
							type: "map",
							origin: "key",
							input,
							key: inputKey,
							value: inputValue
						};
						for (const issue of keyDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = keyDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					const valueDataset = this.value["~run"]({ value: inputValue }, config$1);
					if (valueDataset.issues) {
						const pathItem = {
							type: "map",
							origin: "value",
							input,
							key: inputKey,
							value: inputValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!keyDataset.typed || !valueDataset.typed) dataset.typed = false;
					dataset.value.set(keyDataset.value, valueDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/map/mapAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function mapAsync(key, value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "map",
		reference: mapAsync,
		expects: "Map",
		async: true,
		key,
		value: value$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input instanceof Map) {
				dataset.typed = true;
				dataset.value = /* @__PURE__ */ new Map();
				const datasets = await Promise.all([...input].map(([inputKey, inputValue]) => Promise.all([
					inputKey,
					inputValue,
					this.key["~run"]({ value: inputKey }, config$1),
					this.value["~run"]({ value: inputValue }, config$1)
				])));
				for (const [inputKey, inputValue, keyDataset, valueDataset] of datasets) {
					if (keyDataset.issues) {
						const pathItem = {
							type: "map",
							origin: "key",
							input,
							key: inputKey,
							value: inputValue
						};
						for (const issue of keyDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = keyDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (valueDataset.issues) {
						const pathItem = {
							type: "map",
							origin: "value",
							input,
							key: inputKey,
							value: inputValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!keyDataset.typed || !valueDataset.typed) dataset.typed = false;
					dataset.value.set(keyDataset.value, valueDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nan/nan.ts
/* @__NO_SIDE_EFFECTS__ */
function nan(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "nan",
		reference: nan,
		expects: "NaN",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (Number.isNaN(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/never/never.ts
/* @__NO_SIDE_EFFECTS__ */
function never(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "never",
		reference: never,
		expects: "never",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			_addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonNullable/nonNullable.ts
/* @__NO_SIDE_EFFECTS__ */
function nonNullable(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_nullable",
		reference: nonNullable,
		expects: "!null",
		async: false,
		wrapped,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value !== null) dataset = this.wrapped["~run"](dataset, config$1);
			if (dataset.value === null) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonNullable/nonNullableAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function nonNullableAsync(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_nullable",
		reference: nonNullableAsync,
		expects: "!null",
		async: true,
		wrapped,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (dataset.value !== null) dataset = await this.wrapped["~run"](dataset, config$1);
			if (dataset.value === null) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonNullish/nonNullish.ts
/* @__NO_SIDE_EFFECTS__ */
function nonNullish(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_nullish",
		reference: nonNullish,
		expects: "(!null & !undefined)",
		async: false,
		wrapped,
		message: message$1,
		"~run"(dataset, config$1) {
			if (!(dataset.value === null || dataset.value === void 0)) dataset = this.wrapped["~run"](dataset, config$1);
			if (dataset.value === null || dataset.value === void 0) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonNullish/nonNullishAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function nonNullishAsync(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_nullish",
		reference: nonNullishAsync,
		expects: "(!null & !undefined)",
		async: true,
		wrapped,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (!(dataset.value === null || dataset.value === void 0)) dataset = await this.wrapped["~run"](dataset, config$1);
			if (dataset.value === null || dataset.value === void 0) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonOptional/nonOptional.ts
/* @__NO_SIDE_EFFECTS__ */
function nonOptional(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_optional",
		reference: nonOptional,
		expects: "!undefined",
		async: false,
		wrapped,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value !== void 0) dataset = this.wrapped["~run"](dataset, config$1);
			if (dataset.value === void 0) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nonOptional/nonOptionalAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function nonOptionalAsync(wrapped, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "non_optional",
		reference: nonOptionalAsync,
		expects: "!undefined",
		async: true,
		wrapped,
		message: message$1,
		async "~run"(dataset, config$1) {
			if (dataset.value !== void 0) dataset = await this.wrapped["~run"](dataset, config$1);
			if (dataset.value === void 0) _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/null/null.ts
/* @__NO_SIDE_EFFECTS__ */
function null_(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "null",
		reference: null_,
		expects: "null",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value === null) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/nullable/nullable.ts
/* @__NO_SIDE_EFFECTS__ */
function nullable(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "nullable",
		reference: nullable,
		expects: `(${wrapped.expects} | null)`,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			if (dataset.value === null) {
				if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === null) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/nullable/nullableAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function nullableAsync(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "nullable",
		reference: nullableAsync,
		expects: `(${wrapped.expects} | null)`,
		async: true,
		wrapped,
		default: default_,
		async "~run"(dataset, config$1) {
			if (dataset.value === null) {
				if (this.default !== void 0) dataset.value = await /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === null) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/nullish/nullish.ts
/* @__NO_SIDE_EFFECTS__ */
function nullish(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "nullish",
		reference: nullish,
		expects: `(${wrapped.expects} | null | undefined)`,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			if (dataset.value === null || dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === null || dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/nullish/nullishAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function nullishAsync(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "nullish",
		reference: nullishAsync,
		expects: `(${wrapped.expects} | null | undefined)`,
		async: true,
		wrapped,
		default: default_,
		async "~run"(dataset, config$1) {
			if (dataset.value === null || dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = await /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === null || dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/number/number.ts
/* @__NO_SIDE_EFFECTS__ */
function number(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "number",
		reference: number,
		expects: "number",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "number" && !isNaN(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/object/object.ts
/* @__NO_SIDE_EFFECTS__ */
function object(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "object",
		reference: object,
		expects: "Object",
		async: false,
		entries: entries$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const key in this.entries) {
					const valueSchema = this.entries[key];
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : /* @__PURE__ */ getDefault(valueSchema);
						const valueDataset = valueSchema["~run"]({ value: value$1 }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: value$1
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					} else if (valueSchema.fallback !== void 0) dataset.value[key] = /* @__PURE__ */ getFallback(valueSchema);
					else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
						_addIssue(this, "key", dataset, config$1, {
							input: void 0,
							expected: `"${key}"`,
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						if (config$1.abortEarly) break;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/object/objectAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function objectAsync(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "object",
		reference: objectAsync,
		expects: "Object",
		async: true,
		entries: entries$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				const valueDatasets = await Promise.all(Object.entries(this.entries).map(async ([key, valueSchema]) => {
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : await /* @__PURE__ */ getDefault(valueSchema);
						return [
							key,
							value$1,
							valueSchema,
							await valueSchema["~run"]({ value: value$1 }, config$1)
						];
					}
					return [
						key,
						input[key],
						valueSchema,
						null
					];
				}));
				for (const [key, value$1, valueSchema, valueDataset] of valueDatasets) if (valueDataset) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value[key] = valueDataset.value;
				} else if (valueSchema.fallback !== void 0) dataset.value[key] = await /* @__PURE__ */ getFallback(valueSchema);
				else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
					_addIssue(this, "key", dataset, config$1, {
						input: void 0,
						expected: `"${key}"`,
						path: [{
							type: "object",
							origin: "key",
							input,
							key,
							value: value$1
						}]
					});
					if (config$1.abortEarly) break;
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/objectWithRest/objectWithRest.ts
/* @__NO_SIDE_EFFECTS__ */
function objectWithRest(entries$1, rest, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "object_with_rest",
		reference: objectWithRest,
		expects: "Object",
		async: false,
		entries: entries$1,
		rest,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const key in this.entries) {
					const valueSchema = this.entries[key];
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : /* @__PURE__ */ getDefault(valueSchema);
						const valueDataset = valueSchema["~run"]({ value: value$1 }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: value$1
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					} else if (valueSchema.fallback !== void 0) dataset.value[key] = /* @__PURE__ */ getFallback(valueSchema);
					else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
						_addIssue(this, "key", dataset, config$1, {
							input: void 0,
							expected: `"${key}"`,
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						if (config$1.abortEarly) break;
					}
				}
				if (!dataset.issues || !config$1.abortEarly) {
					for (const key in input) if (/* @__PURE__ */ _isValidObjectKey(input, key) && !Object.prototype.hasOwnProperty.call(this.entries, key)) {
						const valueDataset = this.rest["~run"]({ value: input[key] }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: input[key]
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/objectWithRest/objectWithRestAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function objectWithRestAsync(entries$1, rest, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "object_with_rest",
		reference: objectWithRestAsync,
		expects: "Object",
		async: true,
		entries: entries$1,
		rest,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				const [normalDatasets, restDatasets] = await Promise.all([Promise.all(Object.entries(this.entries).map(async ([key, valueSchema]) => {
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : await /* @__PURE__ */ getDefault(valueSchema);
						return [
							key,
							value$1,
							valueSchema,
							await valueSchema["~run"]({ value: value$1 }, config$1)
						];
					}
					return [
						key,
						input[key],
						valueSchema,
						null
					];
				})), Promise.all(Object.entries(input).filter(([key]) => /* @__PURE__ */ _isValidObjectKey(input, key) && !Object.prototype.hasOwnProperty.call(this.entries, key)).map(async ([key, value$1]) => [
					key,
					value$1,
					await this.rest["~run"]({ value: value$1 }, config$1)
				]))]);
				for (const [key, value$1, valueSchema, valueDataset] of normalDatasets) if (valueDataset) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value[key] = valueDataset.value;
				} else if (valueSchema.fallback !== void 0) dataset.value[key] = await /* @__PURE__ */ getFallback(valueSchema);
				else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
					_addIssue(this, "key", dataset, config$1, {
						input: void 0,
						expected: `"${key}"`,
						path: [{
							type: "object",
							origin: "key",
							input,
							key,
							value: value$1
						}]
					});
					if (config$1.abortEarly) break;
				}
				if (!dataset.issues || !config$1.abortEarly) for (const [key, value$1, valueDataset] of restDatasets) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value[key] = valueDataset.value;
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/optional/optional.ts
/* @__NO_SIDE_EFFECTS__ */
function optional(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "optional",
		reference: optional,
		expects: `(${wrapped.expects} | undefined)`,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			if (dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/optional/optionalAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function optionalAsync(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "optional",
		reference: optionalAsync,
		expects: `(${wrapped.expects} | undefined)`,
		async: true,
		wrapped,
		default: default_,
		async "~run"(dataset, config$1) {
			if (dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = await /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/picklist/picklist.ts
/* @__NO_SIDE_EFFECTS__ */
function picklist(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "picklist",
		reference: picklist,
		expects: /* @__PURE__ */ _joinExpects(options.map(_stringify), "|"),
		async: false,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			if (this.options.includes(dataset.value)) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/promise/promise.ts
/* @__NO_SIDE_EFFECTS__ */
function promise(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "promise",
		reference: promise,
		expects: "Promise",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value instanceof Promise) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/record/record.ts
/* @__NO_SIDE_EFFECTS__ */
function record(key, value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "record",
		reference: record,
		expects: "Object",
		async: false,
		key,
		value: value$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const entryKey in input) if (/* @__PURE__ */ _isValidObjectKey(input, entryKey)) {
					const entryValue = input[entryKey];
					const keyDataset = this.key["~run"]({ value: entryKey }, config$1);
					if (keyDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "key",
							input,
							key: entryKey,
							value: entryValue
						};
						for (const issue of keyDataset.issues) {
							issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = keyDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					const valueDataset = this.value["~run"]({ value: entryValue }, config$1);
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key: entryKey,
							value: entryValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!keyDataset.typed || !valueDataset.typed) dataset.typed = false;
					if (keyDataset.typed) dataset.value[keyDataset.value] = valueDataset.value;
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/record/recordAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function recordAsync(key, value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "record",
		reference: recordAsync,
		expects: "Object",
		async: true,
		key,
		value: value$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				const datasets = await Promise.all(Object.entries(input).filter(([key$1]) => /* @__PURE__ */ _isValidObjectKey(input, key$1)).map(([entryKey, entryValue]) => Promise.all([
					entryKey,
					entryValue,
					this.key["~run"]({ value: entryKey }, config$1),
					this.value["~run"]({ value: entryValue }, config$1)
				])));
				for (const [entryKey, entryValue, keyDataset, valueDataset] of datasets) {
					if (keyDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "key",
							input,
							key: entryKey,
							value: entryValue
						};
						for (const issue of keyDataset.issues) {
							issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = keyDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key: entryKey,
							value: entryValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!keyDataset.typed || !valueDataset.typed) dataset.typed = false;
					if (keyDataset.typed) dataset.value[keyDataset.value] = valueDataset.value;
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/set/set.ts
/* @__NO_SIDE_EFFECTS__ */
function set(value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "set",
		reference: set,
		expects: "Set",
		async: false,
		value: value$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input instanceof Set) {
				dataset.typed = true;
				dataset.value = /* @__PURE__ */ new Set();
				for (const inputValue of input) {
					const valueDataset = this.value["~run"]({ value: inputValue }, config$1);
					if (valueDataset.issues) {
						const pathItem = {
							type: "set",
							origin: "value",
							input,
							key: null,
							value: inputValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value.add(valueDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/set/setAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function setAsync(value$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "set",
		reference: setAsync,
		expects: "Set",
		async: true,
		value: value$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input instanceof Set) {
				dataset.typed = true;
				dataset.value = /* @__PURE__ */ new Set();
				const valueDatasets = await Promise.all([...input].map(async (inputValue) => [inputValue, await this.value["~run"]({ value: inputValue }, config$1)]));
				for (const [inputValue, valueDataset] of valueDatasets) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "set",
							origin: "value",
							input,
							key: null,
							value: inputValue
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value.add(valueDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/strictObject/strictObject.ts
/* @__NO_SIDE_EFFECTS__ */
function strictObject(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "strict_object",
		reference: strictObject,
		expects: "Object",
		async: false,
		entries: entries$1,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				for (const key in this.entries) {
					const valueSchema = this.entries[key];
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : /* @__PURE__ */ getDefault(valueSchema);
						const valueDataset = valueSchema["~run"]({ value: value$1 }, config$1);
						if (valueDataset.issues) {
							const pathItem = {
								type: "object",
								origin: "value",
								input,
								key,
								value: value$1
							};
							for (const issue of valueDataset.issues) {
								if (issue.path) issue.path.unshift(pathItem);
								else issue.path = [pathItem];
								dataset.issues?.push(issue);
							}
							if (!dataset.issues) dataset.issues = valueDataset.issues;
							if (config$1.abortEarly) {
								dataset.typed = false;
								break;
							}
						}
						if (!valueDataset.typed) dataset.typed = false;
						dataset.value[key] = valueDataset.value;
					} else if (valueSchema.fallback !== void 0) dataset.value[key] = /* @__PURE__ */ getFallback(valueSchema);
					else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
						_addIssue(this, "key", dataset, config$1, {
							input: void 0,
							expected: `"${key}"`,
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						if (config$1.abortEarly) break;
					}
				}
				if (!dataset.issues || !config$1.abortEarly) {
					for (const key in input) if (!Object.prototype.hasOwnProperty.call(this.entries, key)) {
						_addIssue(this, "key", dataset, config$1, {
							input: key,
							expected: "never",
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						break;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/strictObject/strictObjectAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function strictObjectAsync(entries$1, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "strict_object",
		reference: strictObjectAsync,
		expects: "Object",
		async: true,
		entries: entries$1,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				dataset.typed = true;
				dataset.value = {};
				const valueDatasets = await Promise.all(Object.entries(this.entries).map(async ([key, valueSchema]) => {
					if (key in input || (valueSchema.type === "exact_optional" || valueSchema.type === "optional" || valueSchema.type === "nullish") && valueSchema.default !== void 0) {
						const value$1 = key in input ? input[key] : await /* @__PURE__ */ getDefault(valueSchema);
						return [
							key,
							value$1,
							valueSchema,
							await valueSchema["~run"]({ value: value$1 }, config$1)
						];
					}
					return [
						key,
						input[key],
						valueSchema,
						null
					];
				}));
				for (const [key, value$1, valueSchema, valueDataset] of valueDatasets) if (valueDataset) {
					if (valueDataset.issues) {
						const pathItem = {
							type: "object",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of valueDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = valueDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!valueDataset.typed) dataset.typed = false;
					dataset.value[key] = valueDataset.value;
				} else if (valueSchema.fallback !== void 0) dataset.value[key] = await /* @__PURE__ */ getFallback(valueSchema);
				else if (valueSchema.type !== "exact_optional" && valueSchema.type !== "optional" && valueSchema.type !== "nullish") {
					_addIssue(this, "key", dataset, config$1, {
						input: void 0,
						expected: `"${key}"`,
						path: [{
							type: "object",
							origin: "key",
							input,
							key,
							value: value$1
						}]
					});
					if (config$1.abortEarly) break;
				}
				if (!dataset.issues || !config$1.abortEarly) {
					for (const key in input) if (!Object.prototype.hasOwnProperty.call(this.entries, key)) {
						_addIssue(this, "key", dataset, config$1, {
							input: key,
							expected: "never",
							path: [{
								type: "object",
								origin: "key",
								input,
								key,
								value: input[key]
							}]
						});
						break;
					}
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/strictTuple/strictTuple.ts
/* @__NO_SIDE_EFFECTS__ */
function strictTuple(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "strict_tuple",
		reference: strictTuple,
		expects: "Array",
		async: false,
		items,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < this.items.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.items[key]["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!(dataset.issues && config$1.abortEarly) && this.items.length < input.length) _addIssue(this, "type", dataset, config$1, {
					input: input[this.items.length],
					expected: "never",
					path: [{
						type: "array",
						origin: "value",
						input,
						key: this.items.length,
						value: input[this.items.length]
					}]
				});
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/strictTuple/strictTupleAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function strictTupleAsync(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "strict_tuple",
		reference: strictTupleAsync,
		expects: "Array",
		async: true,
		items,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				const itemDatasets = await Promise.all(this.items.map(async (item, key) => {
					const value$1 = input[key];
					return [
						key,
						value$1,
						await item["~run"]({ value: value$1 }, config$1)
					];
				}));
				for (const [key, value$1, itemDataset] of itemDatasets) {
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!(dataset.issues && config$1.abortEarly) && this.items.length < input.length) _addIssue(this, "type", dataset, config$1, {
					input: input[this.items.length],
					expected: "never",
					path: [{
						type: "array",
						origin: "value",
						input,
						key: this.items.length,
						value: input[this.items.length]
					}]
				});
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/string/string.ts
/* @__NO_SIDE_EFFECTS__ */
function string(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "string",
		reference: string,
		expects: "string",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "string") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/symbol/symbol.ts
/* @__NO_SIDE_EFFECTS__ */
function symbol(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "symbol",
		reference: symbol,
		expects: "symbol",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (typeof dataset.value === "symbol") dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/tuple/tuple.ts
/* @__NO_SIDE_EFFECTS__ */
function tuple(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "tuple",
		reference: tuple,
		expects: "Array",
		async: false,
		items,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < this.items.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.items[key]["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/tuple/tupleAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function tupleAsync(items, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "tuple",
		reference: tupleAsync,
		expects: "Array",
		async: true,
		items,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				const itemDatasets = await Promise.all(this.items.map(async (item, key) => {
					const value$1 = input[key];
					return [
						key,
						value$1,
						await item["~run"]({ value: value$1 }, config$1)
					];
				}));
				for (const [key, value$1, itemDataset] of itemDatasets) {
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/tupleWithRest/tupleWithRest.ts
/* @__NO_SIDE_EFFECTS__ */
function tupleWithRest(items, rest, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "tuple_with_rest",
		reference: tupleWithRest,
		expects: "Array",
		async: false,
		items,
		rest,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				for (let key = 0; key < this.items.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.items[key]["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!dataset.issues || !config$1.abortEarly) for (let key = this.items.length; key < input.length; key++) {
					const value$1 = input[key];
					const itemDataset = this.rest["~run"]({ value: value$1 }, config$1);
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/tupleWithRest/tupleWithRestAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function tupleWithRestAsync(items, rest, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "tuple_with_rest",
		reference: tupleWithRestAsync,
		expects: "Array",
		async: true,
		items,
		rest,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (Array.isArray(input)) {
				dataset.typed = true;
				dataset.value = [];
				const [normalDatasets, restDatasets] = await Promise.all([Promise.all(this.items.map(async (item, key) => {
					const value$1 = input[key];
					return [
						key,
						value$1,
						await item["~run"]({ value: value$1 }, config$1)
					];
				})), Promise.all(input.slice(this.items.length).map(async (value$1, key) => {
					return [
						key + this.items.length,
						value$1,
						await this.rest["~run"]({ value: value$1 }, config$1)
					];
				}))]);
				for (const [key, value$1, itemDataset] of normalDatasets) {
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
				if (!dataset.issues || !config$1.abortEarly) for (const [key, value$1, itemDataset] of restDatasets) {
					if (itemDataset.issues) {
						const pathItem = {
							type: "array",
							origin: "value",
							input,
							key,
							value: value$1
						};
						for (const issue of itemDataset.issues) {
							if (issue.path) issue.path.unshift(pathItem);
							else issue.path = [pathItem];
							dataset.issues?.push(issue);
						}
						if (!dataset.issues) dataset.issues = itemDataset.issues;
						if (config$1.abortEarly) {
							dataset.typed = false;
							break;
						}
					}
					if (!itemDataset.typed) dataset.typed = false;
					dataset.value.push(itemDataset.value);
				}
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/undefined/undefined.ts
/* @__NO_SIDE_EFFECTS__ */
function undefined_(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "undefined",
		reference: undefined_,
		expects: "undefined",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value === void 0) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/undefinedable/undefinedable.ts
/* @__NO_SIDE_EFFECTS__ */
function undefinedable(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "undefinedable",
		reference: undefinedable,
		expects: `(${wrapped.expects} | undefined)`,
		async: false,
		wrapped,
		default: default_,
		"~run"(dataset, config$1) {
			if (dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/undefinedable/undefinedableAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function undefinedableAsync(wrapped, default_) {
	return _standardSchema({
		kind: "schema",
		type: "undefinedable",
		reference: undefinedableAsync,
		expects: `(${wrapped.expects} | undefined)`,
		async: true,
		wrapped,
		default: default_,
		async "~run"(dataset, config$1) {
			if (dataset.value === void 0) {
				if (this.default !== void 0) dataset.value = await /* @__PURE__ */ getDefault(this, dataset, config$1);
				if (dataset.value === void 0) {
					dataset.typed = true;
					return dataset;
				}
			}
			return this.wrapped["~run"](dataset, config$1);
		}
	});
}

//#endregion
//#region src/schemas/union/utils/_subIssues/_subIssues.ts
/**
* Returns the sub issues of the provided datasets for the union issue.
*
* @param datasets The datasets.
*
* @returns The sub issues.
*
* @internal
*/
/* @__NO_SIDE_EFFECTS__ */
function _subIssues(datasets) {
	let issues;
	if (datasets) for (const dataset of datasets) if (issues) for (const issue of dataset.issues) issues.push(issue);
	else issues = dataset.issues;
	return issues;
}

//#endregion
//#region src/schemas/union/union.ts
/* @__NO_SIDE_EFFECTS__ */
function union(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "union",
		reference: union,
		expects: /* @__PURE__ */ _joinExpects(options.map((option) => option.expects), "|"),
		async: false,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			let validDataset;
			let typedDatasets;
			let untypedDatasets;
			for (const schema of this.options) {
				const optionDataset = schema["~run"]({ value: dataset.value }, config$1);
				if (optionDataset.typed) if (optionDataset.issues) if (typedDatasets) typedDatasets.push(optionDataset);
				else typedDatasets = [optionDataset];
				else {
					validDataset = optionDataset;
					break;
				}
				else if (untypedDatasets) untypedDatasets.push(optionDataset);
				else untypedDatasets = [optionDataset];
			}
			if (validDataset) return validDataset;
			if (typedDatasets) {
				if (typedDatasets.length === 1) return typedDatasets[0];
				_addIssue(this, "type", dataset, config$1, { issues: /* @__PURE__ */ _subIssues(typedDatasets) });
				dataset.typed = true;
			} else if (untypedDatasets?.length === 1) return untypedDatasets[0];
			else _addIssue(this, "type", dataset, config$1, { issues: /* @__PURE__ */ _subIssues(untypedDatasets) });
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/union/unionAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function unionAsync(options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "union",
		reference: unionAsync,
		expects: /* @__PURE__ */ _joinExpects(options.map((option) => option.expects), "|"),
		async: true,
		options,
		message: message$1,
		async "~run"(dataset, config$1) {
			let validDataset;
			let typedDatasets;
			let untypedDatasets;
			for (const schema of this.options) {
				const optionDataset = await schema["~run"]({ value: dataset.value }, config$1);
				if (optionDataset.typed) if (optionDataset.issues) if (typedDatasets) typedDatasets.push(optionDataset);
				else typedDatasets = [optionDataset];
				else {
					validDataset = optionDataset;
					break;
				}
				else if (untypedDatasets) untypedDatasets.push(optionDataset);
				else untypedDatasets = [optionDataset];
			}
			if (validDataset) return validDataset;
			if (typedDatasets) {
				if (typedDatasets.length === 1) return typedDatasets[0];
				_addIssue(this, "type", dataset, config$1, { issues: /* @__PURE__ */ _subIssues(typedDatasets) });
				dataset.typed = true;
			} else if (untypedDatasets?.length === 1) return untypedDatasets[0];
			else _addIssue(this, "type", dataset, config$1, { issues: /* @__PURE__ */ _subIssues(untypedDatasets) });
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/unknown/unknown.ts
/**
* Creates a unknown schema.
*
* @returns A unknown schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function unknown() {
	return _standardSchema({
		kind: "schema",
		type: "unknown",
		reference: unknown,
		expects: "unknown",
		async: false,
		"~run"(dataset) {
			dataset.typed = true;
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/variant/variant.ts
/* @__NO_SIDE_EFFECTS__ */
function variant(key, options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "variant",
		reference: variant,
		expects: "Object",
		async: false,
		key,
		options,
		message: message$1,
		"~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				let outputDataset;
				let maxDiscriminatorPriority = 0;
				let invalidDiscriminatorKey = this.key;
				let expectedDiscriminators = [];
				const parseOptions = (variant$1, allKeys) => {
					for (const schema of variant$1.options) {
						if (schema.type === "variant") parseOptions(schema, new Set(allKeys).add(schema.key));
						else {
							let keysAreValid = true;
							let currentPriority = 0;
							for (const currentKey of allKeys) {
								const discriminatorSchema = schema.entries[currentKey];
								if (currentKey in input ? discriminatorSchema["~run"]({
									typed: false,
									value: input[currentKey]
								}, ABORT_EARLY_CONFIG).issues : discriminatorSchema.type !== "exact_optional" && discriminatorSchema.type !== "optional" && discriminatorSchema.type !== "nullish") {
									keysAreValid = false;
									if (invalidDiscriminatorKey !== currentKey && (maxDiscriminatorPriority < currentPriority || maxDiscriminatorPriority === currentPriority && currentKey in input && !(invalidDiscriminatorKey in input))) {
										maxDiscriminatorPriority = currentPriority;
										invalidDiscriminatorKey = currentKey;
										expectedDiscriminators = [];
									}
									if (invalidDiscriminatorKey === currentKey) expectedDiscriminators.push(schema.entries[currentKey].expects);
									break;
								}
								currentPriority++;
							}
							if (keysAreValid) {
								const optionDataset = schema["~run"]({ value: input }, config$1);
								if (!outputDataset || !outputDataset.typed && optionDataset.typed) outputDataset = optionDataset;
							}
						}
						if (outputDataset && !outputDataset.issues) break;
					}
				};
				parseOptions(this, new Set([this.key]));
				if (outputDataset) return outputDataset;
				_addIssue(this, "type", dataset, config$1, {
					input: input[invalidDiscriminatorKey],
					expected: /* @__PURE__ */ _joinExpects(expectedDiscriminators, "|"),
					path: [{
						type: "object",
						origin: "value",
						input,
						key: invalidDiscriminatorKey,
						value: input[invalidDiscriminatorKey]
					}]
				});
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/variant/variantAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function variantAsync(key, options, message$1) {
	return _standardSchema({
		kind: "schema",
		type: "variant",
		reference: variantAsync,
		expects: "Object",
		async: true,
		key,
		options,
		message: message$1,
		async "~run"(dataset, config$1) {
			const input = dataset.value;
			if (input && typeof input === "object") {
				let outputDataset;
				let maxDiscriminatorPriority = 0;
				let invalidDiscriminatorKey = this.key;
				let expectedDiscriminators = [];
				const parseOptions = async (variant$1, allKeys) => {
					for (const schema of variant$1.options) {
						if (schema.type === "variant") await parseOptions(schema, new Set(allKeys).add(schema.key));
						else {
							let keysAreValid = true;
							let currentPriority = 0;
							for (const currentKey of allKeys) {
								const discriminatorSchema = schema.entries[currentKey];
								if (currentKey in input ? (await discriminatorSchema["~run"]({
									typed: false,
									value: input[currentKey]
								}, ABORT_EARLY_CONFIG)).issues : discriminatorSchema.type !== "exact_optional" && discriminatorSchema.type !== "optional" && discriminatorSchema.type !== "nullish") {
									keysAreValid = false;
									if (invalidDiscriminatorKey !== currentKey && (maxDiscriminatorPriority < currentPriority || maxDiscriminatorPriority === currentPriority && currentKey in input && !(invalidDiscriminatorKey in input))) {
										maxDiscriminatorPriority = currentPriority;
										invalidDiscriminatorKey = currentKey;
										expectedDiscriminators = [];
									}
									if (invalidDiscriminatorKey === currentKey) expectedDiscriminators.push(schema.entries[currentKey].expects);
									break;
								}
								currentPriority++;
							}
							if (keysAreValid) {
								const optionDataset = await schema["~run"]({ value: input }, config$1);
								if (!outputDataset || !outputDataset.typed && optionDataset.typed) outputDataset = optionDataset;
							}
						}
						if (outputDataset && !outputDataset.issues) break;
					}
				};
				await parseOptions(this, new Set([this.key]));
				if (outputDataset) return outputDataset;
				_addIssue(this, "type", dataset, config$1, {
					input: input[invalidDiscriminatorKey],
					expected: /* @__PURE__ */ _joinExpects(expectedDiscriminators, "|"),
					path: [{
						type: "object",
						origin: "value",
						input,
						key: invalidDiscriminatorKey,
						value: input[invalidDiscriminatorKey]
					}]
				});
			} else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/schemas/void/void.ts
/* @__NO_SIDE_EFFECTS__ */
function void_(message$1) {
	return _standardSchema({
		kind: "schema",
		type: "void",
		reference: void_,
		expects: "void",
		async: false,
		message: message$1,
		"~run"(dataset, config$1) {
			if (dataset.value === void 0) dataset.typed = true;
			else _addIssue(this, "type", dataset, config$1);
			return dataset;
		}
	});
}

//#endregion
//#region src/methods/keyof/keyof.ts
/* @__NO_SIDE_EFFECTS__ */
function keyof(schema, message$1) {
	return /* @__PURE__ */ picklist(Object.keys(schema.entries), message$1);
}

//#endregion
//#region src/methods/message/message.ts
/**
* Changes the local message configuration of a schema.
*
* @param schema The schema to configure.
* @param message_ The error message.
*
* @returns The configured schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function message(schema, message_) {
	return _standardSchema({
		...schema,
		"~run"(dataset, config$1) {
			return schema["~run"](dataset, {
				...config$1,
				message: message_
			});
		}
	});
}

//#endregion
//#region src/methods/omit/omit.ts
/**
* Creates a modified copy of an object schema that does not contain the
* selected entries.
*
* @param schema The schema to omit from.
* @param keys The selected entries.
*
* @returns An object schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function omit(schema, keys) {
	const entries$1 = { ...schema.entries };
	for (const key of keys) delete entries$1[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/parse/parse.ts
/**
* Parses an unknown input based on a schema.
*
* @param schema The schema to be used.
* @param input The input to be parsed.
* @param config The parse configuration.
*
* @returns The parsed input.
*/
function parse(schema, input, config$1) {
	const dataset = schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
	if (dataset.issues) throw new ValiError(dataset.issues);
	return dataset.value;
}

//#endregion
//#region src/methods/parse/parseAsync.ts
/**
* Parses an unknown input based on a schema.
*
* @param schema The schema to be used.
* @param input The input to be parsed.
* @param config The parse configuration.
*
* @returns The parsed input.
*/
async function parseAsync(schema, input, config$1) {
	const dataset = await schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
	if (dataset.issues) throw new ValiError(dataset.issues);
	return dataset.value;
}

//#endregion
//#region src/methods/parser/parser.ts
/* @__NO_SIDE_EFFECTS__ */
function parser(schema, config$1) {
	const func = (input) => parse(schema, input, config$1);
	func.schema = schema;
	func.config = config$1;
	return func;
}

//#endregion
//#region src/methods/parser/parserAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function parserAsync(schema, config$1) {
	const func = (input) => parseAsync(schema, input, config$1);
	func.schema = schema;
	func.config = config$1;
	return func;
}

//#endregion
//#region src/methods/partial/partial.ts
/* @__NO_SIDE_EFFECTS__ */
function partial(schema, keys) {
	const entries$1 = {};
	for (const key in schema.entries) entries$1[key] = !keys || keys.includes(key) ? /* @__PURE__ */ optional(schema.entries[key]) : schema.entries[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/partial/partialAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function partialAsync(schema, keys) {
	const entries$1 = {};
	for (const key in schema.entries) entries$1[key] = !keys || keys.includes(key) ? /* @__PURE__ */ optionalAsync(schema.entries[key]) : schema.entries[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/pick/pick.ts
/**
* Creates a modified copy of an object schema that contains only the selected
* entries.
*
* @param schema The schema to pick from.
* @param keys The selected entries.
*
* @returns An object schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function pick(schema, keys) {
	const entries$1 = {};
	for (const key of keys) entries$1[key] = schema.entries[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/pipe/pipe.ts
/* @__NO_SIDE_EFFECTS__ */
function pipe(...pipe$1) {
	return _standardSchema({
		...pipe$1[0],
		pipe: pipe$1,
		"~run"(dataset, config$1) {
			for (const item of pipe$1) if (item.kind !== "metadata") {
				if (dataset.issues && (item.kind === "schema" || item.kind === "transformation")) {
					dataset.typed = false;
					break;
				}
				if (!dataset.issues || !config$1.abortEarly && !config$1.abortPipeEarly) dataset = item["~run"](dataset, config$1);
			}
			return dataset;
		}
	});
}

//#endregion
//#region src/methods/pipe/pipeAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function pipeAsync(...pipe$1) {
	return _standardSchema({
		...pipe$1[0],
		pipe: pipe$1,
		async: true,
		async "~run"(dataset, config$1) {
			for (const item of pipe$1) if (item.kind !== "metadata") {
				if (dataset.issues && (item.kind === "schema" || item.kind === "transformation")) {
					dataset.typed = false;
					break;
				}
				if (!dataset.issues || !config$1.abortEarly && !config$1.abortPipeEarly) dataset = await item["~run"](dataset, config$1);
			}
			return dataset;
		}
	});
}

//#endregion
//#region src/methods/required/required.ts
/* @__NO_SIDE_EFFECTS__ */
function required(schema, arg2, arg3) {
	const keys = Array.isArray(arg2) ? arg2 : void 0;
	const message$1 = Array.isArray(arg2) ? arg3 : arg2;
	const entries$1 = {};
	for (const key in schema.entries) entries$1[key] = !keys || keys.includes(key) ? /* @__PURE__ */ nonOptional(schema.entries[key], message$1) : schema.entries[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/required/requiredAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function requiredAsync(schema, arg2, arg3) {
	const keys = Array.isArray(arg2) ? arg2 : void 0;
	const message$1 = Array.isArray(arg2) ? arg3 : arg2;
	const entries$1 = {};
	for (const key in schema.entries) entries$1[key] = !keys || keys.includes(key) ? /* @__PURE__ */ nonOptionalAsync(schema.entries[key], message$1) : schema.entries[key];
	return _standardSchema({
		...schema,
		entries: entries$1
	});
}

//#endregion
//#region src/methods/safeParse/safeParse.ts
/**
* Parses an unknown input based on a schema.
*
* @param schema The schema to be used.
* @param input The input to be parsed.
* @param config The parse configuration.
*
* @returns The parse result.
*/
/* @__NO_SIDE_EFFECTS__ */
function safeParse(schema, input, config$1) {
	const dataset = schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
	return {
		typed: dataset.typed,
		success: !dataset.issues,
		output: dataset.value,
		issues: dataset.issues
	};
}

//#endregion
//#region src/methods/safeParse/safeParseAsync.ts
/**
* Parses an unknown input based on a schema.
*
* @param schema The schema to be used.
* @param input The input to be parsed.
* @param config The parse configuration.
*
* @returns The parse result.
*/
/* @__NO_SIDE_EFFECTS__ */
async function safeParseAsync(schema, input, config$1) {
	const dataset = await schema["~run"]({ value: input }, /* @__PURE__ */ getGlobalConfig(config$1));
	return {
		typed: dataset.typed,
		success: !dataset.issues,
		output: dataset.value,
		issues: dataset.issues
	};
}

//#endregion
//#region src/methods/safeParser/safeParser.ts
/* @__NO_SIDE_EFFECTS__ */
function safeParser(schema, config$1) {
	const func = (input) => /* @__PURE__ */ safeParse(schema, input, config$1);
	func.schema = schema;
	func.config = config$1;
	return func;
}

//#endregion
//#region src/methods/safeParser/safeParserAsync.ts
/* @__NO_SIDE_EFFECTS__ */
function safeParserAsync(schema, config$1) {
	const func = (input) => /* @__PURE__ */ safeParseAsync(schema, input, config$1);
	func.schema = schema;
	func.config = config$1;
	return func;
}

//#endregion
//#region src/methods/summarize/summarize.ts
/**
* Summarize the error messages of issues in a pretty-printable multi-line string.
*
* @param issues The list of issues.
*
* @returns A summary of the issues.
*
* @beta
*/
/* @__NO_SIDE_EFFECTS__ */
function summarize(issues) {
	let summary = "";
	for (const issue of issues) {
		if (summary) summary += "\n";
		summary += `× ${issue.message}`;
		const dotPath = /* @__PURE__ */ getDotPath(issue);
		if (dotPath) summary += `\n  → at ${dotPath}`;
	}
	return summary;
}

//#endregion
//#region src/methods/unwrap/unwrap.ts
/**
* Unwraps the wrapped schema.
*
* @param schema The schema to be unwrapped.
*
* @returns The unwrapped schema.
*/
/* @__NO_SIDE_EFFECTS__ */
function unwrap(schema) {
	return schema.wrapped;
}

//#endregion

;// CONCATENATED MODULE: external "node:crypto"
const external_node_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");
;// CONCATENATED MODULE: ./lib/oci/digest.js



const HEX_LENGTH = { sha256: 64, sha512: 128 };
const SUPPORTED = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
/** The general form; other algorithms than ours fit it and deserve another message than nonsense. */
const GENERAL = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;
/** Longer than any registered digest; anything above is not looked at. */
const MAX_DIGEST_LENGTH = 512;
/** A word for content as it is described: the same digest in another size is another one. */
function contentKey({ digest, size }) {
    return `${digest}/${size}`;
}
/** Whether the text is a well-formed sha256 or sha512 digest. */
function isDigest(text) {
    return text.length <= MAX_DIGEST_LENGTH && SUPPORTED.test(text);
}
/**
 * The text as a digest, safe to be used in a URL from then on.
 * @throws FormatError of kind `digest`, which tells an unsupported algorithm from a malformed text.
 */
function parseDigest(text) {
    if (isDigest(text))
        return text;
    throw new errors_FormatError('digest', `digest ${quote_quote(text)} ${whatIsWrong(text)}`);
}
function whatIsWrong(text) {
    if (text.length > MAX_DIGEST_LENGTH)
        return `is longer than ${MAX_DIGEST_LENGTH} characters`;
    const colon = text.indexOf(':');
    const algorithm = text.slice(0, Math.max(colon, 0));
    const encoded = text.slice(colon + 1);
    if (algorithm === 'sha256' || algorithm === 'sha512')
        return wrongHex(algorithm, encoded);
    if (GENERAL.test(text)) {
        return `uses the algorithm ${quote_quote(algorithm)}, which is not supported: only sha256 and sha512 can be verified`;
    }
    return 'is malformed: expected sha256: and 64 lower-case hexadecimal characters';
}
function wrongHex(algorithm, encoded) {
    const length = HEX_LENGTH[algorithm];
    const rule = `${algorithm}: must be followed by exactly ${length} lower-case hexadecimal characters`;
    if (encoded.length !== length)
        return `is malformed: ${rule}, not ${encoded.length}`;
    if (isDigest(`${algorithm}:${encoded.toLowerCase()}`)) {
        return `is malformed: ${rule}; write it in lower case`;
    }
    return `is malformed: ${rule}`;
}
/** The digest of the bytes. */
function digestOf(bytes, algorithm = 'sha256') {
    return `${algorithm}:${hash(algorithm, bytes, 'hex')}`;
}
/** The algorithm and the first 12 hexadecimal characters, for people to read. */
function shortDigest(digest) {
    return digest.slice(0, digest.indexOf(':') + 1 + 12);
}
/**
 * Checks the size first and the digest then, as the image-spec asks for descriptors.
 * @throws MismatchError
 */
function verifyBytes(bytes, expected) {
    if (bytes.byteLength !== expected.size) {
        throw new MismatchError('size', String(expected.size), String(bytes.byteLength));
    }
    checkDigest(expected.digest, digestOf(bytes, digest_algorithmOf(expected.digest)));
}
/** Of the last chunk: one byte would do, and a packet holds more. */
const HELD_BACK_BYTES = 1024;
/** How far content has been hashed and counted. */
class Verification {
    #expected;
    #hasher;
    #received;
    /** @param before of the same content, from which this one goes on */
    constructor(expected, before) {
        this.#expected = expected;
        const isNew = before === undefined;
        this.#hasher = isNew ? createHash(digest_algorithmOf(expected.digest)) : before.#hasher.copy();
        this.#received = isNew ? 0 : before.#received;
    }
    /** Bytes. */
    get received() {
        return this.#received;
    }
    /** Takes in what comes next. */
    add(chunk) {
        this.#received += chunk.byteLength;
        this.#hasher.update(chunk);
    }
    /** Takes in that nothing more comes. Throws MismatchError unless size and digest are right. */
    finish() {
        const { size, digest } = this.#expected;
        if (this.#received !== size) {
            throw new MismatchError('size', String(size), String(this.#received));
        }
        checkDigest(digest, `${digest_algorithmOf(digest)}:${this.#hasher.digest('hex')}`);
    }
}
/**
 * Passes the chunks of `source` on while it hashes and counts them. The end of the chunk that
 * completes the size is held back until the source has ended and size and digest are right, so that
 * whoever uploads what is yielded cannot complete an upload of wrong bytes. Empty chunks are dropped. More
 * than `expected.size` bytes fail at the chunk that brings them. Closing the generator early closes
 * the source.
 *
 * @param verification of what came before the chunks
 * @throws MismatchError, and whatever the source throws.
 */
async function* verified(source, expected, verification = new Verification(expected)) {
    /** The end, which is not verified yet. */
    let tail;
    for await (const chunk of source) {
        if (chunk.byteLength === 0)
            continue;
        const before = verification.received + (tail?.byteLength ?? 0);
        const after = before + chunk.byteLength;
        if (after > expected.size) {
            throw new MismatchError('size', String(expected.size), `at least ${after}`);
        }
        const isLast = after === expected.size;
        const end = isLast ? Math.max(0, chunk.byteLength - HELD_BACK_BYTES) : chunk.byteLength;
        // A copy, since the source may write into the same memory again when it is asked for more.
        if (isLast)
            tail = Buffer.from(chunk.subarray(end));
        const part = chunk.subarray(0, end);
        verification.add(part);
        if (end > 0)
            yield part;
    }
    if (tail !== undefined)
        verification.add(tail);
    verification.finish();
    if (tail !== undefined)
        yield tail;
}
/** The algorithm that the digest names. */
function digest_algorithmOf(digest) {
    return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}
function checkDigest(expected, actual) {
    if (actual !== expected)
        throw new MismatchError('digest', expected, actual);
}

;// CONCATENATED MODULE: ./lib/oci/strict-json.js


/** Manifests and image configs nest about six deep; the rest is room for extensions. */
const MAX_DEPTH = 64;
/**
 * Keeps what a small body of many tiny values (`[[],[],…`) can turn into in memory to a few ten
 * megabytes; the largest honest manifests hold some ten thousand values.
 */
const MAX_VALUES = 500_000;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/**
 * Reads one JSON value as all parsers would read it (I-JSON, RFC 7493). Refused is whatever one
 * program could understand in another way than the next one: invalid UTF-8, a byte order mark,
 * duplicate names, names that differ only in case (Go's decoder takes them for the same), the name
 * `__proto__`, integers that a double cannot hold. Takes linear time and no stack.
 * @throws FormatError of kind `json` that names the place as a path such as `manifests[2].size`
 */
function strict_json_parseStrictJson(bytes, limits = {}) {
    const text = decode(bytes);
    scan(text, limits);
    try {
        const value = JSON.parse(text);
        return value;
    }
    catch (error) {
        throw new FormatError('json', `not valid JSON: ${whereItFails(text, error)}`, { cause: error });
    }
}
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function decode(bytes) {
    let text;
    try {
        text = utf8.decode(bytes);
    }
    catch (error) {
        throw new FormatError('json', 'not valid JSON: it is not UTF-8', { cause: error });
    }
    if (text.startsWith('\uFEFF')) {
        throw new FormatError('json', 'not valid JSON: it starts with a byte order mark');
    }
    return text;
}
/** Where it goes wrong; for what is no JSON at all (a proxy's HTML page), how it starts. */
function whereItFails(text, error) {
    const start = text.slice(0, 1024).trimStart();
    if (start === '')
        return 'it is empty';
    if (!/^[[{]/.test(start))
        return `it starts with ${quote(start.slice(0, 24))}`;
    const message = error instanceof Error ? error.message : '';
    if (message.includes('end of JSON'))
        return 'it ends too early';
    return `it has a mistake${/ at position \d+/.exec(message)?.[0] ?? ''}`;
}
/**
 * Finds what `JSON.parse` lets pass. On text that is no JSON it may find anything, since the parser
 * that follows refuses that text.
 */
function scan(text, limits) {
    const maxDepth = limits.maxDepth ?? MAX_DEPTH;
    const maxValues = limits.maxValues ?? MAX_VALUES;
    const freeMaps = new Set(limits.freeMaps);
    const frames = [];
    let values = 0;
    let at = 0;
    while (at < text.length) {
        const character = text.charAt(at);
        const frame = frames.at(-1);
        switch (character) {
            case '{':
            case '[':
                if (frames.length >= maxDepth) {
                    throw problem(frames, `more than ${maxDepth} objects and arrays inside one another`);
                }
                frames.push(openFrame(character, frame, freeMaps));
                values += 1;
                at += 1;
                break;
            case '}':
            case ']':
                frames.pop();
                at += 1;
                break;
            case ',':
                if (frame !== undefined)
                    nextMember(frame);
                at += 1;
                break;
            case '"': {
                const end = endOfString(text, at);
                if (frame?.expectsName === true)
                    addName(frames, frame, text.slice(at, end));
                values += 1;
                at = end;
                break;
            }
            default:
                if (isNumberStart(character)) {
                    at = checkNumber(frames, text, at);
                    values += 1;
                }
                else {
                    at += 1;
                }
        }
        if (values > maxValues)
            throw problem([], `more than ${maxValues} values`);
    }
}
function openFrame(open, parent, freeMaps) {
    const name = parent?.key;
    const freeMap = parent?.freeMap === true || (name !== undefined && freeMaps.has(name));
    const expectsName = open === '{';
    return { open, freeMap, names: new Map(), key: undefined, index: 0, expectsName };
}
function nextMember(frame) {
    frame.index += 1;
    frame.expectsName = frame.open === '{';
}
/** The position after the closing quote, or the end of the text if there is none. */
function endOfString(text, start) {
    for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
        if (!isEscaped(text, at))
            return at + 1;
    }
    return text.length;
}
/** Whether an odd number of backslashes stands before. */
function isEscaped(text, at) {
    let first = at;
    while (text.charAt(first - 1) === '\\')
        first -= 1;
    return (at - first) % 2 === 1;
}
function addName(frames, frame, token) {
    const name = decodeName(token);
    frame.expectsName = false;
    frame.key = name;
    if (name === '__proto__')
        throw problem(frames, 'the name "__proto__" is not allowed');
    const compared = frame.freeMap ? name : foldCase(name);
    const twin = frame.names.get(compared);
    if (twin === name)
        throw problem(frames, 'the name occurs twice in one object');
    if (twin !== undefined) {
        throw problem(frames, `the name differs only in case from ${quote(twin)} in the same object`);
    }
    frame.names.set(compared, name);
}
function decodeName(token) {
    if (!token.includes('\\'))
        return token.slice(1, -1);
    try {
        const name = JSON.parse(token);
        return String(name);
    }
    catch (error) {
        throw new FormatError('json', 'not valid JSON: a name has a bad escape', { cause: error });
    }
}
/** Upper case first, so that U+017F falls together with s, and U+212A with k, as it does in Go. */
function foldCase(name) {
    return name.toUpperCase().toLowerCase();
}
function isNumberStart(character) {
    return character === '-' || (character >= '0' && character <= '9');
}
function checkNumber(frames, text, start) {
    NUMBER.lastIndex = start;
    const token = NUMBER.exec(text)?.[0] ?? '-';
    const value = Number(token);
    if (!Number.isFinite(value) && token !== '-')
        throw problem(frames, 'the number is too large');
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw problem(frames, 'the integer is beyond 2^53 - 1');
    }
    return start + token.length;
}
function problem(frames, message) {
    const path = pathOf(frames);
    return new FormatError('json', path === '' ? message : `${path}: ${message}`);
}
function pathOf(frames) {
    let path = '';
    for (const { open, key, index } of frames) {
        if (open === '[')
            path += `[${index}]`;
        else if (key !== undefined)
            path = formatMember(path, key);
    }
    return path;
}
/** `parent.name`, or `parent["some name"]` where the name is no plain word. */
function formatMember(parent, name) {
    if (!/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/.test(name))
        return `${parent}[${quote(name)}]`;
    return parent === '' ? name : `${parent}.${name}`;
}

;// CONCATENATED MODULE: ./lib/oci/referrers.js



/**
 * The tag of the index in which clients list the referrers of a manifest where a registry does not
 * (distribution-spec, Referrers Tag Schema). A tag has 128 characters at most, so that a longer
 * digest is cut.
 */
function referrersTag(subject) {
    const [algorithm = '', encoded = ''] = subject.split(':');
    return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`;
}
const cosignKinds = (/* unused pure expression or super */ null && (['sig', 'att', 'sbom']));
/**
 * The tag under which cosign keeps what belongs to a manifest. Undefined where it would be longer
 * than a tag may be.
 */
function cosignTag(subject, kind) {
    if (algorithmOf(subject) !== 'sha256')
        return undefined;
    return `${subject.replace(':', '-')}.${kind}`;
}
/** Whether a tag is one of those, and shows what belongs to an image and no image. */
function isReferrersTag(tag) {
    return /^sha(?:256|512)-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?$/.test(tag);
}
/**
 * The type by which a referrer is listed: its own, else that of its config (distribution-spec,
 * Listing Referrers).
 */
function artifactTypeOf(manifest) {
    if (manifest.artifactType !== undefined)
        return manifest.artifactType;
    return manifest.kind === 'image' ? manifest.config.mediaType : undefined;
}
const Annotated = looseObject({
    annotations: fallback(nullish(record(string(), unknown())), undefined),
});
/** The annotations of a manifest as they stand in it; undefined where it has none. */
function annotationsOf(bytes) {
    const document = parseStrictJson(bytes, { freeMaps: ['annotations'] });
    return v.parse(Annotated, document).annotations ?? undefined;
}

;// CONCATENATED MODULE: ./lib/registry/credentials/login.js
/** The value of an `Authorization` header (RFC 7617); user and password are taken as UTF-8. */
function login_basicAuthorization({ username, password }) {
    return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}
/** What must not be shown of credentials, in the forms in which it is sent. */
function secretsOf(credentials) {
    const { username, password, headers = {} } = credentials;
    const keys = Object.values(headers);
    if (password.trim() === '')
        return keys;
    return [...keys, password, Buffer.from(`${username}:${password}`).toString('base64')];
}
const NAMELESS = {
    password: 'a password without a user name',
    'identity-token': 'an identity token',
    'registry-token': 'a registry token',
};
/** Who asks without a login, in words. */
const ANONYMOUS = 'anonymous';
/** Who asks where a login is known, and nobody has asked for it, in words. */
function unsentText(login) {
    return `${UNSENT} (not sent: ${loginText(login)})`;
}
/** Whether words about a login say that it was not sent. */
function isUnsent(text) {
    return text?.startsWith(UNSENT) === true;
}
const UNSENT = 'nobody, as the registry asked neither for a password nor for a token';
/** Whose login it is and where it comes from, for people: `user octo from registry-auth`. */
function loginText({ credentials, origin }) {
    if (credentials === undefined)
        return ANONYMOUS;
    const { username, kind = 'password' } = credentials;
    return `${username === '' ? NAMELESS[kind] : `user ${username}`} from ${origin}`;
}

;// CONCATENATED MODULE: ./lib/registry/families/family.js
/** For those that count requests: as many at once as has served long. */
const FEW_AT_ONCE = 16;
/** What a family has to say about a failure. */
function adviceOf(family, refusal) {
    return adviceByWords(family, refusal) ?? given(adviceByCode(family.advice, refusal), refusal);
}
/** What it has to say about a failure that the registry's own words tell apart. */
function adviceByWords({ advice }, refusal) {
    const words = `${refusal.registryCode ?? ''} ${refusal.registryMessage ?? ''}`;
    return given(advice?.refusals?.find((one) => one.words.test(words))?.advice, refusal);
}
function given(advice, refusal) {
    return typeof advice === 'function' ? advice(refusal) : advice;
}
function adviceByCode(advice, refusal) {
    const { code, side } = refusal;
    switch (code) {
        case 'AUTHENTICATION':
        case 'DENIED':
            return advice?.login;
        case 'NOT_FOUND':
            if (lacksContent(refusal))
                return undefined;
            return side === 'destination' ? advice?.missingDestination : advice?.missingSource;
        case 'RATE_LIMITED':
            return advice?.limit;
        default:
            return undefined;
    }
}
/** Whether a part of the image is missing, or the upload of one, and not the repository. */
function lacksContent({ registryCode = '', registryCodes = [registryCode], }) {
    return registryCodes.some((code) => /^(?:MANIFEST_)?BLOB_/.test(code));
}
/** `push to` or `pull from`, as the role of the registry has it. */
function direction({ side }) {
    return side === 'destination' ? 'push to' : 'pull from';
}
/** The inputs that hold the credentials of that side. */
function credentialInputs({ side }) {
    return side === undefined ? 'Signing in' : `\`${side}-username\` with \`${side}-password\``;
}

;// CONCATENATED MODULE: ./lib/registry/families/amazon.js

/** The group is the region. */
const PRIVATE_HOST = /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.(?:aws|amazonwebservices\.com\.cn))$/;
const ecr = {
    name: 'Amazon ECR',
    hosts: PRIVATE_HOST,
    // Interface endpoints of a private network.
    storageHosts: /\.amazonaws\.com(?:\.cn)?$/,
    // Q01: from the second chunk on, bytes are lost.
    maxChunk: 0,
    // Q08: an old password is 403.
    expiredLogin: /authorization token has expired/i,
    // Q03
    frozenTag: /TagAlreadyExists/i,
    // Q09; "Amazon ECR service quotas": PutImage, and for each blob InitiateLayerUpload with
    // CompleteLayerUpload, 100 each. Those of reading are beyond reach.
    limits: { perSecond: { 'manifest-write': 10, write: 200 }, atOnce: FEW_AT_ONCE },
    advice: {
        login: (refusal) => 'Amazon ECR takes the user name `AWS` and the output of `aws ecr get-login-password`, which ' +
            'is valid for 12 hours and for one region; the role behind it needs the ECR permissions to ' +
            `${direction(refusal)} the repository.`,
        missingDestination: createPrivate,
        refusals: [
            {
                // Q05
                words: /Invalid JSON syntax/i,
                advice: 'Amazon ECR does not take manifests without `mediaType`. Adding one would change the ' +
                    'digest, so the image has to be built anew.',
            },
        ],
    },
};
const ecrPublic = {
    name: 'Amazon ECR Public',
    hosts: /^public\.ecr\.aws$/,
    mounts: false,
    maxChunk: 0,
    // Q10: an old token is 400.
    expiredLogin: /authorization token is invalid/i,
    // Q10: counted by month.
    exhausted: /data limit exceeded/i,
    // "Amazon ECR Public service quotas": as for the private one, but ten uploads.
    limits: { perSecond: { 'manifest-write': 10, write: 20 }, atOnce: FEW_AT_ONCE },
    advice: {
        login: 'Amazon ECR Public takes the user name `AWS` and the output of `aws ecr-public ' +
            'get-login-password --region us-east-1`, which is valid for 12 hours.',
        missingDestination: createPublic,
        limit: 'Amazon ECR Public allows more requests and more data to those who sign in: user name `AWS`, ' +
            'password from `aws ecr-public get-login-password --region us-east-1`.',
    },
};
/** Q02 */
function createPrivate({ registry = '', repository = 'NAME' }) {
    const region = PRIVATE_HOST.exec(registry)?.[1] ?? 'REGION';
    return ('Amazon ECR does not create a repository on push unless a creation template says so. Create it ' +
        `with \`aws ecr create-repository --region ${region} --repository-name ${repository}\`.`);
}
function createPublic({ repository = 'NAME' }) {
    // The first component is the alias of the account, not part of the name.
    const name = repository.includes('/') ? repository.slice(repository.indexOf('/') + 1) : repository;
    return ('Amazon ECR Public does not create a repository on push. Create it with ' +
        `\`aws ecr-public create-repository --region us-east-1 --repository-name ${name}\`.`);
}

;// CONCATENATED MODULE: ./lib/registry/families/azure.js

/** Q18: whole blobs above some size are refused now and then, and chunks are known to work. */
const MAX_CHUNK = 16 * 1024 * 1024;
const azure = {
    name: 'Azure Container Registry',
    hosts: /^[a-z0-9-]+\.azurecr\.(?:io|cn|us|de)$/,
    maxChunk: MAX_CHUNK,
    // "Azure Container Registry service tiers": reads and writes by the minute, as few as 1,000 and 100.
    limits: { atOnce: FEW_AT_ONCE },
    // A locked image.
    frozenTag: /operation is disallowed on this registry, repository or image/i,
    advice: {
        login: (refusal) => 'Azure Container Registry takes a service principal (its id and a secret), a repository ' +
            'token, or the user name `00000000-0000-0000-0000-000000000000` with the token of `az acr ' +
            `login --expose-token\`. It needs the role ${refusal.side === 'destination' ? 'AcrPush' : 'AcrPull'} ` +
            `to ${direction(refusal)} the registry.`,
    },
};

;// CONCATENATED MODULE: ./lib/registry/families/docker-hub.js

const dockerHub = {
    name: 'Docker Hub',
    hosts: /^docker\.io$/,
    // docker.io itself is a web site.
    apiHost: 'registry-1.docker.io',
    tokenHosts: ['auth.docker.io'],
    countsPulls: true,
    page: (repository) => repository.startsWith('library/')
        ? `https://hub.docker.com/_/${repository.slice('library/'.length)}`
        : `https://hub.docker.com/r/${repository}`,
    // Q29: the quota lifts after hours; the other 429, against bursts, is plain text.
    exhausted: /TOOMANYREQUESTS|reached your (?:unauthenticated )?pull rate limit/i,
    // Q29: pulls are counted by account or address, and so are bursts.
    limits: { refusesAll: true, atOnce: FEW_AT_ONCE },
    advice: {
        login: (refusal) => 'Docker Hub refuses a repository that does not exist in the same way as one that it keeps ' +
            `private: check the name first. ${credentialInputs(refusal)} needs an access token that may ` +
            `${refusal.side === 'destination' ? 'write' : 'read'}.`,
        limit: (refusal) => 'Docker Hub limits pulls per account, and anonymous pulls per network address, which hosted ' +
            `runners share. ${credentialInputs(refusal)} raises the limit.`,
    },
};

;// CONCATENATED MODULE: ./lib/registry/families/github.js

/** `ghcr.io`, and the container registries of GitHub Enterprise. */
const github = {
    name: 'GitHub Container Registry',
    hosts: /^(?:ghcr\.io|containers\.[a-z0-9-]+\.ghe\.com)$/,
    // Q11: larger ones are refused, and of several only the last one may be kept.
    maxChunk: 0,
    // Q59: it documents none, and fails where many come at once.
    limits: { atOnce: FEW_AT_ONCE },
    // Where the page is depends on what owns the package; this leads to it.
    page: (repository, host) => (host === 'ghcr.io' ? `https://ghcr.io/${repository}` : undefined),
    advice: {
        login: packageAccess,
        missingSource: packageAccess,
        refusals: [
            {
                words: /not allowed to create organization package/i,
                advice: 'The token may not create a package there. A job token does so for the owner of its own ' +
                    'repository, with `permissions: packages: write`, where the settings of the organization ' +
                    'allow packages to be created; for another owner use a personal token.',
            },
        ],
    },
};
function packageAccess({ code, side, workflowRepository = '' }) {
    const role = side === 'destination' ? 'write' : 'read';
    const repository = workflowRepository === '' ? 'this repository' : `the repository ${workflowRepository}`;
    const isMissing = code === 'NOT_FOUND';
    const opening = isMissing
        ? 'Check the spelling; a private package may look as if it did not exist. To reach one, give'
        : 'Give';
    // Q14
    const closing = isMissing || side !== 'source'
        ? ''
        : ' A package that does not exist is refused in the same way: check the spelling, too.';
    return (`${opening} the job \`permissions: packages: ${role}\`, and give ${repository} the ${role} role ` +
        'under "Manage Actions access" in the settings of the package. A personal token needs ' +
        `\`${role}:packages\`.${closing}`);
}

;// CONCATENATED MODULE: ./lib/registry/families/google.js

const google = {
    name: 'Google Artifact Registry',
    hosts: /^(?:[a-z0-9-]+-docker\.pkg\.dev|(?:[a-z]+\.)?gcr\.io)$/,
    // Q15
    maxChunk: 0,
    advice: {
        login: (refusal) => 'Google Artifact Registry takes the user name `oauth2accesstoken` with an access token, or ' +
            '`_json_key` with a service account key; the account needs the role Artifact Registry ' +
            `${refusal.side === 'destination' ? 'Writer' : 'Reader'} to ${direction(refusal)} the ` +
            'repository. A repository that does not exist is refused in the same way.',
        missingDestination: ({ registry = '', repository = '' }) => {
            const location = /^([a-z0-9-]+)-docker\.pkg\.dev$/.exec(registry)?.[1];
            const [project, name] = repository.split('/');
            if (location === undefined || name === undefined)
                return undefined;
            return ('Google Artifact Registry does not create a repository on push. Create it with `gcloud ' +
                `artifacts repositories create ${name} --repository-format=docker --location=${location} ` +
                `--project=${project ?? 'PROJECT'}\`.`);
        },
    },
};

;// CONCATENATED MODULE: ./lib/registry/families/hosted.js
// Services that differ from the specification in little more than their logins.
const quay = {
    name: 'Quay',
    hosts: /^quay\.io$/,
    page: (repository) => `https://quay.io/repository/${repository}`,
    answers: (headers) => /realm="[^"]*\/v2\/auth"/.test([headers['www-authenticate'] ?? []].flat().join(', ')),
    advice: {
        login: 'Quay takes a user, a robot account (`namespace+robot` with its token; it is bound to that ' +
            'namespace), or `$oauthtoken` with an application token. A repository that does not exist is ' +
            'refused in the same way.',
        refusals: [
            {
                // Q21
                words: /MANIFEST_INVALID/,
                advice: 'Quay before 2026 takes no index that mixes OCI and Docker manifests, and no unknown ' +
                    'config types; nothing is converted here, because that would change the digests.',
            },
        ],
    },
};
/** A worker that people deploy themselves, under any name, or under this one. */
const cloudflare = {
    name: 'Cloudflare serverless registry',
    hosts: /^.+\.workers\.dev$|^registry\.cloudflare\.com$/,
};
/** What else is known to differ, one line each. */
const others = [
    {
        name: 'DigitalOcean Container Registry',
        hosts: /^registry\.digitalocean\.com$/,
        tokenHosts: ['api.digitalocean.com'],
        advice: {
            login: 'DigitalOcean takes an API token as user name and as password.',
            // Q53
            refusals: [
                {
                    words: /registry contains \d+ repositories, limit is/i,
                    advice: "The registry's plan allows no more repositories.",
                },
            ],
        },
    },
    {
        name: 'NVIDIA NGC',
        hosts: /^nvcr\.io$/,
        tokenHosts: ['authn.nvidia.com'],
        advice: { login: 'NVIDIA NGC takes the user name `$oauthtoken` and an API key.' },
    },
    {
        // Q60: a name in front of other registries.
        name: 'LinuxServer.io',
        hosts: /^lscr\.io$/,
        tokenHosts: ['ghcr.io'],
    },
    {
        name: 'Scaleway Container Registry',
        hosts: /^rg\.[a-z]{2}-[a-z]{3}\.scw\.cloud$/,
        tokenHosts: ['api.scaleway.com'],
        advice: { login: 'Scaleway takes the user name `nologin` and a secret key.' },
    },
    {
        name: 'IBM Cloud Container Registry',
        hosts: /^(?:[a-z0-9-]+\.)?icr\.io$/,
        advice: {
            login: 'IBM Cloud takes `iamapikey` with an API key, or `iambearer` with a token.',
            refusals: [{ words: /exceeded your .*quota/i, advice: "The account's quota is used up." }],
        },
    },
    {
        name: 'Oracle Cloud Infrastructure Registry',
        hosts: /^[a-z0-9-]+\.ocir\.io$|^ocir\.[a-z0-9-]+\.oci\.oraclecloud\.com$/,
        advice: {
            login: 'Oracle takes `TENANCY_NAMESPACE/USER` as user name and an auth token as password.',
        },
    },
    {
        // Q42
        name: 'Alibaba Cloud Container Registry',
        hosts: /^registry(?:-intl)?\.[a-z0-9-]+\.aliyuncs\.com$/,
        advice: {
            refusals: [{ words: /unknown manifest class/i, advice: attestationsRefused('The registry') }],
        },
    },
    {
        // Q43
        name: 'Huawei SWR',
        hosts: /^swr\.[a-z0-9-]+\.myhuaweicloud\.com$/,
        advice: {
            refusals: [
                { words: /fail to parse 'manifest\.json'/i, advice: attestationsRefused('Huawei SWR') },
            ],
        },
    },
    {
        // Q44
        name: 'Yandex Container Registry',
        hosts: /^cr\.yandex$/,
        advice: {
            refusals: [{ words: /MANIFEST_INVALID/, advice: attestationsRefused('The registry') }],
        },
    },
];
function attestationsRefused(who) {
    return (`${who} does not take attestations and other artifacts. Name the platforms that are wanted ` +
        'in place of `platforms: all`: then they are left out.');
}

;// CONCATENATED MODULE: ./lib/registry/families/self-hosted.js
// Registries that run under any name: they are told by what they answer.
const harbor = {
    name: 'Harbor',
    answers: (headers) => challenges(headers).includes('service="harbor-registry"') ||
        setsCookie(headers, '_gorilla_csrf'),
    advice: {
        login: 'Harbor takes a user, or a robot account such as `robot$project+name` with its secret, that ' +
            'may push or pull in this project. A project that does not exist is refused in the same way, ' +
            'and so is a push to a proxy cache.',
        missingDestination: 'Harbor creates repositories on push, but not projects: create that first.',
        refusals: [
            {
                // Q25
                words: /PROJECTPOLICYVIOLATION/i,
                advice: 'A policy of the Harbor project holds this image back: look at its vulnerabilities or its ' +
                    'signature there.',
            },
            {
                words: /will exceed|quota exceeded/i,
                advice: 'The Harbor project is full: raise its quota or clean up.',
            },
        ],
    },
};
const gitlab = {
    name: 'GitLab Container Registry',
    hosts: /^registry\.gitlab\.com$/,
    tokenHosts: ['gitlab.com'],
    answers: (headers) => /\/jwt\/auth"/.test(challenges(headers)),
    frozenTag: /protected tag/i,
    advice: {
        login: 'GitLab takes a user with a personal access token, a deploy token, or `gitlab-ci-token` with ' +
            'a job token; it needs the scope `read_registry` to pull and `write_registry` to push. A ' +
            'project that does not exist is refused in the same way.',
        refusals: [
            {
                words: /protected tag/i,
                advice: 'The GitLab project protects this tag: its rules name the roles that may push it.',
            },
        ],
    },
};
const NO_OVERWRITING = /not (?:enough|have) .*permissions?.*(?:delete|overwrite)/i;
const artifactory = {
    name: 'Artifactory',
    hosts: /^[a-z0-9-]+\.jfrog\.io$/,
    answers: (headers) => headers['x-jfrog-version'] !== undefined || headers['x-artifactory-id'] !== undefined,
    frozenTag: NO_OVERWRITING,
    advice: {
        login: 'Artifactory takes a user with a password, an API key or an access token. It says the same ' +
            'of a repository or tag that does not exist as of one that is not open to the account.',
        refusals: [
            {
                words: NO_OVERWRITING,
                advice: 'To move a tag, Artifactory wants the permission Delete/Overwrite for the account. Without ' +
                    'it, use another tag, or set `on-existing: skip`.',
            },
        ],
    },
};
const nexus = {
    name: 'Nexus Repository',
    answers: (headers) => String(headers['server'] ?? '').startsWith('Nexus/') ||
        /sonatype nexus/i.test(challenges(headers)),
    frozenTag: /does not allow updating|cannot be updated|redeploy/i,
    advice: {
        login: 'Nexus takes a local user. Anonymous pulls need the Docker Bearer Token Realm to be active, ' +
            'and pushes a hosted repository.',
        missingDestination: 'Nexus takes pushes at hosted repositories alone, each of which has a port, a host name or a ' +
            'path of its own; a proxy or a group answers as if nothing was there.',
    },
};
const gitea = {
    name: 'Gitea or Forgejo',
    answers: (headers) => headers['x-gitea-version'] !== undefined || setsCookie(headers, 'i_like_gitea'),
    advice: {
        login: 'Gitea and Forgejo take a user with a password or an access token that may read or write ' +
            'packages; the first part of the repository is the owner of the package.',
    },
};
function challenges(headers) {
    return [headers['www-authenticate'] ?? []].flat().join(', ');
}
function setsCookie(headers, name) {
    return [headers['set-cookie'] ?? []].flat().some((cookie) => cookie.startsWith(`${name}=`));
}

;// CONCATENATED MODULE: ./lib/registry/families/lookup.js







/** The first that matches counts. */
const families = [
    dockerHub,
    github,
    ecr,
    ecrPublic,
    google,
    azure,
    quay,
    gitlab,
    artifactory,
    harbor,
    nexus,
    gitea,
    cloudflare,
    ...others,
];
/** The family that a normalised host belongs to. */
function lookup_familyOfHost(host) {
    return families.find(({ hosts }) => hosts?.test(host) === true);
}
/** The family that an answer gives away, for registries that run under any name. */
function familyOfAnswer(headers) {
    return families.find(({ answers }) => answers?.(headers) === true);
}
function familyOfName(name) {
    return families.find((family) => family.name === name);
}
/** The page that people look at a repository on; undefined where it does not follow from the name. */
function packagePage({ registry, repository }) {
    return lookup_familyOfHost(registry)?.page?.(repository, registry);
}

;// CONCATENATED MODULE: ./lib/action/login-hints.js


/** Whether it is somebody who was refused. */
function isRefusal({ code }) {
    return code === 'AUTHENTICATION' || code === 'DENIED';
}
/** Why a registry points to where nobody should go, and what to do if that is right. */
function outerAddress(way) {
    return ('A registry that does not know its own outer address points to such ones: correct that there ' +
        '(`http.host` of Distribution, `external_url` of Harbor and GitLab, or the headers that the proxy ' +
        `before it sets). If the address is right and yours, ${way}.`);
}
const LED_AWAY = 'Nobody has judged the login: a proxy with a sign-in page may stand before the token service, or the ' +
    'registry names an address of it that is out of date. Its redirects are not followed, as they would ' +
    'take the login along.';
const ANOTHER_ANSWERED = 'Nobody has judged the login: what answered may be no token service, or a proxy before it.';
/** A token service that must not be asked: nobody has judged the login yet. */
function wrongAddress({ code, operation, status }) {
    if (code !== 'AUTHENTICATION' || operation !== LOG_IN)
        return undefined;
    if (status !== undefined && status < 300)
        return ANOTHER_ANSWERED;
    if (status !== undefined)
        return status < 400 ? LED_AWAY : undefined;
    return outerAddress('name that host as `auth-host` of an entry in `registry-auth`');
}
/** A login that nobody has asked for. */
function notAsked(failure) {
    if (!isRefusal(failure) || !isUnsent(failure.login))
        return undefined;
    return ('Whoever refused this did not ask for a login, so that none was sent: look at the address, and at ' +
        'what a proxy or a firewall before the registry lets through.');
}
/** Another registry, which the one of the list leads to. */
function leadsToAnother(failure) {
    if (!isRefusal(failure) || failure.login !== GUEST)
        return undefined;
    return ('The host that this registry redirects to wants a login of its own, and a redirect takes none along: ' +
        'name that host in the list, and give a login for it.');
}
/** More would bury the advice. */
const MAX_LOGINS = 5;
/** That no login is known for a registry, and where there are some. */
function missingLogin({ registry = 'this registry' }, { logins = [] }) {
    const named = new Set(logins.map(scopeText));
    named.delete(registry);
    const others = [...named].slice(0, MAX_LOGINS).join(', ');
    const more = named.size > MAX_LOGINS ? ', …' : '';
    const known = others === '' ? '' : `; logins exist for ${others}${more}`;
    return `No login is known for ${registry}${known}`;
}
function scopeText({ registry, prefix, sides }) {
    const name = prefix === undefined ? registry : `${registry}/${prefix}`;
    return sides?.length === 1 ? `${name} (as ${sides[0]})` : name;
}

;// CONCATENATED MODULE: ./lib/action/refusal-words.js
const REASONS = [
    {
        words: /quotas?\b.*\bexceed|exceed\w*\b.*\b(?:quota|storage)|insufficient storage|no space left/i,
        side: 'destination',
        advice: 'The registry has no room for this: raise the quota of the project or account there, or delete ' +
            'what is not needed any more.',
    },
    {
        words: /\bIP\b.*\bnot (?:allowed|permitted|authori[sz]ed)\b|\bIP allow list\b/i,
        advice: 'The registry lets only some network addresses in. Runners that GitHub hosts have another one ' +
            'each time: let them in, or use a runner whose address is known there.',
    },
    {
        words: /\b(?:blocking|security) polic|\bvulnerabilit|\bquarantine/i,
        side: 'source',
        advice: 'A policy of the registry holds this image back: look there for what it has against it.',
    },
];
/** What no login would change although the status is that of a login without rights. */
function anyWords(failure) {
    // Limits of requests are told in the same words.
    if (failure.code === 'RATE_LIMITED')
        return undefined;
    return REASONS.find(({ words, side }) => (side === undefined || side === failure.side) && words.test(wordsBesideNames(failure, words)))?.advice;
}
/** What the registry says, without names that hold such words themselves. */
function wordsBesideNames({ registryMessage = '', repository = '', reference = '' }, words) {
    return [...repository.split('/'), reference]
        .filter((name) => words.test(name))
        .reduce((text, name) => text.replaceAll(name, ''), registryMessage);
}

;// CONCATENATED MODULE: ./lib/action/hints.js






/** One or two sentences on what to try next, or nothing when there is nothing useful to say. */
function hints_hintFor(failure, context) {
    for (const rule of rules) {
        const hint = rule(failure, context);
        if (hint !== undefined)
            return hint;
    }
    return undefined;
}
/** From the most to the least specific; the first that has something to say wins. */
const rules = [
    wrongAddress,
    notAsked,
    leadsToAnother,
    emptySecrets,
    trustLookUp,
    hints_referrersTag,
    familyWords,
    anyWords,
    noLogin,
    familyAdvice,
    immutableTag,
    anyRefusal,
    anythingElse,
];
function noLogin(failure, context) {
    if (!isRefusal(failure) || failure.login !== ANONYMOUS)
        return undefined;
    const inputs = failure.side === undefined ? '' : `${credentialInputs(failure)}, or `;
    const give = `Give ${inputs}an entry in \`registry-auth\`.`;
    const denied = failure.code === 'DENIED'
        ? `Who is not logged in has no right to ${direction(failure)} this repository. `
        : '';
    return `${denied}${missingLogin(failure, context)}. ${familyAdvice(failure, context) ?? give}`;
}
/** What belongs to an image is kept under tags that `on-existing` is not about. */
function hints_referrersTag({ code, status, reference }) {
    if (code !== 'EXISTS' || reference === undefined || !isReferrersTag(reference))
        return undefined;
    return status === undefined
        ? 'Delete the tag at the destination if its signatures are not needed, or name types in `referrers` without `cosign-tags`.'
        : 'Except tags that begin with `sha256-` from those that are immutable, or copy without them: `referrers: none`.';
}
/** What `verify` needs beside the registry. */
function trustLookUp(failure) {
    if (failure.operation === 'get trusted root') {
        return 'The runner has to reach the hosts of trust roots, `tuf-repo-cdn.sigstore.dev` and `tuf-repo.github.com`; `trusted-root` in the rule does without them.';
    }
    if (failure.operation !== 'get attestations')
        return undefined;
    if (isRefusal(failure)) {
        return 'To read attestations of a private repository, the job needs `permissions: attestations: read`, and one of another repository a `github-token` of your own that may read it.';
    }
    return failure.code === 'RATE_LIMITED'
        ? 'GitHub counts the requests of a token for each hour: run again later, or with another `github-token`.'
        : undefined;
}
/** A registry that refuses to move a tag, and not us. */
function immutableTag(failure) {
    if (failure.code !== 'EXISTS' || failure.status === undefined)
        return undefined;
    return 'The registry holds this tag as immutable: use another tag, or set `on-existing: skip`.';
}
/** What the makers of the registry say, so to speak. */
function familyAdvice(failure, { repository }) {
    const family = familyOf(failure);
    return family && adviceOf(family, { ...failure, workflowRepository: repository });
}
/** The same where the registry's words tell what it is, whoever asked. */
function familyWords(failure, { repository }) {
    const family = familyOf(failure);
    return family && adviceByWords(family, { ...failure, workflowRepository: repository });
}
function familyOf({ registry = '', family = '' }) {
    return lookup_familyOfHost(registry) ?? familyOfName(family);
}
/** The events for which a run from a fork gets neither secrets nor a token that may write. */
const FORK_EVENTS = new Set(['pull_request', 'pull_request_review', 'pull_request_review_comment']);
function emptySecrets(failure, context) {
    if (!isRefusal(failure))
        return undefined;
    if (context.isFork && FORK_EVENTS.has(context.eventName)) {
        return ('This pull request comes from a fork: GitHub leaves its secrets empty and its token read-only. ' +
            'Run the sync on `push` or on a schedule instead.');
    }
    if (!context.isDependabot)
        return undefined;
    return ('Dependabot started this run, and to it all secrets are empty except those stored as Dependabot ' +
        'secrets of the repository or organization; its token is read-only unless `permissions` says more.');
}
function anyRefusal(failure, context) {
    switch (failure.code) {
        case 'AUTHENTICATION':
            return `Check the credentials: ${credentialInputs(failure)} or \`registry-auth\`, and whether the password or token has expired.`;
        case 'DENIED':
            return `The account in use has no right to ${direction(failure)} this repository, or the repository does not exist.`;
        case 'NOT_FOUND':
            if (lacksContent(failure))
                return undefined;
            return failure.side === 'destination'
                ? 'Many registries want the project or repository to be created before the first push.'
                : missingSource(failure, context);
        case 'RATE_LIMITED':
            return 'The registry asks for fewer requests: lower `concurrency`, or run again later.';
        default:
            return undefined;
    }
}
function missingSource(failure, context) {
    const isLoggedIn = failure.login !== undefined && failure.login !== ANONYMOUS;
    const hidden = isLoggedIn
        ? 'that the account in use may not read.'
        : 'when credentials are missing.';
    const logins = failure.login === ANONYMOUS ? ` ${missingLogin(failure, context)}.` : '';
    return ('Check the spelling of repository and tag. Registries often say the same of a private repository ' +
        `${hidden}${logins}`);
}
/** Q36 */
const UNKNOWN_TYPE = "Not every registry takes the formats of both Docker and the OCI, or every artifact; zot takes Docker's " +
    'where its configuration says `"compat": ["docker2s2"]`. Nothing is converted here, because that would change the digests.';
/** Q26, Q41 */
const READ_ONLY = 'The registry takes no writes here: it may be set to read-only, as for maintenance, or be a proxy of ' +
    'another registry.';
/** Statuses that are about room by themselves. */
const NO_ROOM = new Set([402, 413, 507]);
function refusedWrite({ code, side, status, operation }) {
    if (side !== 'destination')
        return undefined;
    if (status === 405)
        return READ_ONLY;
    // What is no refusal has nothing to do with what was sent, and to begin an upload nothing is.
    if (operation === 'start upload' && !NO_ROOM.has(status))
        return undefined;
    const isRefused = status === undefined || status === 507 || (status >= 400 && status < 500);
    return code === 'UPLOAD' && isRefused
        ? 'Proxies often limit the size of a request, and accounts have quotas.'
        : undefined;
}
function anythingElse(failure) {
    switch (failure.code) {
        case 'EXISTS':
            return 'Set `on-existing` to `overwrite` to move the tag, or to `skip` to leave it without a failure.';
        case 'TIMEOUT':
            return 'If the registry is only slow, raise `timeout` or lower `concurrency`.';
        case 'PLATFORM':
            return 'Name its platform in `platforms`, or set `platforms: all` to take it as it is.';
        case 'INVALID_MANIFEST':
            // A list is made by the registry, and nothing that could be built again.
            if (failure.operation === 'list referrers')
                return undefined;
            return 'Build the image again with a current tool: registries and engines refuse such a manifest too.';
        case 'UPLOAD':
        case 'REGISTRY':
            return refusedWrite(failure);
        case 'UNSUPPORTED':
            return failure.status === 415 ? UNKNOWN_TYPE : undefined;
        case 'REDIRECT':
            return outerAddress('name that host in `registry-tls`');
        case 'TLS':
            return 'For a private certificate authority or a client certificate, use `registry-tls`, NODE_EXTRA_CA_CERTS, or `NODE_USE_SYSTEM_CA: 1` where the runner itself trusts it; for plain HTTP, name the host in `insecure-registries`.';
        case 'NETWORK':
            if (failure.elsewhere !== undefined)
                return outerAddress('see that the runner can reach it');
            return 'Check the name of the host and whether the runner can reach it; proxies come from https_proxy and no_proxy.';
        case 'VERIFICATION':
            return 'Either something else pushed the same tag at the same time, or the registry changes what is pushed to it.';
        case 'DIGEST_MISMATCH':
        case 'SIZE_MISMATCH':
            return 'The bytes were damaged on the way or at the registry. If running again does not help, the image has to be pushed there anew.';
        default:
            return undefined;
    }
}

;// CONCATENATED MODULE: ./lib/action/format-bytes.js
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];
/** Bytes for people, in steps of a thousand as registries and clouds count: `1.2 GB`, `830 kB`, `0 B`. */
function formatBytes(bytes) {
    let value = bytes;
    let step = 0;
    // 999.5 would be rounded to 1000 of the smaller unit.
    while (value >= 999.5 && step < BYTE_UNITS.length - 1) {
        value /= 1000;
        step += 1;
    }
    const digits = step === 0 || value >= 99.95 ? 0 : 1;
    return `${value.toFixed(digits)} ${BYTE_UNITS[step] ?? 'TB'}`;
}
/** Milliseconds for people: `640 ms`, `12.3 s`, `4 min 05 s`, `1 h 02 min`. */
function formatDuration(milliseconds) {
    const rounded = Math.round(milliseconds);
    if (rounded < 1000)
        return `${rounded} ms`;
    if (rounded < 59_950)
        return `${(rounded / 1000).toFixed(1)} s`;
    const seconds = Math.round(rounded / 1000);
    if (seconds < 3600)
        return `${Math.floor(seconds / 60)} min ${twoDigits(seconds % 60)} s`;
    const minutes = Math.round(seconds / 60);
    return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}
/** `1 image`, `2 images`. */
function count(number, noun) {
    return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
function twoDigits(number) {
    return String(number).padStart(2, '0');
}

;// CONCATENATED MODULE: ./lib/oci/pasted-address.js
/** Nobody pastes more than that on purpose. */
const MAX_LENGTH = 2048;
const withTag = (name, tag) => tag === null || tag === undefined || tag === '' ? name : `${name}:${tag}`;
const FORMS = [
    // Docker Hub's other API.
    {
        address: /^(?:registry\.)?hub\.docker\.com\/v2\/(?:repositories|namespaces)\/(?<owner>[^/]+)\/(?:repositories\/)?(?<name>[^/]+)(?:\/tags(?:\/(?<tag>[^/]+).*)?)?$/,
        image: ({ owner, name, tag }) => withTag(`docker.io/${owner}/${name}`, tag),
    },
    // Requests of the API itself (distribution-spec, Endpoints).
    {
        address: /^(?<host>[^/]+)\/v2\/(?<name>.+)\/(?:manifests|blobs)\/(?<reference>[^/]+)$/,
        image: ({ host, name, reference = '' }) => `${host}/${name}${reference.includes(':') ? '@' : ':'}${reference}`,
    },
    {
        address: /^(?<host>[^/]+)\/v2\/(?<name>.+)\/tags(?:\/list)?$/,
        image: ({ host, name }) => `${host}/${name}`,
    },
    {
        address: /^(?:(?:registry-1|index|registry\.hub|hub)\.)?docker\.(?:io|com)\/v[12]$/,
        image: () => 'docker.io',
    },
    { address: /^(?<host>[^/]+)\/v2$/, image: ({ host = '' }) => host },
    // Pages for people.
    {
        address: /^hub\.docker\.com\/(?:_\/|r\/library\/)(?<name>[^/]+)(?:\/tags)?$/,
        image: ({ name }, query) => withTag(`docker.io/library/${name}`, query.get('name')),
    },
    {
        address: /^hub\.docker\.com\/(?:r|repository\/docker)\/(?<name>[^/]+\/[^/]+)(?:\/[a-z]+)?$/,
        image: ({ name }, query) => withTag(`docker.io/${name}`, query.get('name')),
    },
    {
        address: /^hub\.docker\.com\/layers\/(?<name>[^/]+\/[^/]+)\/(?<tag>[^/]+)(?:\/.*)?$/,
        image: ({ name, tag }) => `docker.io/${name}:${tag}`,
    },
    {
        address: /^github\.com\/(?:orgs\/|users\/)?(?<owner>[^/]+)\/(?:[^/]+\/)?(?:pkgs\/container|packages\/container)\/(?:package\/)?(?<name>[^/]+)(?:\/[^/]*)?$/,
        image: ({ owner = '', name = '' }, query) => withTag(`ghcr.io/${owner.toLowerCase()}/${decoded(name)}`, query.get('tag')),
    },
    {
        address: /^quay\.io\/repository\/(?<name>[^/]+\/[^/]+)(?:\/manifest\/(?<digest>sha256:[0-9a-f]+))?$/,
        image: ({ name, digest }) => `quay.io/${name}${digest === undefined ? '' : `@${digest}`}`,
    },
    {
        address: /^console\.cloud\.google\.com\/artifacts\/docker\/(?<project>[^/]+)\/(?<location>[^/]+)\/(?<name>[^/]+\/[^/;]+)(?:[/;].*)?$/,
        image: ({ project, location, name = '' }) => `${location}-docker.pkg.dev/${project}/${decoded(name)}`,
    },
    {
        address: /^gitlab\.com\/(?<name>[^/]+\/.+?)(?:\/-)?\/container_registry(?:\/.*)?$/,
        image: ({ name = '' }) => `registry.gitlab.com/${name.toLowerCase()}`,
    },
    {
        address: /^gallery\.ecr\.aws\/(?<name>[^/]+\/[^/]+)$/,
        image: ({ name }) => `public.ecr.aws/${name}`,
    },
];
/**
 * The image that an address is about which somebody has pasted in the place of a reference: a
 * request of a registry's API, or the page of an image; undefined for anything else. Without what
 * stands before an `@` in the host, which may be a password.
 */
function imageOfAddress(text) {
    if (text.length > MAX_LENGTH)
        return undefined;
    const address = text
        .replace(/^[A-Za-z][A-Za-z0-9+.-]*:\/\//, '')
        .replace(/^[^/@]*@/, '')
        .replace(/[?#].*$/s, '')
        .replace(/\/+$/, '');
    const query = new URLSearchParams(/\?([^#]*)/.exec(text)?.[1] ?? '');
    for (const { address: form, image } of FORMS) {
        const groups = form.exec(address)?.groups ?? (form.test(address) ? {} : undefined);
        if (groups !== undefined)
            return image(groups, query);
    }
    return undefined;
}
/** Whether a text is a URL, or an address of an image that lacks its scheme. */
function isAddress(text) {
    return text.includes('://') || imageOfAddress(text) !== undefined;
}
/** Package names may have slashes, which addresses of pages have as `%2F`. */
function decoded(name) {
    try {
        return decodeURIComponent(name);
    }
    catch {
        return name;
    }
}

;// CONCATENATED MODULE: ./lib/oci/registry-host.js


/** Docker Hub answers to several names; images are named after the first one. */
const DOCKER_HUB = 'docker.io';
const dockerHubAliases = new Set([
    'hub.docker.com',
    'index.docker.io',
    'registry-1.docker.io',
    'registry.hub.docker.com',
]);
/** 253 characters are the longest name that DNS can hold; a colon and a port make six more. */
const MAX_HOST_LENGTH = 259;
const LABEL = /^[a-z0-9-]+$/;
const IPV4_PART = /^(?:0|[1-9][0-9]{0,2})$/;
/**
 * Whether the first component of a reference (what stands before its first slash) names a registry
 * rather than the first part of a repository (distribution/reference).
 */
function registry_host_isRegistryHost(component) {
    return /[.:]/.test(component) || component.toLowerCase() === 'localhost';
}
/**
 * The one spelling of a registry host with optional port: lower case, IPv6 in its short form, the
 * default port 443 dropped, Docker Hub's aliases replaced by `docker.io`. A host without a dot always
 * has a port, since it could not be told from a repository otherwise: `registry` is `registry:443`.
 * @throws FormatError of kind `reference`
 */
function registry_host_normaliseRegistry(host) {
    const known = spellings.get(host);
    if (known !== undefined)
        return known;
    const spelling = spellingOf(host);
    if (spellings.size < MAX_SPELLINGS)
        spellings.set(host, spelling);
    return spelling;
}
/** A list names few hosts, and each of them ten thousand times: one text is enough for all of these. */
const MAX_SPELLINGS = 256;
const spellings = new Map();
function spellingOf(host) {
    if (host.length > MAX_HOST_LENGTH) {
        throw bad(host, `is longer than ${MAX_HOST_LENGTH} characters`);
    }
    if (host.includes('@')) {
        // Not repeated, since a password may stand before it.
        throw new errors_FormatError('reference', 'a registry host has an "@"; user names and passwords have inputs of their own');
    }
    if (host.includes('/')) {
        throw bad(host, 'has a slash; only a host is wanted, with a port where it needs one');
    }
    if (host === '')
        throw new errors_FormatError('reference', 'the registry host is empty');
    const bracket = host.startsWith('[') ? host.indexOf(']') : 0;
    const colon = host.indexOf(':', Math.max(bracket, 0));
    const name = colon === -1 ? host : host.slice(0, colon);
    const canonical = host.startsWith('[') ? registry_host_ipv6(host, name) : registry_host_domain(host, name);
    const port = colon === -1 ? undefined : parsePort(host, host.slice(colon + 1));
    if (port !== undefined && port !== 443)
        return `${canonical}:${port}`;
    if (dockerHubAliases.has(canonical))
        return DOCKER_HUB;
    return registry_host_isRegistryHost(canonical) ? canonical : `${canonical}:443`;
}
function parsePort(host, port) {
    if (!/^[1-9][0-9]{0,4}$/.test(port) || Number(port) > 65_535) {
        throw bad(host, `has the port ${quote_quote(port)}; a port is a number from 1 to 65535`);
    }
    return Number(port);
}
function registry_host_ipv6(host, name) {
    if (name.includes('%'))
        throw bad(host, 'has a zone; write the IPv6 address without it');
    // The URL parser knows the grammar of addresses, and writes each of them in one way.
    const url = /^\[[0-9a-fA-F:.]+\]$/.test(name) ? URL.parse(`http://${name}/`) : null;
    if (url === null)
        throw bad(host, 'is not an IPv6 address in brackets');
    return url.hostname;
}
function registry_host_domain(host, name) {
    const lower = name.toLowerCase();
    if (lower.endsWith('.'))
        throw bad(host, `ends with a dot; write ${quote_quote(lower.slice(0, -1))}`);
    if (/[*?]/.test(lower))
        throw bad(host, 'has a wildcard; each host is written out');
    const labels = lower.split('.');
    if (!labels.every(isLabel))
        throw bad(host, `is not a host name${asciiForm(lower)}`);
    // What ends in a number is an IPv4 address to every URL parser, in odd spellings as well.
    if (/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? '') && !isIpv4(labels)) {
        throw bad(host, 'is not an IPv4 address of four decimal numbers');
    }
    return lower;
}
function isLabel(label) {
    return LABEL.test(label) && !label.startsWith('-') && !label.endsWith('-');
}
function isIpv4(labels) {
    return labels.length === 4 && labels.every((part) => IPV4_PART.test(part) && Number(part) < 256);
}
/**
 * Names with other letters than ASCII are not converted on the quiet: two that look the same can be
 * two hosts, and the converted form shows it.
 */
function asciiForm(name) {
    if (!/[^\x20-\x7e]/.test(name) || /[/?#@:%\\\s]/.test(name))
        return '';
    const ascii = URL.parse(`https://${name}/`)?.hostname;
    return ascii?.includes('xn--') === true ? `; write it in ASCII as ${quote_quote(ascii)}` : '';
}
function bad(host, problem) {
    return new errors_FormatError('reference', `registry host ${quote_quote(host)} ${problem}`);
}

;// CONCATENATED MODULE: ./lib/oci/reference.js






const reference_DOCKER_HUB = { registry: 'docker.io' };
/** Where Docker Hub keeps the images that have no owner. */
const OFFICIAL = 'library/';
/** Host, slash and repository: clients and registries cut or refuse longer names. */
const MAX_NAME_LENGTH = 255;
const MAX_TAG_LENGTH = 128;
/** Longest name, tag and sha512 digest with room to spare; beyond it nothing is looked at. */
const MAX_REFERENCE_LENGTH = 1024;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;
/**
 * Reads a reference. Its first component is a registry only if a slash follows it and it has a dot
 * or a colon or is `localhost`; everything else is relative to `base` (Docker Hub unless given).
 * No tag is added where there is none.
 * @throws FormatError of kind `reference` that says what is wrong and, where it can, what was meant
 */
function parseReference(text, base = reference_DOCKER_HUB) {
    refuseForeignForms(text);
    const at = text.indexOf('@');
    const named = at === -1 ? text : text.slice(0, at);
    const digest = at === -1 ? undefined : readDigest(text.slice(at + 1));
    const { host, path } = splitHost(named);
    const { repository, tag } = splitTag(path, text);
    checkRepository(repository, text, host === undefined ? 0 : host.length + 1);
    if (host === undefined && digest === undefined && /^[0-9a-f]{64}$/.test(text)) {
        throw reference_bad(text, `is a bare digest; write repository@sha256:${text.slice(0, 12)}…`);
    }
    if (host !== undefined)
        refuseBranch(host, path, text);
    const registry = host === undefined ? base : { registry: registry_host_normaliseRegistry(host) };
    return {
        ...locate(repository, registry),
        ...(tag !== undefined && { tag }),
        ...(digest !== undefined && { digest }),
    };
}
/** Whether a text may stand between the slashes of a repository's name. */
function isPathComponent(text) {
    return COMPONENT.test(text);
}
/** Whether the reference names its registry itself. */
function namesRegistry(text) {
    return splitHost(text).host !== undefined;
}
/**
 * The place of a repository path under a base. On Docker Hub itself a path of one component is an
 * official image and gets `library/`.
 * @throws FormatError of kind `reference` if the whole name becomes too long
 */
function locate(path, base) {
    const joined = base.prefix === undefined ? path : `${base.prefix}/${path}`;
    const official = base.registry === reference_DOCKER_HUB.registry && !joined.includes('/');
    const repository = official ? OFFICIAL + joined : joined;
    if (base.registry.length + 1 + repository.length > MAX_NAME_LENGTH) {
        throw reference_bad(`${base.registry}/${repository}`, `is too long: host and repository may have ${MAX_NAME_LENGTH} characters together`);
    }
    return { registry: base.registry, repository };
}
/**
 * The path of a repository as a user of `base` writes it: relative to it where it lies under it, and
 * without `library/` where it is an official image of Docker Hub.
 */
function relativePath(reference, base) {
    const { registry, repository } = reference;
    const prefix = `${base.prefix ?? ''}/`;
    if (base.prefix !== undefined && registry === base.registry && repository.startsWith(prefix)) {
        return repository.slice(prefix.length);
    }
    const official = registry === reference_DOCKER_HUB.registry && repository.startsWith(OFFICIAL);
    return official ? repository.slice(OFFICIAL.length) : repository;
}
/**
 * Reads a registry host with an optional path, such as `ghcr.io/acme`.
 * @throws FormatError of kind `reference`
 */
function parseRegistryBase(text) {
    const named = text.split(/[\s,;]+/).filter((part) => part !== '');
    if (named.length > 1 && named.every(namesHost)) {
        throw reference_bad(text, 'names more than one registry; write one, and hosts before the images of others');
    }
    refuseForeignForms(text);
    const slash = text.indexOf('/');
    const host = slash === -1 ? text : text.slice(0, slash);
    if (!isRegistryHost(host)) {
        throw reference_bad(text, `does not start with a registry host; write ${quote(`docker.io/${text}`)} for a namespace of Docker Hub, or ${quote(`${host}:443`)} for a host without a dot`);
    }
    const registry = normaliseRegistry(host);
    if (slash === -1)
        return { registry };
    const prefix = text.slice(slash + 1);
    if (/[:@]/.test(prefix))
        throw reference_bad(text, 'has a tag or digest; only a host and a path are wanted');
    checkRepository(prefix, text, slash + 1);
    return { registry, prefix };
}
function namesHost(text) {
    return isRegistryHost(text.replace(/^[a-z]+:\/\//i, '').split('/', 1)[0] ?? '');
}
/** `host/repository[:tag][@digest]`, which reads back as the same reference whatever the base. */
function reference_formatReference(reference) {
    const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
    const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
    return reference_repositoryName(reference) + tag + digest;
}
/** `host/repository` */
function reference_repositoryName(reference) {
    return `${reference.registry}/${reference.repository}`;
}
function refuseForeignForms(text) {
    if (text === '')
        throw new errors_FormatError('reference', 'the reference is empty');
    if (text.length > MAX_REFERENCE_LENGTH) {
        throw new errors_FormatError('reference', `the reference is too long: it has more than ${MAX_REFERENCE_LENGTH} characters`);
    }
    const image = imageOfAddress(text);
    if (image !== undefined) {
        throw new errors_FormatError('reference', `a reference is no address of a page or of a registry's API; write ${quote_quote(image)}`);
    }
    const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.exec(text)?.[0];
    if (scheme !== undefined)
        throw urlError(text, scheme);
    const at = text.indexOf('@');
    if (at !== -1 && text.includes('/', at)) {
        // What stands before the @ may be a password, so that the text is not repeated.
        throw new errors_FormatError('reference', 'a reference has a "/" after its "@": only a digest may follow "@", and user names and passwords have inputs of their own');
    }
    if (/\s/.test(text))
        throw reference_bad(text, 'has white space in it');
}
/** The message leaves out what a URL may have of secrets: user information, query, fragment. */
function urlError(text, scheme) {
    const bare = text.slice(scheme.length).replace(/\/?(?:[?#\s].*)?$/s, '');
    const at = bare.lastIndexOf('@');
    const nameEnd = isDigest(bare.slice(at + 1)) ? at : bare.length;
    const meant = bare.slice(bare.lastIndexOf('@', nameEnd - 1) + 1);
    const advice = meant === '' ? 'a reference has no scheme' : `write ${quote_quote(meant)} without it`;
    return new errors_FormatError('reference', `a reference is no URL: ${quote_quote(scheme)} is too much; ${advice}`);
}
function readDigest(text) {
    try {
        return parseDigest(text);
    }
    catch (error) {
        if (!(error instanceof errors_FormatError))
            throw error;
        throw new errors_FormatError('reference', error.message, { cause: error });
    }
}
function splitHost(text) {
    const slash = text.indexOf('/');
    const first = text.slice(0, Math.max(slash, 0));
    // Dots alone are a slip in the path, not a host.
    if (slash === -1 || !registry_host_isRegistryHost(first) || /^\.+$/.test(first)) {
        return { host: undefined, path: text };
    }
    return { host: first, path: text.slice(slash + 1) };
}
function splitTag(path, text) {
    const colon = path.indexOf(':');
    if (colon === -1)
        return { repository: path, tag: undefined };
    const tag = path.slice(colon + 1);
    if (tag === '')
        throw reference_bad(text, 'ends with a colon; a tag must follow it');
    if (tag.includes('/'))
        throw reference_bad(text, slashBehindColon(tag));
    if (tag.length > MAX_TAG_LENGTH) {
        throw reference_bad(text, `has a tag of ${tag.length} characters; ${MAX_TAG_LENGTH} are allowed`);
    }
    if (!TAG.test(tag)) {
        throw reference_bad(text, `has the tag ${quote_quote(tag)}; a tag has letters, digits, "_", "." and "-", and does not start with one of the last two`);
    }
    return { repository: path.slice(0, colon), tag };
}
/** `app:feature/x`: what stands before the slash looks like a host, and its tag like a port. */
function refuseBranch(host, path, text) {
    const [, tag] = /^[^.:[\]]+:([^:]*[^0-9:][^:]*)$/.exec(host) ?? [];
    if (tag !== undefined)
        throw reference_bad(text, slashBehindColon(`${tag}/${path}`));
}
/** The name of a branch in the place of a tag, or a colon that is no such thing as a port's. */
function slashBehindColon(tag) {
    const meant = tag.replaceAll('/', '-');
    const asTag = TAG.test(meant) && !tag.includes(':') ? `, or a tag such as ${quote_quote(meant)}` : '';
    return `has a "/" behind its colon, where a tag has none: only a host has a port, and a repository no colon; write it without the colon${asTag}`;
}
/** `start` is the position of the repository in `text`, which the messages show whole. */
function checkRepository(repository, text, start) {
    if (repository === '')
        throw reference_bad(text, 'names no repository');
    for (const component of repository.split('/')) {
        if (component === '')
            throw reference_bad(text, 'has an empty component (a slash too many)');
        if (component === '.' || component === '..')
            throw reference_bad(text, `has the component "${component}"`);
        if (COMPONENT.test(component))
            continue;
        if (COMPONENT.test(component.toLowerCase())) {
            const rest = text.slice(start + repository.length);
            const lower = text.slice(0, start) + repository.toLowerCase() + rest;
            throw reference_bad(text, `has upper case in the repository; write ${quote_quote(lower)}`);
        }
        const wildcards = component.includes('*') ? '; only tags may have wildcards' : '';
        throw reference_bad(text, `has the component ${quote_quote(component)}; a component has lower-case letters and digits, with one ".", one or two "_" or any number of "-" between them${wildcards}`);
    }
}
function reference_bad(text, problem) {
    return new errors_FormatError('reference', `reference ${quote_quote(text)} ${problem}`);
}

;// CONCATENATED MODULE: ./lib/registry/copy/bytes-moved.js
const bytes_moved_noBytes = { copied: 0, mounted: 0, existing: 0 };
function bytesOf(outcome, size) {
    return { ...bytes_moved_noBytes, [outcome]: size };
}
function addBytes(parts) {
    const sum = { copied: 0, mounted: 0, existing: 0 };
    for (const part of parts) {
        sum.copied += part.copied;
        sum.mounted += part.mounted;
        sum.existing += part.existing;
    }
    return sum;
}

;// CONCATENATED MODULE: ./lib/sync/undone-image.js



/** The names of a pair, and nothing that was done with it. */
function nothingDone(pair) {
    const { source, destination, file, line } = pair;
    return {
        source: formatReference(source),
        destination: formatReference(destination),
        platforms: {},
        bytes: noBytes,
        durationMs: 0,
        ...(file !== undefined && { place: { file, line } }),
    };
}
/** The failure of an image that was not done when the signal ended the run. */
function unfinished(pair, signal) {
    const result = nothingDone(pair);
    const message = `sync ${result.source} to ${result.destination}: ${whyEnded(signal)}`;
    return { ...result, status: 'failed', error: { code: 'CANCELLED', message } };
}
/** That of an image that was not begun, because another one had failed. */
function notStarted(pair) {
    const message = 'not started: another image failed, and fail-fast is on';
    return {
        ...nothingDone(pair),
        status: 'skipped',
        error: { code: 'NOT_STARTED', message },
    };
}
/** Why an image that was fine stands in no output: its tag did not move because of another one. */
function abortion(message) {
    return { code: 'ABORTED', message };
}
function isAborted({ error }) {
    return error?.code === 'ABORTED';
}
/** The result of such an image. */
function aborted(pair) {
    const error = abortion('the tag was not moved, because of another image');
    return { ...nothingDone(pair), status: 'skipped', error };
}
/** Stands for all images of a part of a list of which nobody knows more. */
function unreported({ part, of }) {
    const name = `shard ${part} of ${of}`;
    const message = `${name}: there is no report of what it did; its job has ended before`;
    const hint = 'The log of that job says why. Run the failed jobs again, and this one after them.';
    return {
        source: name,
        destination: name,
        status: 'failed',
        platforms: {},
        bytes: bytes_moved_noBytes,
        durationMs: 0,
        error: { code: 'NO_REPORT', message, hint },
    };
}

;// CONCATENATED MODULE: ./lib/action/set-text.js


/** Whether tags were not moved, or went back, although no image failed: the run was ended. */
function isHeldBack({ dryRun, results }) {
    return !dryRun && results.some(isAborted);
}
/** What became of the tags of a set that did not go through, in one sentence; none for any other run. */
function setText(report) {
    const states = report.results.flatMap(({ tag }) => tag?.state ?? []);
    if (states.length === 0 || (report.totals.failed === 0 && !isHeldBack(report)))
        return undefined;
    const left = states.filter((state) => state === 'left').length;
    const back = states.filter((state) => state === 'rolledBack').length;
    if (left > 0)
        return `${count(left, 'tag')} did not go back, ${back} did: see results.`;
    return back > 0 ? `${count(back, 'tag')} had moved and went back.` : 'No tag was moved.';
}

;// CONCATENATED MODULE: ./lib/action/annotations.js





/**
 * GitHub shows ten error annotations of a step and drops the rest without a word; the tenth is the
 * message with which the step fails.
 */
const MAX_FAILURES = 9;
/** GitHub cuts the message of an annotation there. */
const MAX_MESSAGE = 4096;
/** A destination is at most a few hundred characters; a title is one line of the page. */
const MAX_TITLE = 300;
/** Deeper than any honest chain; an error may be its own cause. */
const MAX_CAUSES = 5;
/** Puts an error of one image into words: what happened, and what may help. Holds no secret. */
function describeError(error, context) {
    if (!(error instanceof RegistryError)) {
        return { code: 'INTERNAL', message: foreignText(withCauses(error), MAX_MESSAGE) };
    }
    const hint = hintFor(error, context);
    return {
        code: error.code,
        message: foreignText(error.message, MAX_MESSAGE),
        ...(hint === undefined ? {} : { hint }),
    };
}
/** The message of an error and of what caused it, as far as they do not repeat each other. */
function withCauses(error, depth = 0) {
    if (!(error instanceof Error))
        return String(error);
    const { cause } = error;
    const message = error.message === '' ? error.name : error.message;
    if (cause === undefined || depth === MAX_CAUSES)
        return message;
    const reason = withCauses(cause, depth + 1);
    return message.includes(reason) ? message : `${message}: ${reason}`;
}
/** One error annotation for each failed image, as many as GitHub shows beside `failureMessage`. */
function annotateFailures(commands, report) {
    for (const result of failuresOf(report).slice(0, MAX_FAILURES)) {
        commands.error(annotationText(result), {
            title: foreign_text_foreignText(`Image not synced: ${result.destination}`, MAX_TITLE),
            ...result.place,
        });
    }
}
/**
 * One error annotation for each problem in a file, at its line, as many as GitHub shows beside the
 * message with which the step fails. A single problem is that message, whose place is returned.
 */
function annotateProblems(commands, problems) {
    const inFiles = problems.flatMap(({ file, line = 1, message }) => file === undefined ? [] : { message, place: { file, line } });
    const [first] = inFiles;
    if (first !== undefined && problems.length === 1)
        return first.place;
    for (const { message, place } of inFiles.slice(0, MAX_FAILURES)) {
        commands.error(foreignText(message, MAX_MESSAGE), { title: 'Image list', ...place });
    }
    return {};
}
/** The message with which the step fails, or nothing when no image failed. */
function failureMessage(report) {
    const { failed, images } = report.totals;
    const ofSet = [setText(report)].flatMap((text) => text ?? []);
    if (failed === 0) {
        return isHeldBack(report) ? ['The set did not go through.', ...ofSet].join(' ') : undefined;
    }
    const more = failed - MAX_FAILURES;
    const others = more === 1 ? '1 more is' : `${more} more are`;
    const rest = more > 0 ? `; the annotations show ${MAX_FAILURES}, and ${others} in the log` : '';
    return [`${failed} of ${count(images, 'image')} failed${rest}.`, ...ofSet].join(' ');
}
function failuresOf(report) {
    return report.results.filter((result) => result.status === 'failed');
}
/** The message is cut before the hint is, which is short and ours. */
function annotationText({ source, error }) {
    if (error === undefined)
        return foreign_text_foreignText(`${source}: failed`, MAX_MESSAGE);
    const hint = error.hint === undefined ? '' : ` Hint: ${foreign_text_foreignText(error.hint)}`;
    return foreign_text_foreignText(error.message, MAX_MESSAGE - hint.length) + hint;
}

;// CONCATENATED MODULE: external "os"
const external_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_namespaceObject.EOL);
}
function issue(name, message = '') {
    issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");
;// CONCATENATED MODULE: external "fs"
const external_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!external_fs_namespaceObject.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    external_fs_namespaceObject.appendFileSync(filePath, `${toCommandValue(message)}${external_os_namespaceObject.EOL}`, {
        encoding: 'utf8'
    });
}
function prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${external_crypto_namespaceObject.randomUUID()}`;
    const convertedValue = toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${external_os_namespaceObject.EOL}${convertedValue}${external_os_namespaceObject.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/github/lib/context.js


class Context {
    /**
     * Hydrate the context from the environment
     */
    constructor() {
        var _a, _b, _c;
        this.payload = {};
        if (process.env.GITHUB_EVENT_PATH) {
            if (existsSync(process.env.GITHUB_EVENT_PATH)) {
                this.payload = JSON.parse(readFileSync(process.env.GITHUB_EVENT_PATH, { encoding: 'utf8' }));
            }
            else {
                const path = process.env.GITHUB_EVENT_PATH;
                process.stdout.write(`GITHUB_EVENT_PATH ${path} does not exist${EOL}`);
            }
        }
        this.eventName = process.env.GITHUB_EVENT_NAME;
        this.sha = process.env.GITHUB_SHA;
        this.ref = process.env.GITHUB_REF;
        this.workflow = process.env.GITHUB_WORKFLOW;
        this.action = process.env.GITHUB_ACTION;
        this.actor = process.env.GITHUB_ACTOR;
        this.job = process.env.GITHUB_JOB;
        this.runAttempt = parseInt(process.env.GITHUB_RUN_ATTEMPT, 10);
        this.runNumber = parseInt(process.env.GITHUB_RUN_NUMBER, 10);
        this.runId = parseInt(process.env.GITHUB_RUN_ID, 10);
        this.apiUrl = (_a = process.env.GITHUB_API_URL) !== null && _a !== void 0 ? _a : `https://api.github.com`;
        this.serverUrl = (_b = process.env.GITHUB_SERVER_URL) !== null && _b !== void 0 ? _b : `https://github.com`;
        this.graphqlUrl =
            (_c = process.env.GITHUB_GRAPHQL_URL) !== null && _c !== void 0 ? _c : `https://api.github.com/graphql`;
    }
    get issue() {
        const payload = this.payload;
        return Object.assign(Object.assign({}, this.repo), { number: (payload.issue || payload.pull_request || payload).number });
    }
    get repo() {
        if (process.env.GITHUB_REPOSITORY) {
            const [owner, repo] = process.env.GITHUB_REPOSITORY.split('/');
            return { owner, repo };
        }
        if (this.payload.repository) {
            return {
                owner: this.payload.repository.owner.login,
                repo: this.payload.repository.name
            };
        }
        throw new Error("context.repo requires a GITHUB_REPOSITORY environment variable like 'owner/repo'");
    }
}
//# sourceMappingURL=context.js.map
;// CONCATENATED MODULE: ./lib/action/toolkit.js
// What is used of the Actions toolkit, file by file: its front doors load HTTP clients and GitHub's API
// as well, and every run would pay for that before its first request.




;// CONCATENATED MODULE: ./lib/action/commands.js


/** The commands as the runner understands them (GitHub Docs, "Workflow commands"). */
const runnerCommands = {
    info: (line) => void process.stdout.write(`${line}${external_node_os_namespaceObject.EOL}`),
    debug: (line) => issueCommand('debug', {}, line),
    warning: (message, properties) => issueCommand('warning', { ...properties }, message),
    error: (message, properties) => issueCommand('error', { ...properties }, message),
    isDebug: () => process.env['RUNNER_DEBUG'] === '1',
    startGroup: (name) => issueCommand('group', {}, name),
    endGroup: () => issueCommand('endgroup', {}, ''),
    together: (print) => {
        process.stdout.cork();
        try {
            print();
        }
        finally {
            process.stdout.uncork();
        }
    },
    setSecret: (value) => issueCommand('add-mask', {}, value),
    setOutput: (name, value) => {
        // Outside of a runner nobody takes outputs.
        if (!process.env['GITHUB_OUTPUT'])
            return;
        issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    },
    fail: (message, properties) => {
        process.exitCode = 1;
        issueCommand('error', { ...properties }, message);
    },
};

;// CONCATENATED MODULE: ./lib/action/input-defaults.js
/**
 * What a blank input stands for; empty where there is nothing. The same as in action.yml, with two
 * exceptions: only the runner knows the default of `github-token`, and action.yml gives none for
 * `source-registry`, because a value that the runner fills in cannot be told from one that the user
 * gave, and that decides which host the source credentials belong to.
 */
const input_defaults_inputDefaults = {
    images: '',
    'images-file': '',
    'source-registry': 'docker.io',
    'source-username': '',
    'source-password': '',
    'destination-registry': '',
    'destination-username': '',
    'destination-password': '',
    'registry-auth': '',
    'github-token': '',
    platforms: 'linux/amd64,linux/arm64',
    'on-missing-platform': 'warn',
    'on-existing': 'overwrite',
    'dry-run': 'false',
    'fail-fast': 'false',
    concurrency: '32',
    retries: '5',
    timeout: '60',
    deadline: '',
    verify: '',
    'all-or-nothing': 'false',
    stage: 'false',
    shard: '',
    'declare-artifacts': 'false',
    'insecure-registries': '',
    'registry-tls': '',
    referrers: 'none',
    'on-lost-referrers': 'warn',
    attestations: 'drop',
    summary: 'true',
};

;// CONCATENATED MODULE: ./lib/action/input-reader.js



/** Problems that the message spells out: people mend the first few and run again. */
const SHOWN_PROBLEMS = 20;
/** Inputs that cannot be used; `problems` has all that is wrong with them. */
class InputError extends Error {
    problems;
    /** What the log is to say of how the inputs were read. */
    notes;
    constructor(problems, notes = []) {
        super(describe(problems));
        this.name = 'InputError';
        this.problems = problems;
        this.notes = notes;
    }
}
/**
 * Reads single values and notes what is wrong with them, so that a user sees every problem at once.
 * A method that notes a problem returns a stand-in, which is thrown away with everything else.
 */
class InputReader {
    #getInput;
    #problems = [];
    constructor(getInput) {
        this.#getInput = getInput;
    }
    /** The value without blanks around it; the default when it is blank. */
    text(name) {
        return this.#getInput(name).trim() || inputDefaults[name];
    }
    /** Whether there is more than blanks. */
    given(name) {
        return this.#getInput(name).trim() !== '';
    }
    /**
     * The value as it was given, for texts whose lines are counted; without the byte order mark that a
     * file may have brought along.
     */
    rawText(name) {
        return this.#getInput(name).replace(/^\uFEFF/, '');
    }
    boolean(name) {
        const value = this.text(name).toLowerCase();
        if (value !== 'true' && value !== 'false')
            this.refuse(name, 'true or false');
        return value === 'true';
    }
    /** A whole number in decimal digits, without sign or unit. */
    integer(name, { min, max }) {
        const value = this.text(name);
        const number = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
        if (number >= min && number <= max)
            return number;
        this.refuse(name, `a whole number from ${min} to ${max}`);
        return min;
    }
    choice(name, choices) {
        const value = this.text(name);
        const found = choices.find((choice) => choice === value);
        if (found === undefined)
            this.refuse(name, alternatives(choices));
        return found ?? choices[0];
    }
    /** Takes the message of what `read` throws for the problem. */
    parsed(name, standIn, read) {
        try {
            return read(this.text(name));
        }
        catch (error) {
            this.problem(name, error instanceof Error ? error.message : 'cannot be read');
            return standIn;
        }
    }
    problem(input, message, place = input) {
        this.note({ input, place, message });
    }
    /** Takes in a problem that has a place of its own. */
    note(problem) {
        this.#problems.push(problem);
    }
    /** @throws InputError if any problem was noted, with all of them in the order of the inputs */
    throwProblems(notes = []) {
        if (this.#problems.length === 0)
            return;
        throw new InputError(this.#problems.toSorted((a, b) => position(a) - position(b)), notes);
    }
    /** Says what was given, and what is accepted. */
    refuse(name, accepted) {
        this.problem(name, `${quote(this.text(name))} is not accepted; expected ${accepted}`);
    }
}
function describe(problems) {
    const lines = problems
        .slice(0, SHOWN_PROBLEMS)
        .map(({ place, message }) => `${place}: ${message}`);
    if (problems.length === 1)
        return `Input ${lines.join('')}`;
    const rest = problems.length - lines.length;
    return [
        `${problems.length} problems with the inputs:`,
        ...lines.map((line) => `- ${line}`),
        ...(rest > 0 ? [`and ${rest} more`] : []),
    ].join('\n');
}
function position({ input }) {
    return inputNames.findIndex((name) => name === input);
}
/** `warn or fail`; `overwrite, skip or fail` */
function alternatives(choices) {
    return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`;
}

;// CONCATENATED MODULE: ./lib/action/logger.js

/** GitHub keeps ten annotations of a kind from one step and drops the others without a word. */
const MAX_ANNOTATIONS = 10;
/**
 * Prints to the job's log. Whatever is printed is one harmless line without secrets: the runner
 * reads the log and obeys lines that look like commands, and plain printing escapes nothing.
 */
class ActionLogger {
    #commands;
    /** Warnings that came when only the last annotation was left. */
    #held = [];
    #warnings = [];
    constructor(commands) {
        this.#commands = commands;
    }
    /** The runner's debug switch. */
    get isDebugging() {
        return this.#commands.isDebug();
    }
    debug(message) {
        if (this.isDebugging)
            this.#commands.debug(harmlessLine(message));
    }
    info(message) {
        this.#commands.info(harmlessLine(message));
    }
    /** An annotation as long as GitHub shows them, after that a line of the log. See `finish`. */
    warning(message) {
        const line = harmlessLine(message);
        this.#warnings.push(line);
        if (this.#warnings.length < MAX_ANNOTATIONS) {
            this.#commands.warning(line);
        }
        else {
            this.#held.push(line);
            this.info(`Warning: ${line}`);
        }
    }
    /** All that was warned of so far. */
    get warnings() {
        return [...this.#warnings];
    }
    /** A log for one image, whose lines stay together although images are copied side by side. */
    bufferedLog() {
        return new BufferedLog(this, this.#commands);
    }
    /** Spends the last annotation on the warnings that were held back. To be called at the end. */
    finish() {
        const [only, ...others] = this.#held;
        if (only === undefined)
            return;
        this.#commands.warning(others.length === 0 ? only : `… and ${this.#held.length} more warnings: see the log.`);
        this.#held.length = 0;
    }
}
/** Collects the lines of one image until it is done. */
class BufferedLog {
    #logger;
    #commands;
    #lines = [];
    constructor(logger, commands) {
        this.#logger = logger;
        this.#commands = commands;
    }
    get isDebugging() {
        return this.#logger.isDebugging !== false;
    }
    debug(message) {
        if (this.isDebugging)
            this.#lines.push({ level: 'debug', message });
    }
    info(message) {
        this.#lines.push({ level: 'info', message });
    }
    warning(message) {
        this.#lines.push({ level: 'warning', message });
    }
    /** Prints everything collected so far as one closed group with this title, and forgets it. */
    print(title) {
        const lines = this.#lines;
        this.#lines = [];
        this.#commands.together(() => {
            this.#commands.startGroup(harmlessLine(title));
            for (const { level, message } of lines)
                this.#logger[level](message);
            this.#commands.endGroup();
        });
    }
}

;// CONCATENATED MODULE: external "node:net"
const external_node_net_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:net");
;// CONCATENATED MODULE: external "node:tls"
const external_node_tls_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:tls");
;// CONCATENATED MODULE: ./lib/registry/network/hosts.js



/** How long a host that may speak plain HTTP is given to show that it speaks TLS. */
const PROBE_TIMEOUT_MS = 3_000;
/** `host[:port]` of the registry's API. */
function apiHost(registry) {
    return familyOfHost(registry)?.apiHost ?? registry;
}
/** The host name without port, IPv6 without brackets. */
function hosts_hostName(host) {
    const bracketed = /^\[([^\]]*)\]/.exec(host);
    return bracketed?.[1] ?? host.replace(/:\d+$/, '');
}
/** Whether the name can only mean this machine: `localhost`, `*.localhost`, 127.0.0.0/8, ::1. */
function hosts_isLoopback(host) {
    // A dot at the end says that the name is complete, and no more.
    const name = (isIP(host) === 0 ? hosts_hostName(host) : host).toLowerCase().replace(/\.$/, '');
    if (name === 'localhost' || name.endsWith('.localhost') || name === '::1')
        return true;
    return isIP(name) === 4 && name.startsWith('127.');
}
/**
 * The origin of a URL that a server gives. A registry behind a proxy that ends TLS often names itself
 * with http: the same host is still spoken to over https (Q39).
 *
 * @param from the origin of the server
 */
function originGivenBy(from, url) {
    const base = new URL(from);
    const sameHost = url.hostname === base.hostname;
    const samePort = url.port === '' || url.port === base.port || url.port === '80' || url.port === '443';
    return sameHost && samePort && base.protocol === 'https:' && url.protocol === 'http:'
        ? from
        : url.origin;
}
/** Whether two host names stand in one domain: `registry.example.com` and `auth.example.com`. */
function isSameSite(a, b) {
    const site = siteOf(b);
    return site !== undefined && (a === site || a.endsWith(`.${site}`));
}
/**
 * The domain that a host stands in: `example.com` for `registry.example.com` and itself. Addresses
 * stand in none.
 */
function siteOf(host) {
    const labels = host.split('.');
    if (labels.length < 2 || /^[\d.]+$|:/.test(host))
        return undefined;
    return labels.length === 2 ? host : labels.slice(1).join('.');
}
/** What only a host sends that speaks TLS, although not with us. */
const TLS_ALERT = /_ALERT_/;
/**
 * Asks a host that may be spoken to over plain HTTP whether it speaks TLS after all, with nothing
 * but a handshake: no byte of HTTP is sent, and the certificate is checked later, by the first
 * request. Undefined where nobody answers at a port that either of the two may be spoken at.
 */
async function speaksTls(host, { signal, lookup, tunnel, secureContext } = {}) {
    const name = hosts_hostName(host);
    const port = /:(\d+)$/.exec(host)?.[1];
    return new Promise((resolve) => {
        const socket = connect({
            host: name,
            port: Number(port ?? 443),
            rejectUnauthorized: false,
            ...(isIP(name) === 0 ? { servername: name } : {}),
            ...(lookup === undefined ? {} : { lookup }),
            ...(tunnel === undefined ? {} : { socket: tunnel }),
            ...(secureContext === undefined ? {} : { secureContext }),
        });
        // Without a port they are spoken at 443 and 80, so that silence at the one is an answer.
        let answered = port === undefined || tunnel !== undefined;
        const finish = (secure) => {
            signal?.removeEventListener('abort', refuse);
            socket.destroy();
            resolve(answered ? secure : undefined);
        };
        const refuse = () => {
            finish(false);
        };
        socket.setTimeout(PROBE_TIMEOUT_MS, refuse);
        socket.once('connect', () => {
            answered = true;
        });
        socket.once('secureConnect', () => {
            finish(true);
        });
        socket.once('error', ({ code }) => {
            finish(TLS_ALERT.test(code ?? ''));
        });
        socket.once('close', refuse);
        signal?.addEventListener('abort', refuse, { once: true });
    });
}

;// CONCATENATED MODULE: ./lib/registry/network/proxies.js




const PROTOCOLS = new Set(['http:', 'https:']);
/**
 * The proxies of the environment, in either case, lower case first as curl has it. An `http_proxy`
 * is not used for https targets. Throws an Error that names the variable, and not its value, which
 * may hold a password, where that is not the URL of an HTTP proxy.
 */
function readProxies(environment) {
    const http = proxyIn(environment, 'http_proxy');
    const https = proxyIn(environment, 'https_proxy');
    const entries = setting(environment, 'no_proxy').split(/[\s,]+/);
    const ranges = rangesIn(entries);
    return {
        ...(http === undefined ? {} : { http }),
        ...(https === undefined ? {} : { https }),
        exceptions: entries.flatMap((entry) => parseException(entry) ?? []),
        ...(ranges === undefined ? {} : { ranges }),
    };
}
/** What to say of a variable that others go by, and that is not used here; holds no value of it. */
function unusedProxy(environment) {
    const isUsed = setting(environment, 'https_proxy') !== '';
    if (isUsed || setting(environment, 'all_proxy') === '')
        return undefined;
    return ('ALL_PROXY is not used: a proxy for HTTP comes from https_proxy, and from http_proxy for ' +
        'registries without TLS; SOCKS is not supported');
}
/** The proxy for requests to an origin; undefined where they go there directly. */
function proxyFor(proxies, origin) {
    const { protocol, hostname, port } = new URL(origin);
    const proxy = protocol === 'https:' ? proxies.https : proxies.http;
    if (proxy === undefined || isLoopback(hostname))
        return undefined;
    const name = hostName(hostname).replace(/\.$/, '');
    const actualPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
    const isException = proxies.exceptions.some((one) => excepts(one, name, actualPort)) ||
        isInRange(proxies.ranges, name);
    return isException ? undefined : proxy;
}
/** As in Go, curl and Python, a range is about addresses that are written, and not about names. */
function isInRange(ranges, name) {
    const version = isIP(name);
    return version !== 0 && ranges?.check(name, version === 6 ? 'ipv6' : 'ipv4') === true;
}
/** The address ranges among the entries of `no_proxy`: `10.0.0.0/8`, `fd00::/8`. */
function rangesIn(entries) {
    const ranges = new BlockList();
    for (const entry of entries) {
        const [, written = '', prefix] = /^\[?([\da-f:.]+)\]?\/(\d{1,3})$/i.exec(entry) ?? [];
        const version = isIP(written);
        if (version === 0 || Number(prefix) > (version === 6 ? 128 : 32))
            continue;
        ranges.addSubnet(written, Number(prefix), version === 6 ? 'ipv6' : 'ipv4');
    }
    return ranges.rules.length === 0 ? undefined : ranges;
}
/** The URL of a proxy. As in curl and in Go, `host:port` alone means `http://`. */
function parseProxy(text) {
    return URL.parse(text.includes('://') ? text : `http://${text}`);
}
function proxyIn(environment, variable) {
    const text = setting(environment, variable);
    if (text === '')
        return undefined;
    const url = parseProxy(text);
    if (url === null || !PROTOCOLS.has(url.protocol)) {
        const isSocks = url?.protocol.startsWith('socks') === true;
        const why = isSocks ? ' for HTTP: SOCKS is not supported' : '';
        throw new Error(`the environment variable ${variable} is not the URL of a proxy${why}`);
    }
    const { origin, host: name, username, password, pathname, search, hash } = url;
    // The first half of a password with a slash in it looks like a port.
    if (`${pathname}${search}${hash}`.includes('@')) {
        throw new Error(`the environment variable ${variable} has an "@" after the proxy; in a login, write /, \\, ? and # as %2F, %5C, %3F and %23`);
    }
    if (username === '' && password === '')
        return { origin, name };
    for (const secret of secretsOfProxy(url))
        knownSecrets.add(secret);
    return { origin, name, authorization: basicAuthorization(proxyLogin(url)) };
}
/** User name and password in the URL of a proxy, decoded. */
function proxyLogin({ username, password }) {
    return { username: proxies_decoded(username), password: proxies_decoded(password) };
}
/**
 * What must not be shown of the URL of a proxy: its password, as written and decoded, and the login
 * as it is sent. Without a password the user name is a token.
 */
function secretsOfProxy(url) {
    const { username, password } = proxyLogin(url);
    if (username === '' && password === '')
        return [];
    const secret = password === '' ? [url.username, username] : [url.password, password];
    return [...secret, Buffer.from(`${username}:${password}`).toString('base64')];
}
/** A blank variable does not hide the other one, as curl has it. */
function setting(environment, variable) {
    const value = (name) => environment[name]?.trim() ?? '';
    return value(variable) || value(variable.toUpperCase());
}
function proxies_decoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        // A lone percent sign: the text is its own meaning.
        return text;
    }
}
/**
 * `host`, `.host` and `host:port`, of which each covers the hosts below as well; `*.host`, which
 * covers only those; `*`. Anything else is nobody's name, and is left out.
 */
function parseException(entry) {
    if (/^[\da-f:.]*:[\da-f:.]*:[\da-f:.]*$/i.test(entry))
        return parseException(`[${entry}]`);
    const parts = /^(\*?\.)?(\*|\[[\da-f:.]+\]|[^\s*/:[\]]+)(?::(\d+))?$/i.exec(entry);
    if (parts === null)
        return undefined;
    const [, prefix, host = '', port] = parts;
    const hostname = host === '*' ? host : URL.parse(`http://${host}/`)?.hostname;
    if (hostname === undefined)
        return undefined;
    return {
        name: hostName(hostname).replace(/\.$/, ''),
        ...(port === undefined ? {} : { port: String(Number(port)) }),
        subdomainsOnly: prefix === '*.',
    };
}
function excepts(exception, name, port) {
    if (exception.port !== undefined && exception.port !== port)
        return false;
    if (exception.name === '*')
        return true;
    return (name.endsWith(`.${exception.name}`) || (!exception.subdomainsOnly && name === exception.name));
}

;// CONCATENATED MODULE: ./lib/action/masking.js


/**
 * Tells the runner of the secrets of a run, which it then hides in the log. What it does not look
 * through (outputs, the report, the summary) goes without them by foreign-text.ts, which knows the
 * same ones.
 */
class Secrets {
    #commands;
    #known;
    #announced = new Set();
    constructor(commands, known = known_secrets_knownSecrets) {
        this.#commands = commands;
        this.#known = known;
    }
    /** Takes in what is never hidden, since the run shows it; to be called before anything is masked. */
    neverMask(texts) {
        this.#known.neverHide(texts);
    }
    /** Hides a secret of the user's from now on. Blank ones are never announced, the others once. */
    mask = (value) => {
        this.#announce(this.#known.add(value));
    };
    /** Hides a token that a service has given, if it can be one. */
    maskToken = (value) => {
        this.#announce(this.#known.addToken(value));
    };
    /** The text without any secret, nor the start of one where a text was cut. */
    redact = (text) => this.#known.redact(text);
    #announce(forms) {
        for (const form of forms) {
            if (!this.#announced.has(form))
                this.#commands.setSecret(form);
            this.#announced.add(form);
        }
    }
}
const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'all_proxy'];
/**
 * Hides the passwords in the URLs of proxies, as written there and decoded; where there is none, the
 * user name is a token.
 */
function maskProxyPasswords(mask, environment) {
    for (const name of PROXY_VARIABLES.flatMap((lower) => [lower, lower.toUpperCase()])) {
        const url = parseProxy(environment[name]?.trim() ?? '');
        if (url !== null)
            for (const secret of secretsOfProxy(url))
                mask(secret);
    }
}

;// CONCATENATED MODULE: ./lib/sync/report.js

/**
 * The results by destination registry, in the order in which the list names these. What has failed
 * before its destination had a name belongs to none.
 */
function totalsByRegistry(results) {
    const named = results.filter(({ destination }) => destination.includes('/'));
    const byRegistry = Map.groupBy(named, ({ destination }) => destination.split('/', 1).join());
    return [...byRegistry].map(([registry, some]) => ({ registry, ...countsOf(some) }));
}
/** Counts the results; `durationMs` is the wall-clock time of the whole run. */
function totalsOf(results, durationMs) {
    return { ...countsOf(results), durationMs };
}
function countsOf(results) {
    const count = (status) => results.filter((result) => result.status === status).length;
    return {
        images: results.length,
        copied: count('copied'),
        unchanged: count('unchanged'),
        skipped: count('skipped'),
        failed: count('failed'),
        bytes: addBytes(results.map((result) => result.bytes)),
        ...referrersOf(results),
        ...verifiedOf(results),
    };
}
function verifiedOf(results) {
    const { length } = results.filter(({ verified }) => verified !== undefined);
    return length === 0 ? {} : { verified: length };
}
function referrersOf(results) {
    const all = results.flatMap(({ referrers }) => referrers ?? []);
    if (all.length === 0)
        return {};
    const sum = (count) => all.reduce((total, one) => total + count(one), 0);
    return {
        referrers: {
            copied: sum(({ copied }) => copied),
            existing: sum(({ existing }) => existing),
            filtered: sum(({ filtered }) => filtered),
            lost: sum(({ lost }) => lost.length),
        },
    };
}

;// CONCATENATED MODULE: ./lib/oci/platform.js


const platform_COMPONENT = /^[A-Za-z0-9_.-]+$/;
/** Far above any real platform; what is longer is not looked at. */
const MAX_PLATFORM_LENGTH = 128;
const architectureAliases = new Map([
    ['aarch64', 'arm64'],
    ['x86_64', 'amd64'],
    ['x86-64', 'amd64'],
    ['i386', '386'],
]);
/** Debian's names for two kinds of 32-bit Arm, which imply the variant. */
const armAliases = new Map([
    ['armhf', 'v7'],
    ['armel', 'v6'],
]);
/**
 * One spelling for each platform, so that comparing is equality: lower case, the usual aliases
 * (`aarch64`, `x86_64`, `armhf`, `macos`, …) replaced, `arm` always with a variant, and the variants
 * that say nothing (`arm64/v8`, `amd64/v1`) dropped.
 */
function normalisePlatform(platform) {
    const system = platform.os.toLowerCase();
    const os = system === 'macos' ? 'darwin' : system;
    const named = platform.architecture.toLowerCase();
    const armVariant = armAliases.get(named);
    if (armVariant !== undefined)
        return { os, architecture: 'arm', variant: armVariant };
    const architecture = architectureAliases.get(named) ?? named;
    const variant = normaliseVariant(architecture, (platform.variant ?? '').toLowerCase());
    return variant === '' ? { os, architecture } : { os, architecture, variant };
}
function normaliseVariant(architecture, variant) {
    switch (architecture) {
        case 'arm':
            if (variant === '')
                return 'v7';
            return /^[5-8]$/.test(variant) ? `v${variant}` : variant;
        case 'arm64':
            return variant === '8' || variant === 'v8' ? '' : variant;
        case 'amd64':
            return variant === 'v1' ? '' : variant;
        default:
            return variant;
    }
}
/**
 * The platform of an index's entry or of an image's config. The version of the operating system is
 * part of it for Windows, whose images run on kernels of their own version (image-spec "Image Index",
 * `os.version`).
 */
function readPlatform(raw) {
    const platform = normalisePlatform(raw);
    const { 'os.version': osVersion = '', 'os.features': osFeatures = [] } = raw;
    if (platform.os !== 'windows')
        return platform;
    return {
        ...platform,
        ...(osVersion !== '' && { osVersion }),
        ...(osFeatures.length > 0 && { osFeatures }),
    };
}
/**
 * Tells platforms apart that are both kept when an index is filtered: as `formatPlatform`, and for
 * Windows with `:` and the version behind it.
 */
function platformKey(platform) {
    const name = formatPlatform(platform);
    const { osVersion } = platform;
    return osVersion === undefined ? name : `${name}:${encodeURIComponent(osVersion.toWellFormed())}`;
}
/**
 * `os/architecture[/variant]` of the normalised platform. A part that is no plain word (an index may
 * hold any text there) is percent-encoded, so that two platforms never share one string and the
 * string is plain ASCII.
 */
function formatPlatform(platform) {
    const { os, architecture, variant } = normalisePlatform(platform);
    const parts = variant === undefined ? [os, architecture] : [os, architecture, variant];
    return parts.map((part) => encodeURIComponent(part.toWellFormed())).join('/');
}
/**
 * Reads `os/architecture[/variant]` and normalises it.
 * @throws FormatError of kind `platform`
 */
function parsePlatform(text) {
    const [os, architecture, variant, ...rest] = text.length <= MAX_PLATFORM_LENGTH ? text.split('/') : [];
    if (!isComponent(os) ||
        !isComponent(architecture) ||
        (variant !== undefined && !isComponent(variant)) ||
        rest.length > 0) {
        throw new errors_FormatError('platform', `platform ${quote_quote(text)} is malformed: expected os/architecture or os/architecture/variant, such as linux/arm64 or linux/arm/v7`);
    }
    return normalisePlatform({ os, architecture, variant });
}
function isComponent(text) {
    return text !== undefined && platform_COMPONENT.test(text);
}
/**
 * Reads platforms separated by commas and white space, or the word `all`. The result is sorted by
 * platform string and holds each platform once.
 * @throws FormatError of kind `platform`, for an empty list as well
 */
function parsePlatformFilter(text) {
    const words = text.split(/[\s,]+/).filter((word) => word !== '');
    if (words.length === 0) {
        throw new errors_FormatError('platform', 'no platform is named: expected os/architecture, or all');
    }
    if (words.some((word) => word.toLowerCase() === 'all')) {
        if (words.length === 1)
            return 'all';
        throw new errors_FormatError('platform', 'all cannot be combined with other platforms');
    }
    const platforms = new Map();
    for (const word of words) {
        const platform = parsePlatform(word);
        platforms.set(formatPlatform(platform), platform);
    }
    return [...platforms].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, platform]) => platform);
}

;// CONCATENATED MODULE: ./lib/oci/referrer-filter.js


const COSIGN_TAGS = 'cosign-tags';
/** A media type (RFC 6838, 4.2) with parameters as some types of bundles have them, or the start of one. */
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/(?:[a-z0-9][a-z0-9!#$&^_.+;="-]*\*?|\*)$/;
/** Far above any type there is. */
const MAX_TYPE_LENGTH = 255;
/**
 * Reads `all`, `none`, or artifact types and the word `cosign-tags` separated by commas and white
 * space. The result is sorted and holds each type once.
 * @throws FormatError of kind `media-type`
 */
function parseReferrerFilter(text) {
    const words = text.split(/[\s,]+/).flatMap((word) => (word === '' ? [] : [word.toLowerCase()]));
    const [only] = words;
    if (words.length === 1 && (only === 'all' || only === 'none'))
        return only;
    for (const word of words) {
        const problem = problemOf(word);
        if (problem !== undefined)
            throw referrer_filter_bad(`${quote_quote(word)} ${problem}`);
    }
    if (words.length === 0)
        throw referrer_filter_bad('nothing is named');
    const types = new Set(words.filter((word) => word !== COSIGN_TAGS));
    return { types: [...types].sort(), cosignTags: words.includes(COSIGN_TAGS) };
}
function problemOf(word) {
    if (word === COSIGN_TAGS)
        return undefined;
    if (word === 'all' || word === 'none')
        return 'cannot be combined with anything else';
    if (word === '*' || word === '*/*')
        return 'is written as all';
    if (!word.includes('/'))
        return 'is no artifact type';
    return word.length <= MAX_TYPE_LENGTH && TYPE.test(word) ? undefined : 'is no artifact type';
}
function referrer_filter_bad(problem) {
    return new errors_FormatError('media-type', `${problem}; expected none, all, or artifact types such as application/spdx+json or ` +
        'application/vnd.dev.sigstore.* and the word cosign-tags');
}
/** Whether anything that has a subject may be wanted. */
function wantsReferrers(filter) {
    return filter === 'all' || (filter !== 'none' && filter.types.length > 0);
}
function wantsCosignTags(filter) {
    return filter === 'all' || (filter !== 'none' && filter.cosignTags);
}
/** Whether referrers of a type are wanted; one may have none. */
function wantsType(filter, type = '') {
    if (filter === 'all' || filter === 'none')
        return filter === 'all';
    const own = type.toLowerCase();
    return filter.types.some((one) => one.endsWith('*') ? own.startsWith(one.slice(0, -1)) : own === one);
}
/** The filter as it is written. */
function formatReferrerFilter(filter) {
    if (filter === 'all' || filter === 'none')
        return filter;
    return [...filter.types, ...(filter.cosignTags ? [COSIGN_TAGS] : [])].join(',');
}

;// CONCATENATED MODULE: ./lib/sync/list/print.js



/**
 * Writes a list in the YAML notation, each entry with everything that is asked for, so that no input
 * changes what it means. One without entries is `[]` behind its comments.
 */
function printList(lines) {
    const isEmpty = lines.every((line) => 'comment' in line);
    const texts = lines.map((line) => 'comment' in line ? printComment(line.comment) : printEntry(line));
    return [...texts, ...(isEmpty ? ['[]'] : [])].join('\n');
}
function printEntry(entry) {
    const { source, destination, platforms, attestations, referrers } = entry;
    const filter = platforms === 'all' ? platforms : `[${platforms.map((one) => formatPlatform(one)).join(', ')}]`;
    return [
        `- source: ${scalar(source)}`,
        `  destination: ${scalar(destination)}`,
        `  platforms: ${filter}`,
        ...(attestations === undefined ? [] : [`  attestations: ${attestations}`]),
        ...(referrers === undefined ? [] : [`  referrers: ${printReferrers(referrers)}`]),
    ].join('\n');
}
/** A type may have a character that means something in YAML, such as the `*` at its end. */
function printReferrers(filter) {
    return typeof filter === 'string'
        ? filter
        : JSON.stringify(formatReferrerFilter(filter).split(','));
}
function printComment(text) {
    return `# ${foreign_text_foreignText(text)}`;
}
/** A reference as YAML takes it: only the address of an IPv6 host begins with what is not a letter or digit. */
function scalar(reference) {
    return /^[a-z0-9]/i.test(reference) ? reference : JSON.stringify(reference);
}

;// CONCATENATED MODULE: ./lib/sync/pinned.js


/**
 * The list of a run with the digest of each source in place of its tag: run again, it gives the same
 * bytes, whatever the tags show by then. What did not arrive stands in it as a comment.
 */
function pinnedList({ results }) {
    return printList(results.map(pinnedLine));
}
function pinnedLine(result) {
    const { status, source, destination, sourceDigest, wanted, error } = result;
    const isThere = status === 'copied' || status === 'unchanged';
    if (isThere && sourceDigest !== undefined && wanted !== undefined) {
        const { registry, repository } = parseReference(source);
        const pinned = reference_formatReference({ registry, repository, digest: sourceDigest });
        return { source: pinned, destination, ...wanted };
    }
    const reason = error === undefined ? '' : ` (${error.code})`;
    return { comment: `${status}${reason}: ${source} => ${destination}` };
}
/**
 * What is asked for of an image, and is once more where it is pinned. One that is a single image is
 * all of what its digest names: whoever has it need not read its config for its platform again.
 */
function wantedOf(image, { platforms, attestations, referrers }) {
    return { platforms: image.isJudgedByConfig ? 'all' : platforms, attestations, referrers };
}
/**
 * A list that gives every tag that a run has moved the digest that it had before. A tag that was not
 * there before stands in it as a comment: nothing is ever deleted.
 */
function rollbackList({ dryRun, isStage, results }) {
    return printList(dryRun || isStage === true ? [] : results.flatMap(rollbackLines));
}
/** Whether a tag of a set shows, or may show, what the run has moved it to. */
function isLeftMoved({ tag, digest }) {
    return tag?.state === 'left' && digest !== undefined;
}
/**
 * Whether the tag of a result shows, or may show, what the run has moved it to. Of what has failed,
 * only what may have been moved has a previous digest.
 */
function mayHaveMoved(result) {
    const { status, tag, previousDigest } = result;
    if (tag !== undefined && tag.state !== 'moved')
        return isLeftMoved(result);
    return status === 'copied' || (status === 'failed' && previousDigest !== undefined);
}
function rollbackLines(result) {
    const { destination, digest, previousDigest } = result;
    if (!mayHaveMoved(result) || digest === previousDigest)
        return [];
    const { registry, repository, tag } = parseReference(destination);
    if (tag === undefined)
        return [];
    if (previousDigest === undefined)
        return [{ comment: `was not there before: ${destination}` }];
    const source = reference_formatReference({ registry, repository, digest: previousDigest });
    return [{ source, destination, platforms: 'all' }];
}

;// CONCATENATED MODULE: ./lib/action/outputs.js




/**
 * GitHub keeps 1 MB of outputs of a job, counted as UTF-16 (two bytes each of these), and drops
 * those of a job that has more. All of ours together leave some of it to the other steps.
 */
const MAX_OUTPUTS_LENGTH = 450_000;
/** In the order in which they are left out: what the report has as well first, what is deployed last. */
const growingNames = ['results', 'pinned', 'rollback', 'digests', 'images'];
/** A list to run is no list when it is left out: an empty one would look as if there were nothing to do. */
const GROWING = {
    results: { none: '[]', text: ({ results }) => jsonArray(results.map(publicResult)) },
    pinned: { none: '', text: pinnedList },
    digests: { none: '{}', text: ({ results }) => JSON.stringify(digestsByDestination(results)) },
    images: { none: '', text: ({ results }) => imagesByDigest(results).join('\n') },
    rollback: { none: '', text: rollbackList },
};
/** What a run reports that ended before its first image. */
const emptyReport = { dryRun: false, results: [], totals: totalsOf([], 0) };
/** The text of every output, as far as it can be put together. */
function outputsOf(run, files) {
    return withGrowing(run, files).outputs;
}
/** One that cannot be put together keeps none of the others from it. */
function withGrowing(run, files) {
    const { results, totals } = run;
    const leftOut = [];
    const growing = (name) => {
        const { none, text } = GROWING[name];
        const made = textOf(() => text(run));
        if (made === undefined)
            leftOut.push(name);
        return made ?? none;
    };
    const outputs = {
        digest: digestOfDestination(results[0]) ?? '',
        digests: growing('digests'),
        images: growing('images'),
        results: growing('results'),
        report: files.report,
        pinned: growing('pinned'),
        rollback: growing('rollback'),
        checksums: files.checksums,
        changed: String(run.isStage !== true && results.some(changesTag)),
        copied: String(totals.copied),
        unchanged: String(totals.unchanged),
        skipped: String(totals.skipped),
        failed: String(totals.failed),
    };
    return { outputs, leftOut };
}
/** What is made; undefined where it would be longer than a string can be. */
function textOf(make) {
    try {
        return make();
    }
    catch (error) {
        if (error instanceof RangeError)
            return undefined;
        throw error;
    }
}
/** JSON; undefined where it would be longer than all outputs may be. */
function jsonArray(items) {
    let text = '';
    for (const item of items) {
        text += `${text === '' ? '' : ','}${JSON.stringify(item)}`;
        if (text.length > MAX_OUTPUTS_LENGTH)
            return undefined;
    }
    return `[${text}]`;
}
/**
 * Sets every output, as far as they fit into a job's; a warning names those that do not. To be
 * called before the step is failed.
 */
function setOutputs(commands, logger, report, files) {
    const { outputs, leftOut } = fit(withGrowing(report, files));
    for (const [name, value] of Object.entries(outputs))
        commands.setOutput(name, value);
    if (leftOut.length === 0)
        return;
    const where = files.report === '' ? '' : '; the file that the output report names has everything';
    logger.warning(`the outputs of ${report.results.length} images are more than GitHub keeps of a job, ` +
        `so these are left empty: ${leftOut.join(', ')}${where}`);
}
/** Leaves out what does not fit. */
function fit({ outputs, leftOut: missing }) {
    let kept = outputs;
    const leftOut = [...missing];
    for (const name of growingNames.filter((one) => !missing.includes(one))) {
        if (lengthOf(kept) <= MAX_OUTPUTS_LENGTH)
            break;
        // An empty list takes no room, and says that there is nothing to do.
        if (kept[name].length <= '[]'.length)
            continue;
        kept = { ...kept, [name]: GROWING[name].none };
        leftOut.push(name);
    }
    return { outputs: kept, leftOut };
}
function lengthOf(outputs) {
    return Object.values(outputs).reduce((sum, value) => sum + value.length, 0);
}
/** Whether the tag shows, or may show, something else than before; in a dry run: whether it would. */
function changesTag(result) {
    const { status, destination, digest, previousDigest, referrers } = result;
    if (status !== 'copied')
        return mayHaveMoved(result);
    const { tag } = parseReference(destination);
    return (referrers?.copied ?? 0) > 0 || (tag !== undefined && digest !== previousDigest);
}
/**
 * What the destination holds after the run; one that was skipped holds what it had before, unless it
 * was skipped because of another image of a set.
 */
function digestOfDestination(result) {
    if (result === undefined || isAborted(result))
        return undefined;
    return result.status === 'failed' ? undefined : (result.digest ?? result.previousDigest);
}
function digestsByDestination(results) {
    const entries = results.flatMap((result) => {
        const digest = digestOfDestination(result);
        return digest === undefined ? [] : [[result.destination, digest]];
    });
    return Object.fromEntries(entries);
}
function imagesByDigest(results) {
    const images = results.flatMap((result) => {
        const digest = digestOfDestination(result);
        if (digest === undefined)
            return [];
        return [`${reference_repositoryName(parseReference(result.destination))}@${digest}`];
    });
    return [...new Set(images)];
}
/** The fields that users may rely on, in a fixed order; what is not known is left out. */
function publicResult(result) {
    const { source, destination, status, sourceDigest, previousDigest } = result;
    const digest = digestOfDestination(result);
    const { platforms, bytes, referrers, verified, durationMs, error } = result;
    return {
        source,
        destination,
        status,
        ...(digest === undefined ? {} : { digest }),
        ...(sourceDigest === undefined ? {} : { sourceDigest }),
        ...(previousDigest === undefined ? {} : { previousDigest }),
        platforms,
        bytes: { copied: bytes.copied, mounted: bytes.mounted, existing: bytes.existing },
        ...(result.tag === undefined ? {} : { tag: result.tag }),
        ...(referrers === undefined ? {} : { referrers }),
        ...(verified === undefined ? {} : { verified }),
        durationMs,
        ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
    };
}

;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: ./lib/action/artifact-subjects.js

/** What actions/attest takes as `subject-checksums`: so many subjects, in a file of so many bytes. */
const MAX_CHECKSUMS = 1_024;
const MAX_CHECKSUMS_BYTES = 512 * 1024;
/** The destinations that have what they should, each once, in list order. */
function subjectsOf({ results, dryRun }) {
    const subjects = new Map();
    for (const { status, destination, digest } of results) {
        const isThere = status === 'unchanged' || (status === 'copied' && !dryRun);
        if (!isThere || digest === undefined)
            continue;
        subjects.set(`${destination}@${digest}`, { name: destination, digest });
    }
    return [...subjects.values()];
}
/**
 * The text of a file of checksums: a line `HEX  NAME` for each subject, as many as actions/attest
 * takes; it splits at the line ends of the system that it runs on. `leftOut` counts the others.
 */
function checksumsOf(subjects, eol = external_node_os_namespaceObject.EOL) {
    let text = '';
    for (const [index, { name, digest }] of subjects.entries()) {
        const line = `${digest.slice(digest.indexOf(':') + 1)}  ${name}${eol}`;
        if (index === MAX_CHECKSUMS || text.length + line.length > MAX_CHECKSUMS_BYTES) {
            return { text, leftOut: subjects.length - index };
        }
        text += line;
    }
    return { text, leftOut: 0 };
}

;// CONCATENATED MODULE: ./lib/action/result-details.js



function detailsOf(result, position) {
    const { digest, error, place, wanted, missingPlatforms, notInIndex, warnings } = result;
    return {
        position,
        ...(digest !== publicResult(result).digest && { digest: digest ?? null }),
        ...(error?.hint !== undefined && { hint: error.hint }),
        ...(place !== undefined && { place }),
        ...(wanted !== undefined && { wanted: wantedText(wanted) }),
        ...(missingPlatforms !== undefined && { missingPlatforms }),
        ...(notInIndex !== undefined && { notInIndex }),
        ...(warnings !== undefined && { warnings }),
    };
}
function wantedText({ platforms, attestations, referrers, }) {
    return {
        platforms: platformsText(platforms),
        ...(attestations !== undefined && { attestations }),
        ...(referrers !== undefined && { referrers: formatReferrerFilter(referrers) }),
    };
}
function platformsText(platforms) {
    return platforms === 'all' ? platforms : platforms.map(formatPlatform).join(',');
}

;// CONCATENATED MODULE: ./lib/action/markup.js

/** Characters without a place for a line to break that a table has room for. */
const LONGEST_RUN = 32;
/** Of a longer run, so many at most stand before a break, and fewer where a separator offers itself. */
const LONGEST_PART = 28;
const SHORTEST_PART = { '/': 8, ':': 16, '@': 16, '.': 16, _: 16 };
/** Text that means only itself in Markdown as well as in HTML. */
function escapeMarkup(text) {
    return text.replace(/[^\p{L}\p{M}\p{N}\p{Extended_Pictographic} ./:@_,;=%()?+…→-]/gu, (character) => `&#${character.codePointAt(0) ?? 0xfffd};`);
}
/**
 * Escaped text that lets its lines break in the middle of long digests and tags, which would make a
 * table wider than the page otherwise: lines break by themselves only after blanks and hyphens. Copied,
 * it is whole.
 *
 * @param longest characters that may stand on a line without such a place
 */
function breakable(text, longest = LONGEST_RUN) {
    return text
        .split(/(?<=[ -])/)
        .map((run) => run.length <= longest ? escapeMarkup(run) : broken(run, Math.min(longest, LONGEST_PART)))
        .join('');
}
function broken(run, longestPart) {
    const parts = [];
    let part = '';
    for (const character of run) {
        part += character;
        const shortest = SHORTEST_PART[character] ?? longestPart;
        if (part.length < Math.min(shortest, longestPart))
            continue;
        parts.push(part);
        part = '';
    }
    return [...parts, part]
        .filter((one) => one !== '')
        .map(escapeMarkup)
        .join('<wbr>');
}
/**
 * A name, or the words of somebody else. The element keeps GitHub from turning `@name` and `#1` into
 * links.
 */
function code(text, maxLength, longest) {
    return `<code>${breakable(foreign_text_foreignText(text, maxLength), longest)}</code>`;
}
/**
 * A sentence with words of somebody else in it. A place for a line to break keeps GitHub from
 * turning `@name` into a mention, which would call people to a comment, and `#1` and addresses into
 * links; it does that after it has read what stands for a character.
 */
function prose(text, longest) {
    return breakable(text, longest).replaceAll(/@|&#35;|:(?=\/\/)|www(?=\.)/gi, '$&<wbr>');
}
/** A sentence of ours, in which names stand between backticks. */
function markup_sentence(text) {
    return text
        .split('`')
        .map((part, index) => (index % 2 === 1 ? code(part) : breakable(part)))
        .join('');
}
/** Text whose words stay on one line, such as `48.2 MB`. */
function unbroken(text) {
    return escapeMarkup(text).replaceAll(' ', '&nbsp;');
}
/** The opening of a table. There is no blank line in one, so that Markdown is not interpreted there. */
function tableHead(titles) {
    const cells = titles.map((title) => `<th align="left">${title}</th>`);
    return `<table>\n<tr>${cells.join('')}</tr>`;
}
/** @param cells markup */
function tableRow(cells) {
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

;// CONCATENATED MODULE: ./lib/action/result-lines.js


/** More platforms than anybody builds for; an index may name a thousand. */
const SHOWN_PLATFORMS = 100;
/** Prints what became of an image as one group of the log: the title says it all, the lines say how. */
function printResult(result, log, dryRun) {
    const { bytes, error } = result;
    if (result.sourceDigest !== undefined)
        log.info(`source digest: ${result.sourceDigest}`);
    const platforms = Object.entries(result.platforms);
    for (const [platform, digest] of platforms.slice(0, SHOWN_PLATFORMS)) {
        log.info(`${platform}: ${digest}`);
    }
    const more = platforms.length - SHOWN_PLATFORMS;
    if (more > 0)
        log.info(`and ${count(more, 'platform')} more: see the output results`);
    if (result.previousDigest !== undefined && result.previousDigest !== result.digest) {
        log.info(`digest before: ${result.previousDigest}`);
    }
    if (result.digest !== undefined)
        log.info(`digest: ${result.digest}`);
    if (result.status === 'copied')
        log.info(`blobs: ${bytesText(bytes, dryRun)}`);
    if (result.referrers !== undefined) {
        log.info(`referrers: ${referrersText(result.referrers, dryRun)}`);
    }
    if (result.verified !== undefined)
        log.info(`verified: ${verifiedText(result.verified)}`);
    if (error !== undefined)
        log.info(`${error.code}: ${error.message}`);
    if (error?.hint !== undefined)
        log.info(`hint: ${error.hint}`);
    log.print(`${statusWord(result, dryRun)} ${routeText(result)}`);
}
/** Of a shard without a report nothing is known but its number. */
function routeText({ source, destination, error, durationMs }) {
    if (error?.code === 'NO_REPORT')
        return destination;
    return `${source} => ${destination} (${formatDuration(durationMs)})`;
}
/** `by a key (rule 1), found as a referrer`; with a certificate also when, and from which commit. */
function verifiedText(verified) {
    const { kind, rule, identity, time, sourceDigest, from } = verified;
    const places = { referrer: 'as a referrer', tag: "under cosign's tag", github: 'at GitHub' };
    const who = kind === 'key' ? 'a key' : (identity ?? 'somebody');
    return [
        `by ${who} (rule ${rule})`,
        ...(time === undefined ? [] : [`signed ${time}`]),
        ...(sourceDigest === undefined ? [] : [`commit ${sourceDigest}`]),
        `found ${places[from]}`,
    ].join(', ');
}
/** `a key`, `acme/app`, `dev@example.com`: as a rule would name who has signed. */
function signerName({ kind, identity, sourceRepository }) {
    if (kind === 'key')
        return 'a key';
    const name = (kind === 'github' ? sourceRepository : identity) ?? 'somebody';
    return name.replace(kind === 'github' ? /^https:\/\/[^/]+\// : /^https:\/\//, '');
}
/** `3 copied, 1 there already, 2 not wanted, 1 lost` */
function referrersText(referrers, dryRun) {
    const { copied, existing, filtered, lost } = referrers;
    return [
        `${copied} ${dryRun ? 'would be copied' : 'copied'}`,
        ...(existing > 0 ? [`${existing} there already`] : []),
        ...(filtered > 0 ? [`${filtered} not wanted`] : []),
        ...(lost.length > 0 ? [`${lost.length} lost`] : []),
    ].join(', ');
}
function statusWord({ status }, dryRun) {
    return dryRun && status === 'copied' ? 'would copy' : status;
}
/** `48.2 MB copied, 3.4 MB mounted`: what is not nothing; in a dry run, what it would be. */
function bytesText({ copied, mounted, existing }, dryRun) {
    const parts = [
        `${formatBytes(copied)} ${dryRun ? 'to copy' : 'copied'}`,
        ...(mounted > 0 ? [`${formatBytes(mounted)} ${dryRun ? 'to mount' : 'mounted'}`] : []),
        ...(existing > 0 ? [`${formatBytes(existing)} there already`] : []),
    ];
    return parts.join(', ');
}
/** Prints the sums of a run, and what is left of the pulls that a registry counts. */
function printTotals(report, logger) {
    const { totals, dryRun, results, pullsLeft = [] } = report;
    const { copied, unchanged, skipped, failed, bytes } = totals;
    const registries = dryRun ? totalsByRegistry(results) : [];
    for (const one of registries) {
        logger.info(`${one.registry}: ${count(one.copied, 'image')}, ${bytesText(one.bytes, dryRun)}`);
    }
    logger.info(`${count(totals.images, 'image')} in ${formatDuration(totals.durationMs)}: ` +
        `${copied} ${dryRun ? 'would be copied' : 'copied'}, ${unchanged} unchanged, ${skipped} skipped, ${failed} failed; ` +
        bytesText(bytes, dryRun) +
        (report.isStage === true && !dryRun ? '; staged by digest, no tag was moved' : ''));
    for (const pulls of pullsLeft)
        logger.info(pullsLine(pulls));
}
/** `docker.io (user octo from registry-auth): 76 of 100 pulls left, counted over 6 h 00 min`. */
function pullsLine({ registry, login, remaining, limit, windowSeconds }) {
    const left = limit === undefined ? count(remaining, 'pull') : `${remaining} of ${count(limit, 'pull')}`;
    const window = windowSeconds === undefined ? '' : `, counted over ${formatDuration(windowSeconds * 1000)}`;
    return `${registry} (${login}): ${left} left${window}`;
}

;// CONCATENATED MODULE: ./lib/action/summary-rows.js







/** The annotation and the report have all of a message; nobody reads that much of one in a table. */
const MAX_REASON = 800;
/** Characters of a name that fit on a line of the page; a digest of sha256 is shorter. */
const LONGEST_LINE = 80;
/** `Image, from | Reason`. `hint` is the number of one that stands below. */
function failureRow(result, hint) {
    const { error } = result;
    const reference = hint === undefined ? '' : ` <sup>${hint}</sup>`;
    const reason = error === undefined
        ? 'failed'
        : `<b>${breakable(error.code)}</b>${reference}<br>${code(error.message, MAX_REASON)}`;
    return tableRow([imageCell(result), reason]);
}
/** As much of a name stands on a line where many columns share the page. */
const LONGEST_NARROW_RUN = 16;
/**
 * `Status | Image, from | Digest | Moved | Referrers | Verified | Time`; the status, which is the same
 * in all rows, makes room for who has signed.
 */
function copiedRow(result, columns) {
    return tableRow([
        ...(columns.verified ? [] : [unbroken('✅ copied')]),
        imageCell(result, columns),
        digestCell(result.digest, columns),
        movedLines(result, ['', ' mounted', ' there']),
        ...referrersCells(result, columns, ' copied'),
        ...verifiedCells(result, columns),
        unbroken(formatDuration(result.durationMs)),
    ]);
}
/** `Plan | Image, from | To move | Referrers | Verified | Platforms` */
function plannedRow(result, columns) {
    return tableRow([
        planOf(result, columns),
        imageCell(result, columns),
        movedLines(result, ['', ' to mount', ' there']),
        ...referrersCells(result, columns, ' to copy'),
        ...verifiedCells(result, columns),
        platformsOf(result),
    ]);
}
/** `Image, from | Digest | Referrers | Verified`, for those that are left as they are. */
function untouchedRow(result, columns) {
    const { error, digest, previousDigest } = result;
    const held = digestCell(digest ?? previousDigest, columns);
    const reason = error === undefined ? '' : `<small>${prose(foreign_text_foreignText(error.message))}</small>`;
    return tableRow([
        imageCell(result, columns),
        [held, reason].filter((part) => part !== '').join('<br>'),
        ...referrersCells(result, columns, ''),
        ...verifiedCells(result, columns),
    ]);
}
/** An item of a list: all that it takes to get exactly that image, in one piece to copy. */
function digestItem({ destination, digest, }) {
    const [name, whole] = [destination, digest].map((text) => breakable(text, LONGEST_LINE));
    return `<li><code>${name}@<wbr>${whole}</code></li>`;
}
/** `new`, or what the tag shows and what it would show. */
function planOf({ digest, previousDigest }, columns) {
    const planned = digestCell(digest, columns);
    if (previousDigest === undefined)
        return `🆕&nbsp;new<br>${planned}`;
    return `${digestCell(previousDigest, columns)}<br>→&nbsp;${planned}`;
}
/** The destination, marked where something is said of it elsewhere, and in small where it comes from. */
function imageCell({ source, destination, error, warnings = [], notInIndex }, columns) {
    const page = pageOf(destination);
    const longest = columns?.verified === true ? LONGEST_NARROW_RUN : undefined;
    const name = code(destination, undefined, longest);
    const linked = page === undefined ? name : `<a href="${page}">${name}</a>`;
    const marks = [
        ...(warnings.length === 0 ? [] : ['&nbsp;⚠️']),
        ...(notInIndex === undefined ? [] : ['&nbsp;ℹ️']),
    ];
    const title = `${linked}${marks.join('')}`;
    // Of a shard without a report nothing is known but its number.
    if (error?.code === 'NO_REPORT')
        return title;
    return `${title}<br><small>from ${code(source, undefined, longest)}</small>`;
}
function pageOf(destination) {
    try {
        return packagePage(parseReference(destination));
    }
    catch {
        // A secret was taken out of the name.
        return undefined;
    }
}
function digestCell(digest, { verified }) {
    if (digest === undefined)
        return '';
    if (!isDigest(digest))
        return code(digest);
    const short = shortDigest(digest);
    // Beside who has signed there is no room for it in one piece, where fonts are wide.
    return `<code>${verified ? short.replace(':', ':<wbr>') : short}</code>`;
}
/** Bytes that are not none, each with its word. */
function movedLines({ bytes: { copied, mounted, existing } }, words) {
    const sizes = [copied, mounted, existing].flatMap((size, index) => index > 0 && size === 0 ? [] : [`${formatBytes(size)}${words[index] ?? ''}`]);
    return sizes.map(unbroken).join('<br>');
}
/** What belongs to the image: a cell where there is the column. */
function referrersCells({ referrers }, columns, word) {
    if (!columns.referrers)
        return [];
    if (referrers === undefined)
        return [''];
    const { copied, existing, filtered, lost } = referrers;
    const counts = [
        ...(copied > 0 ? [`${copied}${word}`] : []),
        ...(existing > 0 ? [`${existing} there`] : []),
        ...(filtered > 0 ? [`${filtered} not wanted`] : []),
        ...(lost.length > 0 ? [`${lost.length} lost`] : []),
    ];
    return [(counts.length === 0 ? ['none'] : counts).map(unbroken).join('<br>')];
}
/** Names in certificates are long: the log has all of it. */
const MAX_SIGNER = 160;
/** Who has vouched for the image: a cell where there is the column, empty where nobody had to. */
function verifiedCells({ verified }, columns) {
    if (!columns.verified)
        return [];
    if (verified === undefined)
        return [''];
    const name = signerName(verified);
    const who = verified.kind === 'key' ? unbroken(name) : code(name, MAX_SIGNER, LONGEST_NARROW_RUN);
    const ref = verified.kind === 'github' ? verified.sourceRef : undefined;
    const details = [
        ...(ref === undefined ? [] : [code(ref, MAX_SIGNER, LONGEST_NARROW_RUN)]),
        `rule ${verified.rule}`,
    ];
    return [`${who}<br><small>${details.join('<br>')}</small>`];
}
function platformsOf({ platforms, missingPlatforms = [] }) {
    const found = Object.keys(platforms).map((name) => breakable(foreign_text_foreignText(name)));
    const missing = missingPlatforms.map((name) => `lacks ${breakable(foreign_text_foreignText(name))}`);
    return [found.join(', '), ...missing].filter((part) => part !== '').join('<br>');
}

;// CONCATENATED MODULE: ./lib/action/summary.js







/**
 * GitHub refuses a summary of more than 1 MiB as a whole. A page of half of that is already more
 * than anyone reads, and the report file has everything.
 */
const MAX_SUMMARY_BYTES = 512 * 1024;
/** So few digests are shown without a click. */
const OPEN_DIGESTS = 3;
/** More warnings than that are folded. */
const OPEN_WARNINGS = 10;
/** Hints that stand below the failures. */
const MAX_HINTS = 20;
/** Room for the tags of a section, and for the line that says what is missing from it. */
const FRAME_BYTES = 512;
/**
 * The job summary: the totals, failures with their reasons, warnings, what was copied, and folded
 * what was not. All text is escaped, for Markdown and for HTML. What does not fit is left out from
 * the end, so that failures are the last to go.
 */
function renderSummary(report, maxBytes = MAX_SUMMARY_BYTES) {
    const page = new Page(maxBytes);
    const of = (status) => report.results.filter((result) => result.status === status);
    page.add(headline(report));
    addFailures(page, of('failed'));
    addWarnings(page, report.warnings ?? []);
    const columns = {
        referrers: report.totals.referrers !== undefined,
        verified: report.totals.verified !== undefined,
    };
    if (report.dryRun)
        addPlan(page, of('copied'), report, columns);
    else
        addCopied(page, of('copied'), columns);
    addLosses(page, report.results);
    addUntouched(page, of('skipped'), 'skipped', columns);
    addUntouched(page, of('unchanged'), 'unchanged', columns);
    addDigests(page, report.results);
    return page.text();
}
/**
 * Appends the summary to the runner's file, if it can: the file is missing outside of GitHub Actions
 * and in some emulators, and that is no reason to fail a run.
 */
function writeSummary(summary, file = '') {
    if (file === '')
        return;
    try {
        (0,external_node_fs_namespaceObject.appendFileSync)(file, summary);
    }
    catch {
        // The log and the outputs have it all.
    }
}
/** A page that grows as long as there is room. */
class Page {
    #parts = [];
    #room;
    constructor(maxBytes) {
        this.#room = maxBytes;
    }
    add(part) {
        this.#parts.push(part);
        this.#room -= Buffer.byteLength(part);
    }
    /**
     * As many lines as there is room for, between what stands before and behind them. Those that there
     * is no room for are not made either.
     */
    addLines(before, items, line, behind) {
        if (items.length === 0)
            return;
        let room = this.#room - Buffer.byteLength(before + behind) - FRAME_BYTES;
        const kept = [];
        for (const item of items) {
            const text = line(item);
            room -= Buffer.byteLength(text) + 1;
            if (room < 0)
                break;
            kept.push(text);
        }
        const left = items.length - kept.length;
        if (kept.length > 0)
            this.add(`${before}${kept.join('\n')}\n${behind}`);
        if (left > 0) {
            this.add(`${left} more left out here; the file of the output \`report\` has them all.\n\n`);
        }
    }
    text() {
        return this.#parts.join('');
    }
}
function headline(report) {
    const { totals, dryRun, pullsLeft = [] } = report;
    const counts = ['failed', 'copied', 'skipped', 'unchanged']
        .filter((status) => totals[status] > 0)
        .map((status) => `${totals[status]} ${dryRun && status === 'copied' ? 'to copy' : status}`);
    const isIdle = totals.unchanged === totals.images;
    const what = isIdle ? 'all of them unchanged' : bytesText(totals.bytes, dryRun);
    const sums = `${count(totals.images, 'image')} in ${formatDuration(totals.durationMs)}${totals.images === 0 ? '' : `: ${what}`}.`;
    const ofSet = dryRun ? undefined : setText(report);
    const lines = [
        `## Image sync${dryRun ? ' plan' : ''}: ${isIdle ? 'nothing to do' : counts.join(', ')}`,
        `${saidFirst(report)}${sums}`,
        ...(ofSet === undefined ? [] : [`**${ofSet}**`]),
        ...pullsLeft.map((left) => escapeMarkup(pullsLine(left))),
    ];
    return `${lines.join('\n\n')}\n\n`;
}
/** What a run did not do that its words would let think of. */
function saidFirst({ dryRun, isStage }) {
    if (dryRun)
        return 'Dry run: nothing was written. ';
    return isStage === true ? 'Staged by digest: no tag was moved. ' : '';
}
/**
 * Hints are about registries and logins, so that many failures share one. Some name a repository:
 * a list of those is shown as far as somebody may read it.
 */
function addFailures(page, failed) {
    const hints = [...new Set(failed.flatMap(({ error }) => error?.hint ?? []))];
    const numbers = new Map(hints.slice(0, MAX_HINTS).map((hint, index) => [hint, index + 1]));
    const row = (result) => failureRow(result, numbers.get(result.error?.hint ?? ''));
    const advice = [...numbers].map(([hint, number]) => `${number}. ${markup_sentence(hint)}\n`);
    const more = hints.length - numbers.size;
    const rest = more > 0 ? `\nThe log has ${count(more, 'hint')} more.\n` : '';
    const what = advice.length === 0 ? '' : `What may help:\n\n${advice.join('')}${rest}\n`;
    const title = `### ❌ ${failed.length} failed\n\n${tableHead(['Image, from', 'Reason'])}\n`;
    page.addLines(title, failed, row, `</table>\n\n${what}`);
}
function addWarnings(page, warnings) {
    const title = `### ⚠️ ${count(warnings.length, 'warning')}\n\n`;
    if (warnings.length <= OPEN_WARNINGS)
        page.addLines(title, warnings, warningLine, '\n');
    else
        page.addLines(`${title}${foldStart('Show them', false)}`, warnings, warningLine, foldEnd);
}
/** A warning, which names what it is about. */
function warningLine(text) {
    const [, name, rest = text] = /^(\S*[/:]\S*): (.*)$/s.exec(text) ?? [];
    return `- ${name === undefined ? '' : `${code(name)}: `}${prose(rest, LONGEST_LINE)}`;
}
function addCopied(page, copied, columns) {
    const status = columns.verified ? [] : ['Status'];
    const titles = [...status, 'Image, from', 'Digest', 'Moved', ...titlesOf(columns), 'Time'];
    const title = `### ✅ ${copied.length} copied\n\n${tableHead(titles)}\n`;
    page.addLines(title, copied, (result) => copiedRow(result, columns), '</table>\n\n');
}
function addPlan(page, planned, { results }, columns) {
    const head = tableHead(['Plan', 'Image, from', 'To move', ...titlesOf(columns), 'Platforms']);
    const row = (result) => plannedRow(result, columns);
    page.addLines(`### ${planned.length} to copy\n\n${head}\n`, planned, row, '</table>\n\n');
    const rows = totalsByRegistry(results).map(({ registry, copied, bytes }) => tableRow([
        code(registry),
        String(copied),
        ...[bytes.copied, bytes.mounted, bytes.existing].map((sum) => unbroken(formatBytes(sum))),
    ]));
    const titles = ['Registry', 'Images', 'To copy', 'To mount', 'There already'];
    if (planned.length > 0)
        page.addLines(`${tableHead(titles)}\n`, rows, (text) => text, '</table>\n\n');
}
/** Hardly anybody needs what a new index does not have of the source's, and most images lose the same. */
function addLosses(page, results) {
    const byText = Map.groupBy(results.filter(({ notInIndex }) => notInIndex !== undefined), ({ notInIndex }) => notInIndex ?? '');
    const title = 'ℹ️ What new indexes do not have of the sources’';
    page.addLines(foldStart(title, false), [...byText], lossLine, `\n${foldEnd}`);
}
function lossLine([text, some]) {
    return `- ${prose(text, LONGEST_LINE)}: ${count(some.length, 'image')}`;
}
function addUntouched(page, results, what, columns) {
    const head = tableHead(['Image, from', 'Digest', ...titlesOf(columns)]);
    const start = `${foldStart(`${results.length} ${what}`, false)}${head}\n`;
    const row = (result) => untouchedRow(result, columns);
    page.addLines(start, results, row, `</table>\n\n${foldEnd}`);
}
function titlesOf({ referrers, verified }) {
    return [...(referrers ? ['Referrers'] : []), ...(verified ? ['Verified'] : [])];
}
function addDigests(page, results) {
    const held = results.flatMap(({ status, destination, digest }) => status === 'failed' || digest === undefined ? [] : [{ destination, digest }]);
    const start = foldStart('Digests in full', held.length <= OPEN_DIGESTS);
    page.addLines(`${start}<ul>\n`, held, digestItem, `</ul>\n\n${foldEnd}`);
}
function foldStart(title, isOpen) {
    return `<details${isOpen ? ' open' : ''}><summary>${title}</summary>\n\n`;
}
const foldEnd = '</details>\n\n';

;// CONCATENATED MODULE: ./lib/action/report-text.js




/** GitHub takes 65,536 characters as a comment, and who posts a plan may want to add to it. */
const MAX_PLAN_BYTES = 60_000;
/** Of the report's form; raised where a reader of the one before would be wrong. */
const REPORT_VERSION = 1;
/**
 * The text of the report file, indented JSON, in pieces that belong behind one another: a string has
 * no room for the results of a long list with many platforms each. That of a dry run has the plan as
 * Markdown, for a comment.
 */
function* reportText(report) {
    const { dryRun, totals, selections = [], pullsLeft = [], warnings = [], results } = report;
    const plan = dryRun ? { plan: renderSummary(report, MAX_PLAN_BYTES) } : {};
    const { isStage = false, shard } = report;
    const kind = { ...(isStage && { stage: true }), ...(shard !== undefined && { shard }) };
    const about = { version: REPORT_VERSION, dryRun, ...kind };
    const head = indented({ ...about, totals, selections, pullsLeft, warnings, ...plan }, 0);
    yield `${head.slice(0, head.lastIndexOf('\n'))},\n  "results": [`;
    for (const [index, result] of results.entries()) {
        yield `${index === 0 ? '' : ','}\n    ${indented(publicResult(result), 4)}`;
    }
    yield results.length === 0 ? '],\n' : '\n  ],\n';
    yield `  "pinned": ${JSON.stringify(pinnedList(report))},\n`;
    yield `  "rollback": ${JSON.stringify(rollbackList(report))}`;
    yield* detailsText(report);
    yield '\n}\n';
}
/** What a part of a list has for those who put it together with the others. */
function* detailsText({ results, positions }) {
    if (positions === undefined)
        return;
    yield `,\n  "details": {\n    "selections": ${JSON.stringify(positions.selections)},\n    "results": [`;
    for (const [index, result] of results.entries()) {
        const position = positions.results[index] ?? 0;
        yield `${index === 0 ? '' : ','}\n      ${JSON.stringify(detailsOf(result, position))}`;
    }
    yield results.length === 0 ? ']\n  }' : '\n    ]\n  }';
}
function indented(value, blanks) {
    return JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${' '.repeat(blanks)}`);
}

;// CONCATENATED MODULE: ./lib/action/output-files.js






/** A hundred times what the longest list makes of images as they are; a disk is for other things too. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
const BUFFER_LENGTH = 64 * 1024;
/**
 * Writes the files that outputs name into `directory` (RUNNER_TEMP, which the runner empties after
 * the job). One that cannot be written is a warning, and no reason to fail.
 */
function writeOutputFiles(report, directory, logger) {
    const written = (name, extension, text) => {
        try {
            return writeOutputFile(name, extension, text, directory);
        }
        catch (error) {
            logger.warning(`the ${name} could not be written: ${String(error)}`);
            return '';
        }
    };
    const checksums = checksumsOf(subjectsOf(report));
    if (checksums.leftOut > 0) {
        // No warning: only who hands the file on needs to know.
        logger.info(`the file of the output checksums is without ${count(checksums.leftOut, 'destination')}: ` +
            'actions/attest takes no more');
    }
    return {
        report: written('report', 'json', reportText(report)),
        checksums: written('checksums', 'txt', [checksums.text]),
    };
}
/**
 * Writes a file with a name of its own, `image-sync-NAME-….EXTENSION`, readable by the runner's user
 * only. Nothing that is there already, a link least of all, is written to. Returns its path; throws
 * what the file system throws, and an Error for one that is too large, and leaves no part of it.
 */
function writeOutputFile(name, extension, text, directory, id = (0,external_node_crypto_namespaceObject.randomUUID)()) {
    const path = (0,external_node_path_namespaceObject.join)(directory, `image-sync-${name}-${id}.${extension}`);
    const file = (0,external_node_fs_namespaceObject.openSync)(path, 'wx', 0o600);
    try {
        writeTo(file, text);
    }
    catch (error) {
        (0,external_node_fs_namespaceObject.rmSync)(path, { force: true });
        throw error;
    }
    return path;
}
function writeTo(file, text) {
    try {
        for (const buffer of inBuffers(text))
            (0,external_node_fs_namespaceObject.writeFileSync)(file, buffer);
    }
    finally {
        (0,external_node_fs_namespaceObject.closeSync)(file);
    }
}
/** Pieces of text as bytes, many of them at a time. */
function* inBuffers(pieces) {
    let bytes = 0;
    let text = '';
    for (const piece of pieces) {
        text += piece;
        if (text.length < BUFFER_LENGTH)
            continue;
        const buffer = Buffer.from(text);
        text = '';
        bytes += buffer.length;
        if (bytes > MAX_FILE_BYTES)
            throw new Error(`it has more than ${MAX_FILE_BYTES} bytes`);
        yield buffer;
    }
    yield Buffer.from(text);
}

;// CONCATENATED MODULE: ./lib/action/publish-report.js




/** Puts what a run came to, and what was warned of on the way, where later steps and people look. */
function publishReport(result, places) {
    const { commands, logger, environment, summaryFile } = places;
    const report = { ...result, warnings: logger.warnings };
    const files = writeOutputFiles(report, environment['RUNNER_TEMP'] || (0,external_node_os_namespaceObject.tmpdir)(), logger);
    setOutputs(commands, logger, report, files);
    // Setting the outputs may have warned of more.
    writeSummary(renderSummary({ ...report, warnings: logger.warnings }), summaryFile);
}

;// CONCATENATED MODULE: ./lib/merge/conflicts.js

/** Destinations that the message names. */
const SHOWN = 10;
/**
 * Tags that have two sources, which only selections of tags can bring about, each in a shard of its
 * own: the run of the whole list would have refused them. In words.
 */
function conflictsIn(results) {
    const first = new Map();
    const conflicts = new Set();
    for (const { source, destination, status } of results) {
        if (status === 'failed' || parseReference(destination).tag === undefined)
            continue;
        const other = first.get(destination) ?? source;
        first.set(destination, other);
        if (other !== source)
            conflicts.add(`${destination} has two sources, ${other} and ${source}.`);
    }
    const more = conflicts.size - SHOWN;
    const rest = more > 0
        ? [more === 1 ? 'So has 1 more destination.' : `So have ${more} more destinations.`]
        : [];
    return [...[...conflicts].slice(0, SHOWN), ...rest];
}

;// CONCATENATED MODULE: ./lib/action/workspace-path.js


/**
 * Finds a file that must lie in the workspace, also after symbolic links are followed. Throws what the
 * file system throws, for one that is not there above all.
 *
 * @param path as given by the user; relative ones start at the workspace
 */
function locateInWorkspace(path, workspace) {
    const root = (0,external_node_fs_namespaceObject.realpathSync)(workspace);
    if (!contains(root, (0,external_node_path_namespaceObject.resolve)(root, path)))
        return { problem: 'lies outside of the workspace' };
    const file = (0,external_node_fs_namespaceObject.realpathSync)((0,external_node_path_namespaceObject.resolve)(root, path));
    if (!contains(root, file)) {
        return { problem: 'leads out of the workspace through a symbolic link' };
    }
    return { file };
}
function contains(root, path) {
    const way = (0,external_node_path_namespaceObject.relative)(root, path);
    return way !== '..' && !way.startsWith(`..${external_node_path_namespaceObject.sep}`) && !(0,external_node_path_namespaceObject.isAbsolute)(way);
}
/** What is wrong with a path that is to lead to a file of so many bytes at most; throws as above. */
function fileProblem(path, maxBytes) {
    const stats = (0,external_node_fs_namespaceObject.statSync)(path);
    if (stats.isDirectory())
        return 'is a directory, not a file';
    // What has no end, such as a device, is not even begun to be read.
    if (!stats.isFile())
        return 'is not a regular file';
    return stats.size > maxBytes ? tooLarge(stats.size, maxBytes) : undefined;
}
function tooLarge(bytes, maxBytes) {
    return `has ${bytes} bytes; at most ${maxBytes} are accepted`;
}
/** The code of an error of the file system; undefined for any other. */
function codeOf(error) {
    if (typeof error !== 'object' || error === null || !('code' in error))
        return undefined;
    return typeof error.code === 'string' ? error.code : undefined;
}

;// CONCATENATED MODULE: ./lib/merge/find-reports.js




/** More files than a list has parts are a mistake in the pattern. */
const MAX_FILES = 10_000;
/**
 * Finds files by paths and globs (`*`, `?`, `**`, `[…]`, `{…}`) that are relative to the workspace;
 * on Windows either slash separates. What is the path of a file is no glob.
 */
function findReports(lines, places) {
    const files = new Map();
    const unmatched = [];
    const problems = [];
    for (const line of lines) {
        const found = pathsFor(line, places.workspace);
        if (found.length === 0)
            unmatched.push(foreign_text_foreignText(line));
        if (found.length > MAX_FILES) {
            problems.push(`${foreign_text_foreignText(line)}: ${found.length} files; at most ${MAX_FILES} are accepted`);
            continue;
        }
        for (const path of found) {
            const name = nameOf(path, places.workspace);
            const located = find_reports_locate(path, places);
            if ('problem' in located)
                problems.push(`${name} ${located.problem}`);
            else
                files.set(located.file, { name, path: located.file });
        }
    }
    const sorted = [...files.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { files: sorted, unmatched, problems };
}
/** Absolute. A directory that is named by itself is found, to be refused by that name. */
function pathsFor(line, workspace) {
    const literal = (0,external_node_path_namespaceObject.resolve)(workspace, line);
    if ((0,external_node_fs_namespaceObject.statSync)(literal, { throwIfNoEntry: false }) !== undefined)
        return [literal];
    return (0,external_node_fs_namespaceObject.globSync)(line, { cwd: workspace, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map(({ parentPath, name }) => (0,external_node_path_namespaceObject.join)(parentPath, name));
}
function nameOf(path, workspace) {
    const way = (0,external_node_path_namespaceObject.relative)(workspace, path);
    return foreign_text_foreignText((way.startsWith('..') ? path : way).replaceAll(external_node_path_namespaceObject.sep, '/'));
}
function find_reports_locate(path, { workspace, temporary }) {
    try {
        const located = locateInWorkspace(path, workspace);
        if (!('problem' in located))
            return located;
        const inTemporary = locateInWorkspace(path, temporary);
        return 'problem' in inTemporary ? located : inTemporary;
    }
    catch (error) {
        return { problem: `cannot be read (${codeOf(error) ?? 'no code'})` };
    }
}

;// CONCATENATED MODULE: ./lib/action/near-misses.js
/**
 * The given names that are none of the known ones, but are one of them once separators and plurals
 * are taken away: `dry_run`, `dryrun`, `platform`, `retry`. The runner only warns of them, and the
 * run would do what was not meant.
 */
function nearMisses(given, known) {
    const spellings = new Map(known.flatMap((name) => near_misses_spellingsOf(name).map((text) => [text, name])));
    const names = new Set(known);
    return given.flatMap((name) => {
        if (names.has(name))
            return [];
        const meant = spellings.get(withoutSeparators(name));
        return meant === undefined ? [] : [{ given: name, meant }];
    });
}
function withoutSeparators(name) {
    return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
/** Without separators, and each word in the singular and in the plural. */
function near_misses_spellingsOf(name) {
    let spellings = [''];
    for (const word of name.split('-')) {
        spellings = spellings.flatMap((start) => numbersOf(word).map((form) => start + form));
    }
    return spellings;
}
/** `retries`, `retry`: a word in both numbers, and with them some that nobody writes. */
function numbersOf(word) {
    if (word.endsWith('ies'))
        return [word, `${word.slice(0, -3)}y`];
    if (word.endsWith('s'))
        return [word, word.slice(0, -1)];
    return [word, `${word}s`, ...(word.endsWith('y') ? [`${word.slice(0, -1)}ies`] : [])];
}

;// CONCATENATED MODULE: ./lib/merge/inputs.js



/** In the order of its action.yml. */
const inputs_inputNames = ['reports', 'summary'];
const PREFIX = 'INPUT_';
/** @throws InputError with everything that is wrong with them */
function readMergeInputs(environment) {
    const text = (name) => environment[`${PREFIX}${name.toUpperCase()}`]?.trim() ?? '';
    const reports = text('reports')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    const summary = text('summary').toLowerCase() || 'true';
    const problems = nearMisses(givenNames(environment), inputs_inputNames).map(({ given, meant }) => inputs_problem(given, `there is no such input; it is called ${meant}`));
    if (reports.length === 0) {
        problems.push(inputs_problem('reports', 'no report is named; give paths or globs, one a line'));
    }
    if (summary !== 'true' && summary !== 'false') {
        const message = `${quote_quote(text('summary'))} is not accepted; expected true or false`;
        problems.push(inputs_problem('summary', message));
    }
    if (problems.length > 0)
        throw new InputError(problems);
    return { reports, summary: summary === 'true' };
}
function givenNames(environment) {
    return Object.keys(environment).flatMap((name) => name.toUpperCase().startsWith(PREFIX) ? name.slice(PREFIX.length).toLowerCase() : []);
}
function inputs_problem(input, message) {
    return { input, place: input, message };
}

;// CONCATENATED MODULE: ./lib/merge/join-parts.js


/**
 * Puts the reports of the parts of a list together. A part without one has most likely died: what the
 * others did is said all the same, and of it that it has failed.
 *
 * @param parts at least one, in any order
 */
function joinParts(parts) {
    const [first] = parts;
    const problems = [...differences(parts), ...repetitions(parts), ...overlaps(parts)];
    const { of, linesOfAll } = first.shard;
    const numbers = Array.from({ length: of }, (_, index) => index + 1);
    const present = new Set(parts.map(({ shard }) => shard.part));
    const missing = numbers.filter((part) => !present.has(part));
    const lines = parts.reduce((sum, { shard }) => sum + shard.lines, 0);
    if (problems.length === 0 && missing.length === 0 && lines !== linesOfAll) {
        problems.push(`the shards have ${lines} lines, and the list has ${linesOfAll}`);
    }
    if (problems.length === 0)
        problems.push(...losses(parts));
    if (problems.length > 0)
        return { problems };
    const sorted = parts.toSorted((a, b) => a.shard.part - b.shard.part);
    return { report: joined(first, sorted, missing), missing, of };
}
/** What all reports of one list have in common. */
function differences([first, ...others]) {
    const about = (what, valueOf) => others
        .filter((other) => valueOf(other) !== valueOf(first))
        .map((other) => `${first.name} and ${other.name} are ${what}`);
    return [
        ...about('of different lists', ({ shard }) => `${shard.list} ${shard.linesOfAll}`),
        ...about('of different numbers of shards', ({ shard }) => shard.of),
        ...about('of a dry run and of another run', ({ dryRun }) => dryRun),
        ...about('of a run with stage and of one without', ({ isStage }) => isStage),
    ];
}
function repetitions(parts) {
    return [...Map.groupBy(parts, ({ shard }) => shard.part)]
        .filter(([, same]) => same.length > 1)
        .map(([part, same]) => `${same.map(({ name }) => name).join(' and ')} are of shard ${part}`);
}
/** A line of the list is done by one part. */
function overlaps(parts) {
    const owners = new Map();
    const problems = new Set();
    for (const part of parts) {
        for (const position of part.positions.results) {
            const owner = owners.get(position) ?? part;
            owners.set(position, owner);
            const isOther = owner.shard.part !== part.shard.part;
            if (isOther)
                problems.add(`${owner.name} and ${part.name} have results of the same lines`);
        }
    }
    return [...problems];
}
/**
 * Every line that is no selection has one result. A selection may take what another line has, or have
 * nothing to give.
 */
function losses(parts) {
    return parts.flatMap(({ name, shard: { lines }, selections = [], positions: { results } }) => {
        const own = new Set(results).size;
        const isWhole = selections.length > 0 ? own <= lines : own === lines && results.length === lines;
        return isWhole ? [] : [`${name} has ${results.length} results of ${own} of its ${lines} lines`];
    });
}
function joined({ dryRun, isStage, shard: { of } }, parts, missing) {
    const done = parts.flatMap(({ results, positions }) => join_parts_placed(results, positions.results));
    const gap = firstGap(done.map(({ position }) => position));
    const failed = missing.map((part) => ({ item: unreported({ part, of }), position: gap }));
    const results = inOrder([...failed, ...done]);
    // They run side by side.
    const durationMs = Math.max(...parts.map(({ totals }) => totals.durationMs));
    return {
        dryRun,
        ...(isStage === true && { isStage }),
        results,
        totals: totalsOf(results, durationMs),
        selections: inOrder(parts.flatMap(({ selections = [], positions }) => join_parts_placed(selections, positions.selections))),
        pullsLeft: leastLeft(parts.flatMap(({ pullsLeft = [] }) => pullsLeft)),
        warnings: [...new Set(parts.flatMap(({ warnings = [] }) => warnings))],
    };
}
function join_parts_placed(items, positions) {
    return items.map((item, index) => ({ item, position: positions[index] ?? 0 }));
}
/** What is of one line stays as it is. */
function inOrder(items) {
    return items.toSorted((a, b) => a.position - b.position).map(({ item }) => item);
}
/** The first line that nobody has done. */
function firstGap(positions) {
    const done = new Set(positions);
    let gap = 0;
    while (done.has(gap))
        gap += 1;
    return gap;
}
/** Of what several parts were told of one account, the last. */
function leastLeft(all) {
    const byLogin = new Map();
    for (const left of all) {
        const name = `${left.registry} ${left.login}`;
        const known = byLogin.get(name);
        if (known === undefined || left.remaining < known.remaining)
            byLogin.set(name, left);
    }
    return [...byLogin.values()];
}

;// CONCATENATED MODULE: ./lib/sync/shard.js



/** Parts of a list: as many as GitHub runs jobs of one matrix. */
const MAX_SHARDS = 256;
/**
 * The lines of a list that a shard does. Lines of one source repository stay together, since they
 * share layers, and so do lines that depend on one another: where the destination of one is the
 * source of another. Which part a repository belongs to is decided by rendezvous hashing, so that a
 * longer list moves few lines.
 */
function shardOf(list, { part, of }) {
    const groups = groupsOf(list);
    const parts = new Map();
    return list.filter((item) => {
        const name = groups.nameOf(repositoryName(item.source));
        const own = parts.get(name) ?? partOf(name, of);
        parts.set(name, own);
        return own === part;
    });
}
/** A digest of a list, by which parts of one can be told from those of another. */
function digestOfList(list) {
    const sum = createHash('sha256');
    for (const item of list)
        sum.update(`${lineOf(item)}\n`);
    return `sha256:${sum.digest('hex')}`;
}
function lineOf(item) {
    const source = formatReference(item.source);
    const options = optionsOf(item);
    if (isSelection(item)) {
        return JSON.stringify([source, item.tags, item.registry, item.written.destination, options]);
    }
    return JSON.stringify([source, formatReference(item.destination), options]);
}
/** Source repositories whose lines depend on one another. */
function groupsOf(list) {
    const groups = new Groups();
    const { tags, repositories, selected } = readNames(list);
    for (const item of list) {
        const source = repositoryName(item.source);
        if (isSelection(item)) {
            const written = writtenBy(item);
            if (written !== undefined && repositories.has(written))
                groups.join(source, written);
            continue;
        }
        const repository = repositoryName(item.destination);
        const isRead = selected.has(repository) || tags.has(`${repository}:${tagOf(item) ?? ''}`);
        if (isRead)
            groups.join(source, repository);
    }
    return groups;
}
/** What the lines of a list read, by name. A digest means the same at any time. */
function readNames(list) {
    const read = {
        tags: new Set(),
        repositories: new Set(),
        selected: new Set(),
    };
    for (const item of list) {
        const { source } = item;
        const repository = repositoryName(source);
        if (isSelection(item))
            read.selected.add(repository);
        else if (source.digest === undefined)
            read.tags.add(tagName(source, repository));
        if (isSelection(item) || source.digest === undefined)
            read.repositories.add(repository);
    }
    return read;
}
function tagName({ tag = 'latest' }, repository) {
    return `${repository}:${tag}`;
}
/** The repository that a selection writes to, where it is the same for all tags. */
function writtenBy({ destinationOf }) {
    const [one, other] = ['1', '2'].map((tag) => repositoryName(destinationOf(tag)));
    return one === other ? one : undefined;
}
/**
 * The part with the highest weight is the one (highest random weight). One digest of a name, mixed
 * anew for each part: a list has a hundred thousand names, and a matrix 256 jobs.
 */
function partOf(name, of) {
    const seed = Number.parseInt(hash('sha256', name, 'hex').slice(0, 8), 16);
    let [best, highest] = [1, -1];
    for (let part = 1; part <= of; part++) {
        const weight = mixed(seed ^ mixed(part));
        if (weight > highest)
            [best, highest] = [part, weight];
    }
    return best;
}
/** Spreads 32 bits over 32 bits (the finalizer of MurmurHash3). */
function mixed(value) {
    let bits = value >>> 0;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return (bits ^ (bits >>> 16)) >>> 0;
}
/** Names that belong together (union-find). */
class Groups {
    #parent = new Map();
    join(first, other) {
        const [a, b] = [this.nameOf(first), this.nameOf(other)];
        // The name of a group does not depend on the order of the list.
        if (a !== b)
            this.#parent.set(a < b ? b : a, a < b ? a : b);
    }
    nameOf(name) {
        let root = name;
        for (let up = this.#parent.get(root); up !== undefined; up = this.#parent.get(root))
            root = up;
        if (root !== name)
            this.#parent.set(name, root);
        return root;
    }
}

;// CONCATENATED MODULE: ./lib/action/version.js
/** Of the action: that of package.json, which the bundles do not read. */
const ACTION_VERSION = '1.0.0';

;// CONCATENATED MODULE: ./lib/merge/report-schema.js







/** In UTF-16 code units; no run writes a text that is longer. */
const MAX_TEXT = 65_536;
const report_schema_count = pipe(number(), safeInteger(), minValue(0));
const milliseconds = pipe(number(), finite(), minValue(0));
/** It was made harmless by who wrote it, if that was this action. */
const report_schema_text = pipe(string(), transform((value) => foreign_text_foreignText(value, MAX_TEXT)));
const texts = array(report_schema_text);
const digest = pipe(string(), guard(isDigest, 'is no digest'));
const lostReferrer = object({
    digest,
    artifactType: report_schema_text,
    subject: digest,
    predicateType: exactOptional(report_schema_text),
});
// Here as in all of these, members stand in the order in which a run writes them, and so they come out.
const report_schema_verified = object({
    rule: report_schema_count,
    kind: picklist(['key', 'keyless', 'github']),
    digest,
    predicateType: exactOptional(report_schema_text),
    from: picklist(['referrer', 'tag', 'github']),
    identity: exactOptional(report_schema_text),
    issuer: exactOptional(report_schema_text),
    sourceRepository: exactOptional(report_schema_text),
    sourceRef: exactOptional(report_schema_text),
    sourceDigest: exactOptional(report_schema_text),
    time: exactOptional(report_schema_text),
});
const result = pipe(object({
    source: report_schema_text,
    destination: report_schema_text,
    status: picklist(['copied', 'unchanged', 'skipped', 'failed']),
    digest: exactOptional(digest),
    sourceDigest: exactOptional(digest),
    previousDigest: exactOptional(digest),
    platforms: record(report_schema_text, digest),
    bytes: object({ copied: report_schema_count, mounted: report_schema_count, existing: report_schema_count }),
    tag: exactOptional(object({
        state: picklist(['moved', 'rolledBack', 'left', 'untouched']),
        digest: exactOptional(digest),
    })),
    referrers: exactOptional(object({ copied: report_schema_count, existing: report_schema_count, filtered: report_schema_count, lost: array(lostReferrer) })),
    verified: exactOptional(report_schema_verified),
    durationMs: milliseconds,
    error: exactOptional(object({ code: pipe(string(), regex(/^[A-Z_]{1,64}$/)), message: report_schema_text })),
}), 
// A selection that has failed has what the list says in place of names.
check(({ status, source, destination, previousDigest }) => (status === 'failed' && previousDigest === undefined) ||
    (isWrittenOut(source) && isWrittenOut(destination)), 'names no image'), check(({ status, digest: shown, error }) => {
    if (status === 'failed')
        return shown === undefined && error !== undefined;
    return status === 'skipped' || (shown !== undefined && error === undefined);
}, 'does not go with its status'));
const details = object({
    position: report_schema_count,
    digest: exactOptional(nullable(digest)),
    hint: exactOptional(report_schema_text),
    place: exactOptional(object({ file: exactOptional(report_schema_text), line: report_schema_count })),
    wanted: exactOptional(object({
        platforms: string(),
        attestations: exactOptional(picklist(['drop', 'keep'])),
        referrers: exactOptional(string()),
    })),
    missingPlatforms: exactOptional(texts),
    notInIndex: exactOptional(report_schema_text),
    warnings: exactOptional(texts),
});
const selection = object({
    source: report_schema_text,
    tags: object({
        match: texts,
        exclude: texts,
        semver: exactOptional(report_schema_text),
        newest: exactOptional(report_schema_count),
        min: report_schema_count,
    }),
    destinations: texts,
    listed: report_schema_count,
    selected: texts,
    leftOut: record(picklist(['unmatched', 'excluded', 'artifacts', 'notVersions', 'outOfRange', 'older']), report_schema_count),
});
const shard = pipe(object({
    part: pipe(report_schema_count, minValue(1)),
    of: pipe(report_schema_count, minValue(1), maxValue(MAX_SHARDS)),
    list: digest,
    actionVersion: literal(ACTION_VERSION, ({ received }) => `is ${received}, and this step is ${ACTION_VERSION}`),
    lines: report_schema_count,
    linesOfAll: report_schema_count,
}), check(({ part, of }) => part <= of, 'has no such part'), check(({ lines, linesOfAll }) => lines <= linesOfAll, 'has more lines than the list'));
const version = literal(REPORT_VERSION, ({ received }) => `is ${received}, and this step reads ${REPORT_VERSION}`);
/** That of a run that ended before it knew its part. */
const unnumberedSchema = object({
    version,
    shard: optional(undefined_()),
    results: pipe(array(unknown()), dist_length(0)),
});
/** The report of a run that did a part of a list, as its file has it. */
const reportSchema = object({
    version,
    dryRun: dist_boolean(),
    stage: exactOptional(dist_boolean(), false),
    shard,
    totals: object({ durationMs: milliseconds }),
    selections: array(selection),
    pullsLeft: array(object({
        registry: report_schema_text,
        login: report_schema_text,
        remaining: report_schema_count,
        limit: optional(report_schema_count),
        windowSeconds: optional(report_schema_count),
    })),
    warnings: texts,
    results: array(result),
    details: object({ selections: array(report_schema_count), results: array(details) }),
});
/** Whether a reference is as reports have them, with nothing left to be filled in. */
function isWrittenOut(reference) {
    try {
        return reference_formatReference(parseReference(reference)) === reference;
    }
    catch {
        return false;
    }
}

;// CONCATENATED MODULE: ./lib/merge/part-report.js









/** Of all reports together; as much as a run of the whole list writes at most. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Reads the reports of parts; nothing of them is believed that is not checked. */
function readPartReports(files) {
    const reports = [];
    const unnumbered = [];
    const problems = [];
    let room = MAX_BYTES;
    for (const { name, path } of files) {
        try {
            const bytes = readBytes(path, room);
            room -= bytes.length;
            const document = documentOf(bytes);
            if (document === undefined)
                unnumbered.push(name);
            else
                reports.push({ ...partReport(document), name });
        }
        catch (error) {
            problems.push(`${name} ${part_report_problemOf(error)}`);
        }
    }
    return { reports, unnumbered, problems };
}
/** Why a file is no report; the message follows its name. */
class NoReport extends Error {
    name = 'NoReport';
}
function part_report_problemOf(error) {
    if (error instanceof NoReport)
        return error.message;
    if (error instanceof errors_FormatError)
        return `is no report of a shard: ${foreign_text_foreignText(error.message)}`;
    const code = codeOf(error);
    if (code === undefined)
        throw error;
    return `cannot be read (${code})`;
}
function readBytes(path, room) {
    const problem = fileProblem(path, room);
    if (problem !== undefined)
        throw new NoReport(problem);
    const bytes = (0,external_node_fs_namespaceObject.readFileSync)(path);
    // The file may have grown since its size was asked for.
    if (bytes.length > room)
        throw new NoReport(tooLarge(bytes.length, room));
    return bytes;
}
/** Undefined for the report of a run that ended before it knew its part. */
function documentOf(bytes) {
    const json = jsonOf(bytes);
    if (is(unnumberedSchema, json))
        return undefined;
    const parsed = safeParse(reportSchema, json, { abortEarly: true });
    if (parsed.success)
        return parsed.output;
    const [issue] = parsed.issues;
    const place = foreign_text_foreignText(getDotPath(issue) ?? 'the document');
    const problem = issue.received === 'undefined' ? whatIsMissing(place) : issue.message;
    throw new NoReport(`is no report of a shard: ${place}: ${foreign_text_foreignText(problem)}`);
}
function whatIsMissing(place) {
    return place === 'shard' ? 'is missing: the run was not given a shard' : 'is missing';
}
function jsonOf(bytes) {
    try {
        return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    }
    catch {
        throw new NoReport('is no report: it is no JSON, or was cut off');
    }
}
function partReport(document) {
    const { dryRun, stage, shard, selections, pullsLeft, warnings, details } = document;
    if (details.results.length !== document.results.length ||
        details.selections.length !== selections.length) {
        throw new NoReport('is no report of a shard: it does not say where its results belong');
    }
    const positions = {
        results: details.results.map(({ position }) => position),
        selections: details.selections,
    };
    if ([...positions.results, ...positions.selections].some((at) => at >= shard.linesOfAll)) {
        throw new NoReport('is no report of a shard: it has results of no line of the list');
    }
    const results = document.results.map((result, index) => withDetails(result, details.results[index]));
    return {
        dryRun,
        isStage: stage,
        shard,
        positions,
        results,
        totals: totalsOf(results, document.totals.durationMs),
        selections,
        pullsLeft: pullsLeft.map(({ limit, windowSeconds, ...rest }) => ({
            ...rest,
            limit,
            windowSeconds,
        })),
        warnings,
    };
}
/** @throws FormatError */
function withDetails({ error, digest: shown, ...result }, details) {
    const { digest = shown, hint, wanted, place } = details ?? {};
    const { missingPlatforms, notInIndex, warnings } = details ?? {};
    return {
        ...result,
        ...(digest !== undefined && digest !== null && { digest }),
        ...(error && { error: { ...error, ...(hint !== undefined && { hint }) } }),
        ...(wanted && { wanted: part_report_wantedOf(wanted) }),
        ...(place && { place }),
        ...(missingPlatforms && { missingPlatforms }),
        ...(notInIndex !== undefined && { notInIndex }),
        ...(warnings && { warnings }),
    };
}
function part_report_wantedOf({ platforms, attestations, referrers, }) {
    return {
        platforms: parsePlatformFilter(platforms),
        ...(attestations !== undefined && { attestations }),
        ...(referrers !== undefined && { referrers: parseReferrerFilter(referrers) }),
    };
}

;// CONCATENATED MODULE: ./lib/merge/merge.js















/**
 * The order of events of the action that makes one result of the reports of shards: one set of
 * outputs, one summary, one verdict. Never throws.
 */
function merge(commands = runnerCommands, environment = process.env) {
    const secrets = new Secrets(commands);
    maskProxyPasswords(secrets.mask, environment);
    const logger = new ActionLogger(commands);
    let report = emptyReport;
    let failure;
    let summaryFile;
    try {
        const { reports, summary } = readMergeInputs(environment);
        const joined = joinReports(reports, environment, logger);
        report = joined.report;
        if (summary)
            summaryFile = environment['GITHUB_STEP_SUMMARY'];
        for (const warning of report.warnings ?? [])
            logger.warning(warning);
        for (const result of report.results) {
            if (result.status === 'failed')
                printResult(result, logger.bufferedLog(), report.dryRun);
        }
        printTotals(report, logger);
        annotateFailures(commands, report);
        failure = verdict(joined);
    }
    catch (error) {
        failure = error instanceof InputError ? error.message : unexpected(error, logger);
    }
    try {
        publishReport(report, { commands, logger, environment, summaryFile });
    }
    catch (error) {
        failure = [failure, `The outputs could not be set: ${unexpected(error, logger)}`]
            .filter(Boolean)
            .join(' ');
    }
    logger.finish();
    if (failure !== undefined)
        commands.fail(secrets.redact(failure));
}
/** @throws InputError where there are none, or they do not go together */
function joinReports(lines, environment, logger) {
    const workspace = environment['GITHUB_WORKSPACE'] || process.cwd();
    const temporary = environment['RUNNER_TEMP'] || (0,external_node_os_namespaceObject.tmpdir)();
    const found = findReports(lines, { workspace, temporary });
    const { reports, unnumbered, problems } = readPartReports(found.files);
    const early = unnumbered.map((name) => `${name} is of a run that ended before its first image`);
    const [first, ...others] = reports;
    if (first === undefined || found.problems.length + problems.length > 0) {
        const nothing = found.unmatched.map((line) => `${line}: no report is found`);
        throw refusal([...found.problems, ...problems, ...early, ...nothing]);
    }
    const joining = joinParts([first, ...others]);
    if ('problems' in joining)
        throw refusal(joining.problems);
    // Each of these is one of the shards that are missing, or of something else.
    if (early.length > joining.missing.length)
        throw refusal(early);
    for (const words of early)
        logger.warning(words);
    for (const line of found.unmatched)
        logger.info(`${line}: no file is found`);
    logger.info(`reports of ${reports.length} of ${count(joining.of, 'shard')}`);
    return joining;
}
function refusal(messages) {
    return new InputError(messages.map((message) => ({ input: 'reports', place: 'reports', message })));
}
/** What one run would say, what is missing, and what no single shard could see. */
function verdict({ report, missing, of }) {
    const absent = missing.length === 0
        ? undefined
        : `No report of ${missing.length === 1 ? 'shard' : 'shards'} ${missing.join(', ')} of ${of}.`;
    const parts = [failureMessage(report), absent, ...conflictsIn(report.results)].filter((part) => part !== undefined);
    return parts.length === 0 ? undefined : parts.join(' ');
}
function unexpected(error, logger) {
    const trace = error instanceof Error ? (error.stack ?? '') : '';
    for (const line of trace.split('\n'))
        logger.debug(line);
    return error instanceof Error ? error.message : String(error);
}

;// CONCATENATED MODULE: ./lib/merge/index.js

merge();

