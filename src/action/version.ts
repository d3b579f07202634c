/** Of the action: that of package.json, which the bundles do not read. */
export const ACTION_VERSION = '1.0.0'
